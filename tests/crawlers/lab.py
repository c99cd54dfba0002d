"""A whole crawl against the local server: sources in a folder, real Scrapy, real files."""

import re
import time
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawlers.registry import read_registry
from crawlers.run import CrawlReport, crawl
from kiemchung.captures import Captures
from kiemchung.crawl_state import CrawlState, open_crawl_state
from kiemchung.ingest import Ingest, ingest_pending
from kiemchung.publishers import Publishers
from kiemchung.records import PageFate, Post, Quarantined
from kiemchung.settings import Settings
from kiemchung.store import open_store
from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HostileServer

SOURCE = '''"""A source of the tests."""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, PublisherType, SourceKind

SOURCE = Source(
    name={name!r},
    title={title!r},
    kind=SourceKind({kind!r}),
    owner="the tests",
    why="it is ours",
    spider=SpiderKind({spider!r}),
    listings={listings!r},
    hosts={hosts!r},
    follow={follow!r},
    next_page={next_page!r},
    software=Software({software!r}) if {software!r} else None,
    min_posts={min_posts!r},
    max_posts={max_posts!r},
    status=SourceStatus({status!r}),
)
'''
DEFAULTS = {
    "title": "Báo Thử",
    "kind": "newspaper",
    "spider": "feed",
    "hosts": (),
    "follow": "",
    "next_page": "",
    "software": "",
    "min_posts": 0,
    "max_posts": 500,
    "status": "verified",
}
PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><article><p>{1}</p></article></html>"
ROBOTS = "User-agent: *\nAllow: /\n"


def page(title: str, text: str = "Nước lũ đã rút, người dân Bến Sen dọn dẹp nhà cửa.") -> str:
    """Return a small HTML page."""
    return PAGE.format(title, text)


def slow_unless(quick: Container[str], names: Iterable[str]) -> list[Any]:
    """Return a parameter for each name; only the `quick` ones are part of `make test`."""
    return [pytest.param(name, marks=() if name in quick else pytest.mark.faults) for name in names]


def wanted(request: pytest.FixtureRequest, parameter: str) -> list[str]:
    """Return the values of `parameter` that the tests of this session have in this module."""
    module = request.node.nodeid
    items = [item for item in request.session.items if item.nodeid.startswith(module)]
    calls = [item.callspec.params for item in items if hasattr(item, "callspec")]
    return list(dict.fromkeys(params[parameter] for params in calls if parameter in params))


class Lab:
    """A folder of sources, settings that lead to `server`, and what the crawls left."""

    def __init__(self, folder: Path, server: HostileServer, **changes: Any) -> None:
        self.server = server
        self.peak = 0
        """The most bytes of memory that a crawl's process held."""
        self.sources = folder / "sources"
        self.sources.mkdir()
        self.settings = Settings(
            **{
                "data_dir": folder / "var",
                "store_url": f"sqlite:///{folder}/var/store.sqlite",
                "desk_url": "sqlite:///unused",
                "crawl_state_url": f"sqlite:///{folder}/var/crawl_state.sqlite",
                "source_dirs": (self.sources,),
                "contact": "tests@kiemchung.example",
                "delay": 0.0,
                "timeout": 3.0,
                **changes,
            }
        )

    def host(self, host: str, *, robots: str | None = ROBOTS) -> None:
        """Lead `host` to the server; None leaves it without robots.txt."""
        hosts = (*self.settings.host_map, (host, self.server.place))
        self.settings = msgspec.structs.replace(self.settings, host_map=hosts)
        if robots is not None:
            self.server.on(host, "/robots.txt", robots.encode())

    def articles(self, host: str, count: int) -> None:
        """Let the feed of `host` name `count` articles, and serve them."""
        self.server.feed(host, "/rss", [f"http://{host}/{i}" for i in range(count)])
        for i in range(count):
            self.server.on(host, f"/{i}", page(f"Bài {i}"))

    def source(self, name: str, *listings: str, **fields: Any) -> None:
        """Write a source into the folder."""
        text = SOURCE.format(name=name, listings=listings, **{**DEFAULTS, **fields})
        (self.sources / f"{name}.py").write_text(text, encoding="utf-8")

    def crawl(self, *names: str, run: str = "r1", only_due: bool = False) -> CrawlReport:
        """Crawl the sources named; all of the folder where none is."""
        all_names = sorted(file.stem for file in self.sources.glob("*.py"))
        wanted = names or all_names
        return crawl(
            self.settings,
            wanted,
            run,
            progress=lambda _: None,
            only_due=only_due,
            meanwhile=self._watch_memory,
        )

    def ingest(self) -> list[Quarantined]:
        """Extract what the crawls left into the store; return what went to quarantine."""
        sources = read_registry(self.settings.source_dirs).sources
        captures = Captures(self.settings.captures_dir, self.settings.captures_bytes)
        with closing(open_store(self.settings)) as store, closing(self.state()) as state, captures:
            ingest_pending(Ingest(store, state, captures, sources, Publishers({})))
            return list(store.scan(Quarantined))

    def posts(self) -> list[Post]:
        """Return the posts in the store."""
        with closing(open_store(self.settings)) as store:
            return list(store.scan(Post))

    def _watch_memory(self, goes_on: Callable[[], bool]) -> None:
        """Note how much memory the crawl held at most, as the kernel says."""
        while goes_on():
            self.peak = max(self.peak, *_peaks_of_crawls(), 0)
            time.sleep(0.02)

    def state(self) -> CrawlState:
        """Open the crawl state; the caller closes it."""
        return open_crawl_state(self.settings.crawl_state_url)

    def pages(self, run: str = "r1") -> dict[str, PageFate]:
        """Return what became of each address in `run`."""
        state = self.state()
        try:
            return {page.url: page for page in state.pages_of(run)}
        finally:
            state.close()

    def fates(self, run: str = "r1") -> dict[str, Fate]:
        """Return the fate of each address in `run`."""
        return {url: page.fate for url, page in self.pages(run).items()}

    def body(self, url: str, run: str = "r1") -> bytes:
        """Return the captured bytes of `url`."""
        captures = Captures(self.settings.captures_dir, self.settings.captures_bytes)
        return captures.read(self.pages(run)[url].capture, url).body


def _peaks_of_crawls() -> Iterator[int]:
    """Yield the most bytes that each crawl which this process began has held."""
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # ended in the meantime
            for pid in (task / "children").read_text().split():
                if b"crawlers.run" in Path("/proc", pid, "cmdline").read_bytes():
                    status = Path("/proc", pid, "status").read_text()
                    yield from (int(kb) * 1024 for kb in re.findall(r"VmHWM:\s+(\d+)", status))
