"""The demo web over real sockets: what a polite crawler, and an impolite one, would meet."""

import contextlib
import gzip
import html
import http.client
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from demo.outlets import BY_SLUG, CONTENT, OUTLETS, Outlet, load_pages
from demo.server import DemoServer
from demo.software import PER_PAGE
from kiemchung.paths import ROOT

SLUGS = [outlet.slug for outlet in OUTLETS]
NEWSPAPER = BY_SLUG["song_may"]
ARTICLE = NEWSPAPER.path_of("cuoi-tuan-lam-ha-hung-nang")


class Got(msgspec.Struct):
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the body, read as UTF-8."""
        return self.body.decode()


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoServer]:
    """Serve the demo web."""
    with DemoServer() as server:
        yield server


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[DemoServer, Path]]:
    """Serve a copy of the demo web whose pages may be edited."""
    content = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    with DemoServer(content=content) as server:
        yield server, content


def get(server: DemoServer, host: str, path: str, *, method: str = "GET", **headers: str) -> Got:
    """Ask `server` for `path` of `host`; in `headers`, _ stands for -."""
    sent = {"Host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, path, headers=sent)
        with connection.getresponse() as answer:
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Got(status=answer.status, headers=named, body=answer.read())


@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_is_served_with_its_author(demo: DemoServer, slug: str) -> None:
    """Each page answers 200 and shows its text and its author's name."""
    outlet = BY_SLUG[slug]
    for page in load_pages(outlet):
        answers = [get(demo, outlet.host, path) for path in outlet.paths_of(page)]
        shown = "".join(got.body.decode(page.encoding) for got in answers)
        text = html.unescape(unicodedata.normalize("NFC", shown))

        assert {got.status for got in answers} == {200}
        assert all(author in text for author in (page.author, *(r.author for r in page.replies)))
        said = [page.text, *(reply.text for reply in page.replies)]
        assert all(line in text for each in said for line in each.splitlines())


@pytest.mark.parametrize("slug", [outlet.slug for outlet in OUTLETS if outlet.threads])
def test_a_reply_is_found_under_its_own_address(demo: DemoServer, slug: str) -> None:
    """A forum's permalink shows the page of the thread on which the reply stands."""
    outlet = BY_SLUG[slug]
    for page in load_pages(outlet):
        for reply in page.replies:
            url = outlet.url_of(f"{page.slug}#{reply.number}").removeprefix(outlet.base)
            got = get(demo, outlet.host, url.partition("#")[0])
            others = [r for r in page.replies if abs(r.number - reply.number) >= PER_PAGE]

            assert got.status == 200
            assert reply.text.splitlines()[0] in html.unescape(got.text)
            assert not any(o.text.splitlines()[0] in html.unescape(got.text) for o in others)


def test_a_long_thread_has_a_second_page(demo: DemoServer) -> None:
    """Each forum has a thread of two pages, and its board leads to both."""
    for outlet in (outlet for outlet in OUTLETS if outlet.threads):
        long = [paths for page in load_pages(outlet) if (paths := outlet.paths_of(page))[1:]]

        assert long
        assert {path for paths in long for path in paths} <= listed(demo, outlet)


@pytest.mark.parametrize("slug", ["ben_xe", "thu_vien", "con_nuoc", "bep_bo_ke"])
def test_a_channel_names_who_writes(demo: DemoServer, slug: str) -> None:
    """What a crawler reads of a channel carries its writers' names, to be left out."""
    outlet = BY_SLUG[slug]
    paths = [outlet.feed or outlet.listing]
    shown = ""
    for path in paths:
        text = html.unescape(get(demo, outlet.host, path).text)
        paths += re.findall(r'<link rel="prev" href="([^"]+)"', text)
        shown += text

    assert len(paths) == (2 if slug == "ben_xe" else 1)
    assert [page.author for page in load_pages(outlet) if page.author not in shown] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_is_listed(demo: DemoServer, slug: str) -> None:
    """Following an outlet's own lists leads to each of its pages."""
    outlet = BY_SLUG[slug]
    moved = {new: old for old, new in outlet.moved}
    found = listed(demo, outlet)

    pages = load_pages(outlet)
    missing = [p.slug for p in pages if moved.get(p.slug, outlet.path_of(p.slug)) not in found]
    assert missing == []


@pytest.mark.parametrize("slug", SLUGS)
def test_robots_txt_disallows_something_that_is_listed(demo: DemoServer, slug: str) -> None:
    """Each outlet lists one page that its robots.txt keeps out."""
    outlet = BY_SLUG[slug]
    robots = get(demo, outlet.host, "/robots.txt").text
    disallowed = [line.split(": ")[1] for line in robots.splitlines() if "Disallow" in line]

    assert outlet.forbidden in listed(demo, outlet)
    assert any(outlet.forbidden.startswith(path) for path in disallowed)
    assert not any(outlet.path_of("x").startswith(path) for path in disallowed)


@pytest.mark.parametrize("path", [ARTICLE, "/", "/rss.xml", "/sitemap-cu.xml.gz", "/robots.txt"])
def test_an_unchanged_page_is_not_sent_again(demo: DemoServer, path: str) -> None:
    """Asked again with either validator, the server says 304 and sends nothing."""
    first = get(demo, NEWSPAPER.host, path)
    etag, modified = first.headers["etag"], first.headers["last-modified"]

    for headers in ({"If_None_Match": etag}, {"If_Modified_Since": modified}):
        again = get(demo, NEWSPAPER.host, path, **headers)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == etag


def test_an_edited_page_alone_is_sent_again(own: tuple[DemoServer, Path]) -> None:
    """After an edit, both validators let the edited page through, and no other one."""
    server, content = own
    other = NEWSPAPER.path_of("tet-que-xua")
    before = {path: get(server, NEWSPAPER.host, path).headers for path in (ARTICLE, other)}
    file = content / "song_may" / "cuoi-tuan-lam-ha-hung-nang.txt"
    file.write_text(file.read_text(encoding="utf-8") + "\n\nBổ sung: chiều mưa.", encoding="utf-8")

    for path, status in ((ARTICLE, 200), (other, 304)):
        tag, modified = before[path]["etag"], before[path]["last-modified"]
        assert get(server, NEWSPAPER.host, path, If_None_Match=tag).status == status
        assert get(server, NEWSPAPER.host, path, If_Modified_Since=modified).status == status
    assert "Bổ sung: chiều mưa." in get(server, NEWSPAPER.host, ARTICLE).text


def test_validators_are_the_same_after_a_restart(demo: DemoServer) -> None:
    """ETag and Last-Modified come from the content, not from the server's life."""
    with DemoServer() as second:
        answers = [get(server, NEWSPAPER.host, ARTICLE).headers for server in (demo, second)]

    assert answers[0]["etag"] == answers[1]["etag"]
    assert answers[0]["last-modified"] == answers[1]["last-modified"]


def test_an_old_address_redirects(demo: DemoServer) -> None:
    """A listed old address answers 301 with the page's new one, which is there."""
    [(old, slug)] = NEWSPAPER.moved
    got = get(demo, NEWSPAPER.host, old)

    assert (got.status, got.headers["location"]) == (301, NEWSPAPER.url_of(slug))
    assert old in listed(demo, NEWSPAPER)
    assert get(demo, NEWSPAPER.host, NEWSPAPER.path_of(slug)).status == 200


def test_a_listed_page_is_gone(demo: DemoServer) -> None:
    """One listed address answers 404, with a page for humans."""
    [gone] = NEWSPAPER.gone
    got = get(demo, NEWSPAPER.host, gone)

    assert gone in listed(demo, NEWSPAPER)
    assert got.status == 404
    assert "Không tìm thấy" in got.text


def test_a_page_that_hangs_ends_when_its_reader_leaves(demo: DemoServer) -> None:
    """A listed page never answers; its handler ends as soon as the reader is gone."""
    [path] = NEWSPAPER.hangs
    with socket.create_connection(("127.0.0.1", demo.port), timeout=20) as reader:
        reader.sendall(f"GET {path} HTTP/1.1\r\nHost: {NEWSPAPER.host}\r\n\r\n".encode())
        reader.settimeout(0.5)
        with pytest.raises(TimeoutError):
            reader.recv(1)

    for _ in range(200):
        if [r.status for r in demo.log if r.path == path] == [499]:
            break
        time.sleep(0.1)
    assert [r.status for r in demo.log if r.path == path] == [499]
    assert path in listed(demo, NEWSPAPER)


def test_one_page_is_in_windows_1258(demo: DemoServer) -> None:
    """The page says its charset in itself alone, and decodes to its text."""
    page = next(page for page in load_pages(NEWSPAPER) if page.encoding != "utf-8")
    got = get(demo, NEWSPAPER.host, NEWSPAPER.path_of(page.slug))
    text = unicodedata.normalize("NFC", got.body.decode("cp1258"))

    assert got.headers["content-type"] == "text/html"
    assert b'<meta charset="windows-1258">' in got.body
    for paragraph in page.text.split("\n\n"):
        assert paragraph in text


def test_head_answers_like_get_without_the_body(demo: DemoServer) -> None:
    """HEAD has GET's headers and no body."""
    got, head = (get(demo, NEWSPAPER.host, ARTICLE, method=method) for method in ("GET", "HEAD"))

    assert head.body == b""
    assert head.headers["content-length"] == str(len(got.body))
    assert head.headers["etag"] == got.headers["etag"]


def test_nothing_can_be_sent_to_the_demo_web(demo: DemoServer) -> None:
    """Any other verb is refused, and logged."""
    assert get(demo, NEWSPAPER.host, "/", method="POST").status == 501
    assert demo.log[-1].method == "POST"


def test_an_absolute_request_line_outranks_the_host_header(demo: DemoServer) -> None:
    """A request line as sent to a proxy is served for the host that it names."""
    got = get(demo, "phonui.example", f"http://{NEWSPAPER.host}{ARTICLE}")

    assert got.status == 200
    assert (demo.log[-1].host, demo.log[-1].path) == (NEWSPAPER.host, ARTICLE)


@pytest.mark.parametrize("host", ["example.example", "localhost", ""])
def test_an_unknown_host_is_refused(demo: DemoServer, host: str) -> None:
    """Who isn't an outlet is not served."""
    assert get(demo, host, "/").status == 421


def test_the_log_tells_who_asked_for_what(demo: DemoServer) -> None:
    """Each request is kept with host, path, status and user agent."""
    get(demo, "PhoNui.example:80", "/?trang=2", User_Agent="thử/1.0".encode().decode("latin-1"))
    get(demo, NEWSPAPER.host, ARTICLE, User_Agent="kiemchung-test")
    last = demo.log[-1]

    assert (demo.log[-2].host, demo.log[-2].path) == ("phonui.example", "/?trang=2")
    assert (last.host, last.path, last.status) == (NEWSPAPER.host, ARTICLE, 200)
    assert (last.method, last.user_agent) == ("GET", "kiemchung-test")


def test_the_log_is_written_to_a_file(tmp_path: Path) -> None:
    """With a log file, each request is one line of JSON there."""
    file = tmp_path / "log.jsonl"
    with file.open("w", encoding="utf-8") as log, DemoServer(log_file=log) as server:
        get(server, NEWSPAPER.host, "/robots.txt")

    assert json.loads(file.read_text(encoding="utf-8"))["path"] == "/robots.txt"


def test_it_listens_on_loopback_alone(demo: DemoServer) -> None:
    """The host map that crawlers are given points to loopback, for every outlet."""
    assert dict(demo.host_map) == {o.host: f"127.0.0.1:{demo.port}" for o in OUTLETS}


def test_a_closed_server_lets_go_of_its_port_and_readers() -> None:
    """Closing ends a reader that still waits, and the port can be had again."""
    with DemoServer() as server:
        port = server.port
        waiting = socket.create_connection(("127.0.0.1", port), timeout=20)
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: songmay.example\r\n\r\n")
        assert waiting.recv(4) == b"HTTP"
    with waiting:
        while waiting.recv(65536):
            pass

    with DemoServer(port=port) as again:
        assert again.port == port


def test_a_taken_port_is_one_sentence(demo: DemoServer) -> None:
    """The command says that its port is taken, without a traceback."""
    command = [sys.executable, "-m", "demo.server", "--port", str(demo.port)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert done.returncode == 1
    assert done.stderr.startswith(f"port {demo.port}: ")
    assert len(done.stderr.splitlines()) == 1


def listed(server: DemoServer, outlet: Outlet) -> set[str]:
    """Return all paths that the outlet's feeds, sitemaps and listings name."""
    paths = list(outlet.sitemaps) or [outlet.feed or outlet.listing]
    seen: set[str] = set()
    for path in paths:
        body = get(server, outlet.host, path).body
        text = gzip.decompress(body).decode() if path.endswith(".gz") else body.decode()
        links = re.findall(r'(?:href="|<loc>|<link>)\.?([^"<]+)', text)
        seen |= {html.unescape(link).removeprefix(outlet.base) for link in links}
        paths += re.findall(r'<link rel="(?:next|prev)" href="([^"]+)"', text)
    return seen
