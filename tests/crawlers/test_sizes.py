"""F7: answers of every wrong size cost their own page, a bounded time and bounded memory."""

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from itertools import repeat

import brotli
import pytest
from backports import zstd

from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import Lab, page

PAGE_BYTES = 1_000_000
BOMB_BYTES = 300_000_000
MEMORY_BYTES = 300_000_000
"""What a crawl of all this may hold; a crawl of ten small pages holds about 100 MB."""
GOOD = "tot.example"
HTML = {"Content-Type": "text/html; charset=utf-8"}
CHUNK = b"<p>" + b"a" * 65_533
GIGABYTE = 1_000_000_000 // len(CHUNK)

Raw = Callable[[], Iterator[bytes]]


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


def packed(encoding: str, body: bytes) -> Raw:
    """Send `body` as what `encoding` says."""
    length = f"Content-Length: {len(body)}\n"
    return sent(f"Content-Encoding: {encoding}\n{length}", text(body))


def gzip_bomb(size: int = BOMB_BYTES) -> bytes:
    """Return `size` zeros as gzip, from members of 10 MB."""
    return gzip.compress(bytes(10_000_000)) * (size // 10_000_000)


def one_member(size: int = BOMB_BYTES) -> bytes:
    """Return `size` zeros as gzip of one member."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return b"".join([*map(packer.compress, repeat(bytes(10**6), size // 10**6)), packer.flush()])


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
    "silent": (lambda: (time.sleep(9) for _ in range(9)), Fate.TIMED_OUT),  # type: ignore[misc]
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
    "gzip": (packed("gzip", one_member()), Fate.TOO_LARGE),
    "gzip-members": (packed("gzip", gzip_bomb()), Fate.TOO_LARGE),
    "deflate": (packed("deflate", zlib.compress(bytes(BOMB_BYTES))), Fate.TOO_LARGE),
    "brotli": (packed("br", brotli.compress(bytes(BOMB_BYTES), quality=5)), Fate.TOO_LARGE),
    "zstd": (packed("zstd", zstd.compress(bytes(BOMB_BYTES))), Fate.TOO_LARGE),
    "zstd-window": (packed("zstd", wide_zstd()), Fate.FAILED),
    "gzip-twice": (packed("gzip, gzip", gzip.compress(one_member())), Fate.TOO_LARGE),
    "gzip-br": (packed("gzip, br", brotli.compress(one_member(), quality=5)), Fate.TOO_LARGE),
    "layers": (packed(", ".join(["gzip"] * 500), layers(500)), Fate.TOO_LARGE),
    "no-gzip": (packed("gzip", b"<p>not packed at all</p>"), Fate.FAILED),
}
SITEMAPS = {
    "sitemap-gz": ({"Content-Type": "application/gzip"}, one_member()),
    "sitemap-gz-twice": (
        {"Content-Type": "application/gzip", "Content-Encoding": "gzip"},
        gzip.compress(one_member()),
    ),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Crawl everything once, each case on a host of its own."""
    server = HostileServer()
    lab = Lab(tmp_path_factory.mktemp("sizes"), server, timeout=2.0, page_bytes=PAGE_BYTES)
    lab.host(GOOD)
    for case, (raw, _) in CASES.items():
        lab.host(f"{case}.example")
        server.on(f"{case}.example", "/", raw=raw)
        server.on(f"{case}.example", "/next", page("Bài sau"))
    for number in range(5):
        server.on(GOOD, f"/{number}", page(f"Bài {number}"))
    urls = [f"http://{case}.example{path}" for path in ("/", "/next") for case in CASES]
    server.feed(GOOD, "/rss", urls + [f"http://{GOOD}/{number}" for number in range(5)])
    lab.source("xau", f"http://{GOOD}/rss", hosts=tuple(f"{case}.example" for case in CASES))
    for case, (headers, body) in SITEMAPS.items():
        lab.host(f"{case}.example")
        server.on(f"{case}.example", "/sitemap.xml.gz", body, headers=headers)
        name = case.replace("-", "_")
        lab.source(name, f"http://{case}.example/sitemap.xml.gz", spider="sitemap")
    report = lab.crawl()
    print("PEAK", lab.peak, report.errors)
    yield lab
    server.close()


@pytest.mark.parametrize("case", CASES)
def test_a_page_of_a_wrong_size_gets_its_fate(lab: Lab, case: str) -> None:
    """F7: it is cut off where its limit is, and nothing else happens to it."""
    assert lab.fates()[f"http://{case}.example/"] is CASES[case][1]


@pytest.mark.parametrize("case", CASES)
def test_its_host_is_read_on(lab: Lab, case: str) -> None:
    """F7: the next page of the same host comes as ever."""
    assert lab.fates()[f"http://{case}.example/next"] is Fate.FETCHED
