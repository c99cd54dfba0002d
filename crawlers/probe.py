"""A glance at one source, on or off: its robots.txt, one listing and three pages, extracted.

The gates are those of a crawl, and the hosts' budget and robots.txt are shared with all crawls;
pages, fates and captures go to a folder of the caller's, so that no crawl meets them.
`python -m crawlers.probe --source NAME --folder DIR` is the child in which Scrapy runs.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
from scrapy.http import Response

from crawlers.canonical import host_of
from crawlers.drafts import Extracted, Failure
from crawlers.identity import check_contact
from crawlers.links import Links, join
from crawlers.registry import Registry, load_source
from crawlers.run import environment_of, let_crawl
from crawlers.source import LoadedSource, Source, SourceStatus
from crawlers.worker import extract_pages
from kiemchung.captures import Captures
from kiemchung.crawl_state import CrawlState, open_crawl_state
from kiemchung.errors import KiemchungError
from kiemchung.paths import ROOT
from kiemchung.records import PageFate, RawPage, Record
from kiemchung.settings import Settings, load_settings
from kiemchung.vocabulary import Fate

PAGES = 3
LISTINGS = 3
"""Listings that are read: an index of sitemaps leads to its pages in two steps, or three."""
CAPTURES_BYTES = 100_000_000
RUN = "probe"


class Probe(Record, frozen=True, kw_only=True):
    """What a glance at a source brought; `error` is the crawl's own word, "" if all went well."""

    fates: tuple[PageFate, ...]
    pages: tuple[tuple[RawPage, Extracted | Failure], ...]
    error: str

    def count(self, *fates: Fate) -> int:
        """Return how many addresses came to one of `fates`."""
        return sum(each.fate in fates for each in self.fates)


def probe(settings: Settings, loaded: LoadedSource, folder: Path) -> Probe:
    """Look at a source, whatever its status; what is fetched is kept in `folder`.

    Raises:
        SettingsError: others' hosts would be asked without a contact.
        StoreError: the crawl state can't be reached.
    """
    _check(settings, loaded)
    command = [sys.executable, "-m", "crawlers.probe"]
    command += ["--source", str(loaded.file), "--folder", str(folder)]
    done = subprocess.run(  # noqa: S603 (our own module)
        command, env=environment_of(settings), stdout=subprocess.DEVNULL, check=False, cwd=ROOT
    )
    with closing(_book(folder)) as book, _captures(folder) as captures:
        fates = tuple(book.pages_of(RUN))
        raw = [captures.read(each.capture, each.url) for each in fates if each.fate is Fate.FETCHED]
        runs = book.runs_of(RUN)
    error = runs[0].error if runs else ""
    return Probe(
        fates=fates,
        pages=tuple(extract_pages(raw, lambda _: loaded, workers=1)),
        error=error or (f"the crawl ended with status {done.returncode}" * bool(done.returncode)),
    )


def _check(settings: Settings, loaded: LoadedSource) -> None:
    bounded = msgspec.structs.replace(loaded, source=_bounded(loaded.source))
    check_contact(settings, Registry({loaded.source.name: bounded}, {}), [loaded.source.name])


def _bounded(source: Source) -> Source:
    return msgspec.structs.replace(
        source,
        status=SourceStatus.VERIFIED,
        listings=source.listings[:1],
        min_posts=0,
        max_posts=PAGES,
    )


def _book(folder: Path) -> CrawlState:
    return open_crawl_state(f"sqlite:///{folder / 'crawl_state.sqlite'}")


def _captures(folder: Path) -> Captures:
    return Captures(folder / "captures", CAPTURES_BYTES)


# --- inside the child ---------------------------------------------------------------------------


class Glance:
    """What keeps a spider to a few listings and pages; stands before it in the order of bases."""

    source: Source
    read = 0

    def read_listing(self, response: Response) -> Links:
        """Return the first pages on the source's own hosts, or one listing more where it has none.

        Raises:
            ListingFault: as the spider does.
        """
        self.read += 1
        links: Links = super().read_listing(response)  # type: ignore[misc]
        pages = [url for url in links.pages if self._is_own(response, url)][:PAGES]
        more = [url for url in links.listings if self._is_own(response, url)][:1]
        return Links(tuple(pages), () if pages or self.read >= LISTINGS else tuple(more))

    def leads_to(self, response: Response) -> Links:  # noqa: ARG002 (one page is enough)
        """Return nothing: one page of a thread or a channel is enough."""
        return Links()

    def _is_own(self, response: Response, url: str) -> bool:
        return host_of(join(response.url, url)) in self.source.all_hosts


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at a source as told by `arguments`; return the exit status."""
    parser = argparse.ArgumentParser(prog="crawlers.probe", description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        return _look_here(load_settings(), load_source(options.source).source, options.folder)
    except KiemchungError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _look_here(settings: Settings, source: Source, folder: Path) -> int:
    from crawlers.ledger import Ledger
    from crawlers.spiders import SPIDERS

    with (
        closing(open_crawl_state(settings.crawl_state_url)) as shared,
        closing(_book(folder)) as book,
        _captures(folder) as captures,
    ):
        ledger = Ledger(RUN, captures, book, lambda _: None)
        spider = type("Glancing", (Glance, SPIDERS[source.spider]), {})
        return let_crawl([(spider, _bounded(source))], settings, ledger, shared)


if __name__ == "__main__":
    sys.exit(main())
