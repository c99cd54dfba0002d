"""F7: answers of every wrong size cost their own page, a bounded time and bounded memory."""

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import repeat

import brotli
import pytest
from backports import zstd

from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import Lab, page, slow_unless, wanted

PAGE_BYTES = 1_000_000
BOMB_BYTES = 300_000_000
MEMORY_BYTES = 300_000_000
"""What a crawl of all this may hold; a crawl of ten small pages holds about 100 MB."""
GOOD = "tot.example"
HTML = {"Content-Type": "text/html; charset=utf-8"}
CHUNK = b"<p>" + b"a" * 65_533
GIGABYTE = 1_000_000_000 // len(CHUNK)

Make = Callable[[], bytes]
Raw = Callable[[], Iterator[bytes]]
BOMBS: list[Make] = []
"""What makes them: slow, so not while a crawler waits."""


def sent(head: str, body: Callable[[], Iterator[bytes]] = lambda: iter(())) -> Raw:
    """Send lines of a head as they are, then a body."""

    def raw() -> Iterator[bytes]:
        lines = f"HTTP/1.1 200 OK\nContent-Type: text/html\n{head}\n".replace("\n", "\r\n")
        yield lines.encode("latin-1")
        yield from body()

    return raw


def gigabyte() -> Iterator[bytes]:
    """Yield 1 GB."""
    return repeat(CHUNK, GIGABYTE)


def chunked() -> Iterator[bytes]:
    """Yield well-formed chunks without end."""
    return repeat(b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK))


def dripping() -> Iterator[bytes]:
    """Yield a byte a second."""
    for _ in range(10_000):
        yield b"a"
        time.sleep(1)


def head_of(lines: Callable[[], Iterator[bytes]]) -> Raw:
    """Send a head that goes on with `lines`."""

    def raw() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        yield from lines()

    return raw


def text(body: bytes) -> Callable[[], Iterator[bytes]]:
    """Send one body."""
    return lambda: iter([body])


def packed(encoding: str, make: Make) -> Raw:
    """Send what `make` returns as what `encoding` says."""
    make = cache(make)
    BOMBS.append(make)
    return sent(f"Content-Encoding: {encoding}\nConnection: close\n", lambda: iter([make()]))


def gzip_members() -> bytes:
    """Return a bomb of many members of 10 MB."""
    return gzip.compress(bytes(10_000_000)) * (BOMB_BYTES // 10_000_000)


@cache
def gzip_bomb() -> bytes:
    """Return a bomb of one member."""
    return gzip.compress(bytes(BOMB_BYTES))


def wide_zstd() -> bytes:
    """Return a zstd frame that asks for a window of 2 GB."""
    options = {zstd.CompressionParameter.window_log: 31}
    packer = zstd.ZstdCompressor(options=options)
    return packer.compress(b"<p>a</p>" * 1000) + packer.flush()


def layers(count: int) -> bytes:
    """Return text in as many layers of gzip."""
    body = b"<p>" + b"a" * 1000
    for _ in range(count):
        body = gzip.compress(body)
    return body


CASES: dict[str, tuple[Raw, Fate]] = {
    # sizes
    "declared": (sent("Content-Length: 1000000000\n", gigabyte), Fate.TOO_LARGE),
    "undeclared": (sent("Connection: close\n", gigabyte), Fate.TOO_LARGE),
    "understated": (sent("Content-Length: 10\n", gigabyte), Fate.FETCHED),
    "overstated": (sent("Content-Length: 999\n", text(b"<p>a")), Fate.FAILED),
    "monstrous": (sent(f"Content-Length: 1{'0' * 30}\n", gigabyte), Fate.TOO_LARGE),
    "negative": (sent("Content-Length: -1\n", gigabyte), Fate.FAILED),
    "two-lengths": (sent("Content-Length: 3\nContent-Length: 4\n", text(b"<p>a")), Fate.FAILED),
    "wordy-length": (sent("Content-Length: many\n", gigabyte), Fate.FAILED),
    "one-line": (sent("Content-Length: 100000000\n", lambda: repeat(b"a" * 10**6)), Fate.TOO_LARGE),
    # chunks
    "chunked": (sent("Transfer-Encoding: chunked\n", chunked), Fate.TOO_LARGE),
    "chunk-line": (sent("Transfer-Encoding: chunked\n", lambda: repeat(b"0" * 999)), Fate.FAILED),
    "trailers": (
        sent("Transfer-Encoding: chunked\n", lambda: iter([b"0\r\n", *[b"a: b\r\n" * 999] * 999])),
        Fate.FAILED,
    ),
    # time
    "dripping": (sent("Content-Length: 9999\n", dripping), Fate.TIMED_OUT),
    "dripping-head": (head_of(dripping), Fate.TIMED_OUT),
    "silent": (lambda: (time.sleep(9) for _ in range(1)), Fate.TIMED_OUT),  # type: ignore[misc]
    # heads
    "long-header": (head_of(lambda: iter([b"X: " + b"a" * 10**7 + b"\r\n\r\n"])), Fate.FAILED),
    "headers": (
        sent("".join(f"X-{i}: a\n" for i in range(1000)) + "Content-Length: 4\n", text(b"<p>a")),
        Fate.FETCHED,
    ),
    "endless-head": (head_of(lambda: repeat(b"X-A: b\r\n" * 9999)), Fate.FAILED),
    "folded-head": (head_of(lambda: repeat(b" a\r\n" * 9999)), Fate.FAILED),
    "continues": (lambda: repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 9999), Fate.FAILED),
    # bombs
    "gzip": (packed("gzip", gzip_bomb), Fate.TOO_LARGE),
    "gzip-members": (packed("gzip", gzip_members), Fate.TOO_LARGE),
    "deflate": (packed("deflate", lambda: zlib.compress(bytes(BOMB_BYTES))), Fate.TOO_LARGE),
    "brotli": (packed("br", lambda: brotli.compress(bytes(BOMB_BYTES), quality=5)), Fate.TOO_LARGE),
    "zstd": (packed("zstd", lambda: zstd.compress(bytes(BOMB_BYTES))), Fate.TOO_LARGE),
    "zstd-window": (packed("zstd", wide_zstd), Fate.FAILED),
    "gzip-twice": (packed("gzip, gzip", lambda: gzip.compress(gzip_bomb())), Fate.TOO_LARGE),
    "gzip-in-br": (packed("gzip, br", lambda: brotli.compress(gzip_bomb())), Fate.TOO_LARGE),
    "packed-often": (packed(", ".join(["gzip"] * 500), lambda: layers(500)), Fate.TOO_LARGE),
    "no-gzip": (packed("gzip", lambda: b"<p>not packed at all</p>"), Fate.FAILED),
}
QUICK = {"declared", "chunked", "dripping", "long-header", "endless-head", "gzip", "brotli", "zstd"}
PARAMS = slow_unless(QUICK, CASES)
SITEMAPS = {"plain": {}, "packed": {"Content-Encoding": "gzip"}}


def bombed_sitemap(lab: Lab, name: str) -> None:
    """Serve a source whose sitemap is a bomb, plainly or with another around it."""
    host = f"{name}.example"
    body = gzip_bomb() if name == "plain" else gzip.compress(gzip_bomb())
    lab.host(host)
    headers = {"Content-Type": "application/gzip", **SITEMAPS[name]}
    lab.server.on(host, "/sitemap.xml.gz", body, headers=headers)
    lab.source(name, f"http://{host}/sitemap.xml.gz", spider="sitemap")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Crawl all cases that are asked for at once, each on a host of its own."""
    server = HostileServer()
    lab = Lab(tmp_path_factory.mktemp("sizes"), server, timeout=3.0, page_bytes=PAGE_BYTES)
    cases = wanted(request, "case")
    for make in BOMBS:
        make()
    for case in cases:
        lab.host(f"{case}.example")
        server.on(f"{case}.example", "/", raw=CASES[case][0])
        server.on(f"{case}.example", "/next", page("Bài sau"))
    lab.host(GOOD)
    urls = [f"http://{case}.example{path}" for path in ("/", "/next") for case in cases]
    server.feed(GOOD, "/rss", urls)
    lab.source("xau", f"http://{GOOD}/rss", hosts=tuple(f"{case}.example" for case in cases))
    for name in SITEMAPS:
        bombed_sitemap(lab, name)
    lab.crawl()
    yield lab
    server.close()


@pytest.mark.parametrize("case", PARAMS)
def test_a_page_of_a_wrong_size_is_cut_off(lab: Lab, case: str) -> None:
    """F7: it gets its one fate, and the next page of its host comes as ever."""
    fates = lab.fates()

    assert fates[f"http://{case}.example/"] is CASES[case][1]
    assert fates[f"http://{case}.example/next"] is Fate.FETCHED


@pytest.mark.parametrize("name", SITEMAPS)
def test_a_bomb_for_a_sitemap_is_its_sources_error(lab: Lab, name: str) -> None:
    """F7: the run says that it is too large, and doesn't unpack it."""
    page = lab.pages()[f"http://{name}.example/sitemap.xml.gz"]

    assert page.fate is Fate.FAILED
    assert "too large" in page.detail


def test_memory_stays_bounded(lab: Lab) -> None:
    """F7: a crawl of all these at once holds little more than one of small pages."""
    assert 0 < lab.peak < MEMORY_BYTES
