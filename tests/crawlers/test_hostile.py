"""One crawl over pages that misbehave in every way: each gets the right fate, and no other."""

import gzip
import time
from collections.abc import Iterator

import pytest

from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import Lab, page

HOST = "xau.example"
SITE = f"http://{HOST}"
PAGE_BYTES = 300_000
INNER = ("localhost", "2130706433", "017700000001", "0x7f.0.0.1")


def endless() -> Iterator[bytes]:
    """Yield a body without end."""
    while True:
        yield b"<p>" + b"a" * 65_536


def slow() -> Iterator[bytes]:
    """Yield a body a byte a second."""
    for _ in range(60):
        yield b"a"
        time.sleep(1)


def head() -> Iterator[bytes]:
    """Yield a head that is too long."""
    yield b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 20_000


def bomb() -> bytes:
    """Return 50 MB of zeros in 50 kB."""
    return gzip.compress(bytes(50_000_000))


def redirect(server: HostileServer, path: str, target: str, status: int = 302) -> None:
    """Answer `path` with a redirect."""
    server.on(HOST, path, "", status=status, headers={"Location": target})


def redirects(server: HostileServer) -> None:
    """Set up the redirects, good and bad."""
    redirect(server, "/moved", "/target", 301)
    server.on(HOST, "/target", page("Đích"))
    redirect(server, "/moved-raw", "/đích".encode().decode("latin-1"))
    server.on(HOST, "/%C4%91%C3%ADch", page("Đích, không mã hoá"))
    redirect(server, "/loop-a", "/loop-b")
    redirect(server, "/loop-b", "/loop-a")
    redirect(server, "/self", "/self")
    redirect(server, "/to-metadata", "http://169.254.169.254/latest/meta-data")
    redirect(server, "/to-loopback", f"http://127.0.0.1:{server.port}/secret")
    redirect(server, "/to-localhost", f"http://localhost:{server.port}/secret")
    redirect(server, "/to-file", "file:///etc/passwd")
    redirect(server, "/to-data", "data:text/html,<p>x</p>")
    redirect(server, "/to-nowhere", "http://[bad/")
    for hop in range(9):
        redirect(server, f"/chain-{hop}", f"/chain-{hop + 1}")


def bodies(server: HostileServer) -> None:
    """Set up the pages whose body or status is wrong."""
    html = {"Content-Type": "text/html"}
    server.on(HOST, "/ok", page("Được"))
    server.on(HOST, "/gone", "", status=410)
    server.on(HOST, "/error", "", status=500)
    server.on(HOST, "/forbidden", "", status=403)
    server.on(HOST, "/busy", "", status=503)
    server.on(HOST, "/unasked-304", "", status=304)
    server.on(HOST, "/picture", b"\x89PNG", headers={"Content-Type": "image/png"})
    server.on(HOST, "/pdf", b"%PDF-1.7", headers={"Content-Type": "application/pdf"})
    server.on(HOST, "/pdf-as-html", b"%PDF-1.7\n\xff\x00", headers=html)
    server.on(HOST, "/part", page("Một phần"), status=206)
    cut = gzip.compress(page("Bị cắt").encode())[:-20]
    server.on(HOST, "/cut", cut, headers={**html, "Content-Encoding": "gzip"})
    server.on(HOST, "/commas", page("Dấu phẩy"), headers={"Content-Encoding": ",,,,"})
    server.on(HOST, "/layers", page("Lớp"), headers={"Content-Encoding": "gzip, br, gzip, br"})
    server.on(HOST, "/head", raw=head)
    server.on(HOST, "/untyped", page("Không kiểu").encode())
    server.on(HOST, "/untyped-binary", bytes(range(256)))
    server.on(HOST, "/big", b"a" * (PAGE_BYTES + 1), headers=html)
    server.on(HOST, "/endless", chunks=endless, headers=html)
    server.on(HOST, "/slow", chunks=slow, headers=html)
    server.on(HOST, "/hang", "", delay=4.0)
    server.on(HOST, "/bomb", bomb(), headers={**html, "Content-Encoding": "gzip"})
    server.on(HOST, "/cookie", page("Bánh quy"), headers={"Set-Cookie": "who=reader"})
    server.on(HOST, "/deep", "<div>" * 50_000)


FATES = {
    "/ok": Fate.FETCHED,
    "/missing": Fate.NOT_FOUND,
    "/gone": Fate.NOT_FOUND,
    "/error": Fate.FAILED,
    "/forbidden": Fate.FAILED,
    "/busy": Fate.FAILED,
    "/unasked-304": Fate.FAILED,
    "/picture": Fate.NO_TEXT,
    "/pdf": Fate.WRONG_TYPE,
    "/pdf-as-html": Fate.WRONG_TYPE,
    "/part": Fate.FAILED,
    "/cut": Fate.FAILED,
    "/commas": Fate.FETCHED,
    "/layers": Fate.TOO_LARGE,
    "/head": Fate.FAILED,
    "/untyped": Fate.FETCHED,
    "/untyped-binary": Fate.WRONG_TYPE,
    "/big": Fate.TOO_LARGE,
    "/endless": Fate.TOO_LARGE,
    "/bomb": Fate.TOO_LARGE,
    "/slow": Fate.TIMED_OUT,
    "/hang": Fate.TIMED_OUT,
    "/cookie": Fate.FETCHED,
    "/deep": Fate.FETCHED,
    "/moved": Fate.REDIRECTED,
    "/target": Fate.FETCHED,
    "/moved-raw": Fate.REDIRECTED,
    "/%C4%91%C3%ADch": Fate.FETCHED,
    "/loop-a": Fate.REDIRECTED,
    "/loop-b": Fate.REDIRECTED,
    "/self": Fate.REDIRECTED,
    "/to-metadata": Fate.REDIRECTED,
    "/to-loopback": Fate.REDIRECTED,
    "/to-localhost": Fate.REFUSED_ADDRESS,
    "/to-file": Fate.REDIRECTED,
    "/to-data": Fate.REDIRECTED,
    "/to-nowhere": Fate.REDIRECTED,
    "/chain-0": Fate.REDIRECTED,
    "/chain-5": Fate.REDIRECTED,
}
NOT_LISTED = {"/target", "/%C4%91%C3%ADch", "/loop-b", "/chain-5"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Crawl everything once."""
    server = HostileServer()
    redirects(server)
    bodies(server)
    lab = Lab(tmp_path_factory.mktemp("hostile"), server, timeout=1.5, page_bytes=PAGE_BYTES)
    lab.host(HOST)
    urls = [f"{SITE}{path}" for path in FATES if path not in NOT_LISTED]
    urls += [f"http://{host}:{server.port}/secret" for host in INNER]
    server.feed(HOST, "/rss", urls)
    server.on("localhost", "/secret", page("Bí mật"))
    lab.source("xau", f"{SITE}/rss", hosts=INNER)
    lab.crawl()
    yield lab
    server.close()


@pytest.mark.parametrize("path", [path for path in FATES if path != "/to-localhost"])
def test_each_page_gets_its_fate(lab: Lab, path: str) -> None:
    """A page that misbehaves gets the fate that says how."""
    assert lab.fates()[f"{SITE}{path}"] is FATES[path]


def test_every_address_asked_for_has_one_fate(lab: Lab) -> None:
    """What the server was asked for, and what has a fate, are the same addresses."""
    asked = {asked.path for asked in lab.server.asked(HOST)} - {"/robots.txt"}

    known = {url.removeprefix(SITE) for url in lab.fates() if url.startswith(SITE)}
    assert asked == known


@pytest.mark.parametrize("host", INNER)
def test_names_of_inner_addresses_are_not_dialled(lab: Lab, host: str) -> None:
    """A name, or a number, that leads to loopback is refused, though the source names it."""
    url = next(url for url in lab.fates() if url.startswith(f"http://{host}:"))

    assert lab.fates()[url] is Fate.REFUSED_ADDRESS


def test_no_inner_address_was_reached(lab: Lab) -> None:
    """The server saw requests for the mapped host alone, whatever redirects and names said."""
    assert {asked.host for asked in lab.server.log} == {HOST}


def test_a_redirect_to_an_inner_name_is_stopped_at_the_gate(lab: Lab) -> None:
    """A redirect onto a host that is the source's own passes the gate like any page."""
    pages = lab.pages()

    assert pages[f"{SITE}/to-localhost"].fate is Fate.REDIRECTED
    assert pages[f"http://localhost:{lab.server.port}/secret"].fate is Fate.REFUSED_ADDRESS


@pytest.mark.parametrize("path", ["/to-metadata", "/to-loopback", "/to-file", "/chain-5"])
def test_a_redirect_that_is_not_followed_says_why(lab: Lab, path: str) -> None:
    """The fate of a redirect that ends there carries the reason."""
    assert lab.pages()[f"{SITE}{path}"].detail


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/cut", "damaged gzip: it breaks off"),
        ("/layers", "packed more than 3 times over"),
        ("/head", "broken answer: more than 100000 bytes of headers"),
        ("/pdf-as-html", "binary, sent as text/html"),
    ],
)
def test_a_broken_answer_says_what_is_wrong(lab: Lab, path: str, words: str) -> None:
    """The fate of a page that came, and can't be used, carries the reason."""
    assert lab.pages()[f"{SITE}{path}"].detail == words


def test_long_chains_end(lab: Lab) -> None:
    """After five redirects in a row no further one is followed."""
    assert lab.server.asked(HOST, "/chain-5")
    assert not lab.server.asked(HOST, "/chain-6")


def test_retries_are_bounded(lab: Lab) -> None:
    """A server error is asked for twice; a busy server, which asks to be left alone, once."""
    assert len(lab.server.asked(HOST, "/error")) == 2
    assert len(lab.server.asked(HOST, "/busy")) == 1


def test_no_cookie_is_sent_or_kept(lab: Lab) -> None:
    """A cookie goes neither back to the server nor into the captures."""
    pages = lab.pages()
    warcs = b"".join(
        gzip.decompress(file.read_bytes()) for file in lab.settings.captures_dir.glob("*/*.warc.gz")
    )

    assert pages[f"{SITE}/cookie"].capture
    assert b"who=reader" not in warcs
    assert not any("cookie" in asked.headers for asked in lab.server.log)


def test_the_crawler_says_who_it_is(lab: Lab) -> None:
    """Each request carries the product's name and the contact of the settings."""
    agents = {asked.headers["user-agent"] for asked in lab.server.log}

    assert agents == {lab.settings.user_agent}
