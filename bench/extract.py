"""Measure extraction beside trafilatura's bare call, on the same pages in one run.

`python bench/extract.py` reads ../shared/data/wcxb_subset (English articles, forums and listings
with gold text) and the forty Vietnamese pages of the tests. Ours is `extract` as the worker calls
it: charset, shape, parsing, names, dates and text; the other is `trafilatura.extract` of the bytes.
The rows of wcxb_subset marked `seen` are those that were looked at while ours was written.
"""

import argparse
import gzip
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import trafilatura

from crawlers.blocks import read
from crawlers.document import parse
from crawlers.extract import extract
from crawlers.fast import find
from crawlers.source import Source, SpiderKind
from kiemchung.errors import ExtractionError
from kiemchung.paths import ROOT
from kiemchung.records import RawPage
from kiemchung.vocabulary import SourceKind
from tests.crawlers.vietnamese_pages import load
from tests.crawlers.words import word_f1

DATA = ROOT.parent / "shared" / "data" / "wcxb_subset"
ALSO_SEEN = frozenset({"dev-0575", "dev-4318"})
SOURCE = Source(
    name="bench",
    title="Bench",
    kind=SourceKind.NEWSPAPER,
    owner="the bench",
    why="pages of a public data set",
    spider=SpiderKind.FEED,
    listings=("http://bench.example/rss",),
)


class Case(NamedTuple):
    """A page, its gold text, and the group it is told in."""

    group: str
    page: RawPage
    gold: str


class Result(NamedTuple):
    """What one extractor made of a page, and the seconds of processor time that it took."""

    text: str
    seconds: float


def cases() -> Iterator[Case]:
    """Yield all pages; those of wcxb_subset only where the shared data is."""
    gold = DATA / "gold.jsonl"
    rows = map(json.loads, gold.read_text(encoding="utf-8").splitlines()) if gold.exists() else ()
    for row in rows:
        body = gzip.decompress((DATA / "html" / f"{row['id']}.html.gz").read_bytes())
        url = row["url"] or "http://bench.example/"
        yield Case(f"{row['page_type']}, {_half(row['id'])}", _page(url, body), row["main_content"])
    for made in load():
        yield Case("vietnamese", _page(made.url, made.html.encode()), made.text)


def _half(name: str) -> str:
    place = int(hashlib.md5(name.encode()).hexdigest(), 16)  # noqa: S324 (no secret)
    return "seen" if place % 5 < 3 or name in ALSO_SEEN else "unseen"


def _page(url: str, body: bytes) -> RawPage:
    return RawPage(
        url=url,
        source="bench",
        status=200,
        headers=(("content-type", "text/html"),),
        body=body,
        fetched_at=datetime.now(UTC),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def ours(page: RawPage) -> str:
    """Return what we extract: all posts of a page, as they would be stored."""
    try:
        return "\n".join(draft.text for draft in extract(page, SOURCE).drafts)
    except ExtractionError:
        return ""


def bare(page: RawPage) -> str:
    """Return what trafilatura extracts with its defaults."""
    return trafilatura.extract(page.body) or ""


def timed(extractor: Callable[[RawPage], str], page: RawPage, rounds: int) -> Result:
    """Run `extractor`, and return its text and the least time that it took."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        text = extractor(page)
        times.append(time.process_time() - began)
    return Result(text, min(times))


def goes_fast(page: RawPage) -> bool:
    """Tell whether our own way is sure of itself."""
    return find(read(parse(page).tree)).sure


def show(group: str, rows: list[tuple[Case, Result, Result]]) -> None:
    """Print one line of the table."""
    count = len(rows)
    f1 = [sum(word_f1(row[at].text, row[0].gold) for row in rows) / count for at in (1, 2)]
    rate = [count / sum(row[at].seconds for row in rows) for at in (1, 2)]
    fast = sum(goes_fast(row[0].page) for row in rows) / count
    size = sum(len(row[0].page.body) for row in rows) / count / 1000
    print(
        f"{group:18}{count:6}{size:8.0f}{f1[0]:9.3f}{f1[1]:9.3f}"
        f"{rate[0]:10.1f}{rate[1]:10.1f}{rate[0] / rate[1]:8.2f}{fast:8.0%}"
    )


def main() -> None:
    """Measure all pages, and print a table by group."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="the fastest of so many counts")
    rounds = parser.parse_args().rounds
    everything = list(cases())
    ours(everything[-1].page)
    bare(everything[-1].page)
    rows = [(c, timed(ours, c.page, rounds), timed(bare, c.page, rounds)) for c in everything]
    print(f"{'':18}{'pages':>6}{'kB':>8}{'F1 ours':>9}{'F1 bare':>9}", end="")
    print(f"{'ours/s':>10}{'bare/s':>10}{'ratio':>8}{'fast':>8}")
    groups = sorted({case.group for case in everything})
    for group in groups:
        show(group, [row for row in rows if row[0].group == group])
    for kind in ("article", "forum", "listing"):
        if some := [row for row in rows if row[0].group.startswith(kind)]:
            show(f"{kind}, all", some)
    if shared := [row for row in rows if row[0].group != "vietnamese"]:
        show("wcxb_subset, all", shared)


if __name__ == "__main__":
    main()
