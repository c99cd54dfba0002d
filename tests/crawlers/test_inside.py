"""F11: nothing on the web leads the crawler to an inner address, whichever way it is written.

Each dial of these crawls goes to the site where it is a public address's, and to a canary where it
is any other: the canary must stay alone.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import ROBOTS, Lab, page, slow_unless, wanted

HOOK = Path(__file__).parent / "network"
PUBLIC = "203.113.131.1"
OTHER_PUBLIC = "2606:4700::6810:84e5"
SITE = "bao.example"
HOME = f"http://{SITE}"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY")

ANSWERS = {
    "loopback": "127.0.0.1",
    "loopback-end": "127.255.255.254",
    "this-host": "0.0.0.0",  # noqa: S104 (an address to refuse)
    "private-10": "10.0.0.1",
    "private-172": "172.31.255.254",
    "private-192": "192.168.1.1",
    "metadata": "169.254.169.254",
    "carrier": "100.64.0.1",
    "alibaba-metadata": "100.100.100.200",
    "protocols": "192.0.0.192",
    "benchmark": "198.18.0.1",
    "documentation": "192.0.2.1",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "unspecified-6": "::",
    "loopback-6": "::1",
    "compatible": "::127.0.0.1",
    "mapped": "::ffff:127.0.0.1",
    "mapped-metadata": "::ffff:a9fe:a9fe",
    "link-local-6": "fe80::1",
    "zone": "fe80::1%eth0",
    "site-local-6": "fec0::1",
    "unique-local": "fd00:ec2::254",
    "multicast-6": "ff02::1",
    "six-to-four": "2002:7f00:1::",
    "teredo": "2001:0:7f00:1::",
    "nat64": "64:ff9b::7f00:1",
    "nat64-local": "64:ff9b:1::7f00:1",
}
"""What a name of the source's own resolves to."""

WRITTEN = {
    "plain": "http://127.0.0.1/",
    "decimal": "http://2130706433/",
    "octal": "http://017700000001/",
    "octal-parts": "http://0177.0.0.01/",
    "hexadecimal": "http://0x7f.0.0.1/",
    "hexadecimal-whole": "http://0x7f000001/",
    "short": "http://127.1/",
    "zero": "http://0/",
    "last-dot": "http://127.0.0.1./",
    "name": "http://localhost/",
    "upper-case": "http://LOCALHOST/",
    "name-dot": "http://localhost./",
    "six": "http://[::1]/",
    "six-long": "http://[0:0:0:0:0:0:0:1]/",
    "six-mapped": "http://[::ffff:127.0.0.1]/",
    "six-zone": "http://[fe80::1%25eth0]/",
    "ideographic-dots": "http://127。0。0。1/",
    "full-width": "http://127.0.0.1/",
    "circled": "http://①②⑦.⓪.⓪.①/",
    "percent": "http://%31%32%37.0.0.1/",
    "user": f"http://{SITE}@127.0.0.1/",
    "user-backslash": f"http://{SITE}\\@127.0.0.1/",
    "backslash": f"http://127.0.0.1\\@{SITE}/",
    "user-reversed": f"http://127.0.0.1@{SITE}/",
    "fragment": f"http://127.0.0.1#@{SITE}/",
    "two-ports": f"http://127.0.0.1:80:80@{SITE}:80/",
    "no-slashes": "http:127.0.0.1/",
    "three-slashes": "http:///127.0.0.1/",
    "tab": "http://127.0.0\t.1/",
}
"""How a page or a redirect writes it; its host is the source's own as far as we can read it."""

SCHEMES = {
    "file": "file:///etc/passwd",
    "file-host": f"file://{SITE}/etc/passwd",
    "data": "data:text/html,<p>x</p>",
    "ftp": f"ftp://{SITE}/x",
    "gopher": "gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript": "javascript:fetch('http://127.0.0.1/')",
    "view-source": "view-source:http://127.0.0.1/",
    "jar": "jar:http://127.0.0.1/x.jar!/",
    "s3": "s3://bucket/key",
    "unix": "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
}
PORTS = {"ssh": 22, "smtp": 25, "redis": 6379, "search": 9200, "database": 5432}
QUICK = {
    *("loopback", "metadata", "private-10", "mapped", "nat64", "zone"),
    *("decimal", "octal", "six", "ideographic-dots", "user", "backslash"),
    *("file", "data", "ftp", "search"),
}


class Inside(msgspec.Struct):
    """A site, a canary, and a crawl with nothing but the network's own names between them."""

    lab: Lab
    canary: HostileServer
    names: dict[str, list[list[str]]]
    folder: Path

    def site(self, host: str, *answers: list[str], robots: bytes = ROBOTS.encode()) -> None:
        """Let `host` resolve to `answers`, one a lookup, and serve its robots.txt."""
        self.names[host] = list(answers) or [[PUBLIC]]
        close = {"Connection": "close"}  # each request looks its host up anew
        self.lab.server.on(host, "/robots.txt", robots, headers=close)

    def crawl(self, patch: pytest.MonkeyPatch) -> None:
        """Crawl with this network below."""
        servers = {"site": self.lab.server, "canary": self.canary}
        places = {name: ["127.0.0.1", server.port] for name, server in servers.items()}
        network = {
            "names": self.names,
            "public": [PUBLIC, OTHER_PUBLIC],
            "log": str(self.folder / "dials"),
            **places,
        }
        (self.folder / "network.json").write_text(json.dumps(network))
        patch.setenv("NETWORK", str(self.folder / "network.json"))
        patch.setenv("PYTHONPATH", str(HOOK))
        for name in PROXIES:
            patch.setenv(name, f"http://{self.canary.place}")
        self.lab.crawl()

    def dialled(self) -> set[tuple[str, int]]:
        """Return the addresses and ports that were dialled."""
        lines = (self.folder / "dials").read_text().split("\n")
        places = (line.split() for line in lines if line)
        return {(address, int(port)) for address, port in places}


def inside(folder: Path) -> Iterator[Inside]:
    """Prepare a site and a canary; the canary answers whatever it is asked."""
    canary, server = HostileServer(), HostileServer()
    made = Inside(Lab(folder, server, timeout=2.0), canary, {}, folder)
    made.site(SITE)
    yield made
    server.close()
    canary.close()


def targets(case: str) -> str:
    """Return the address that a case is about."""
    if case in ANSWERS:
        return f"http://{case}.example/{case}"
    if case in PORTS:
        return f"{HOME}:{PORTS[case]}/{case}"
    return f"{WRITTEN[case]}{case}" if case in WRITTEN else SCHEMES[case]


CASES = [*ANSWERS, *WRITTEN, *SCHEMES, *PORTS]


@pytest.fixture(scope="module")
def crawled(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Inside]:
    """Crawl a feed that names each case, and pages that redirect to each."""
    cases = wanted(request, "case")
    with pytest.MonkeyPatch.context() as patch:
        made = inside(tmp_path_factory.mktemp("inside"))
        here = next(made)
        hosts = {host for case in cases for host in _hosts(targets(case))}
        for case, address in ANSWERS.items():
            here.site(f"{case}.example", [address])
        moved = []
        for case in cases:
            location = f"{targets(case)}?moved".encode()
            headers = {"Location": location.decode("latin-1")}
            here.lab.server.on(SITE, f"/to-{case}", "", status=302, headers=headers)
            moved.append(f"{HOME}/to-{case}")
        here.lab.server.feed(SITE, "/rss", [*map(targets, cases), *moved])
        here.lab.source("bao", f"{HOME}/rss", hosts=tuple(sorted(hosts)))
        here.crawl(patch)
        yield here
        made.close()


def _hosts(url: str) -> set[str]:
    """Return every host that a reader of `url` may see in it."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return {host, "127.0.0.1", "localhost", "::1"} - {""}


@pytest.mark.parametrize("case", slow_unless(QUICK, CASES))
def test_an_inner_address_is_not_asked(crawled: Inside, case: str) -> None:
    """F11: neither named by a feed nor by a redirect."""
    pages = crawled.lab.pages()

    asked = [each for each in crawled.canary.log if case in each.path or case in each.host]
    assert asked == []
    reached = {page.url for page in pages.values() if page.fate is Fate.FETCHED}
    assert {url for url in reached if case in url} == set()
    assert pages[f"{HOME}/to-{case}"].fate is Fate.REDIRECTED


def test_whatever_was_dialled_was_public(crawled: Inside) -> None:
    """F11: at no moment was an inner address, or a port that isn't the web's, dialled."""
    assert crawled.dialled() == {(PUBLIC, 80)}
    assert crawled.canary.log == []


@pytest.mark.parametrize("case", slow_unless({"loopback"}, ANSWERS))
def test_the_fate_says_that_the_address_was_refused(crawled: Inside, case: str) -> None:
    """F11: and which one it was."""
    page = crawled.lab.pages()[targets(case)]

    assert page.fate is Fate.REFUSED_ADDRESS
    assert ANSWERS[case] in page.detail


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """Crawl sources that lead inside on ways of their own, each with a host of its own."""
    with pytest.MonkeyPatch.context() as patch:
        made = inside(tmp_path_factory.mktemp("ways"))
        here = next(made)
        here.lab.server.on(SITE, "/", page("Trang nhà"))
        for lay in (_names, _listings, _words, _robots):
            lay(here)
        here.crawl(patch)
        yield here
        made.close()


def _source(here: Inside, name: str, *paths: str, listing: str = "/rss", **fields: object) -> None:
    """Add a source whose feed names `paths` of its own host."""
    host = f"{name.replace('_', '-')}.example"
    here.lab.server.feed(host, "/rss", [f"http://{host}{path}" for path in paths])
    here.lab.source(name, f"http://{host}{listing}", **fields)


def _names(here: Inside) -> None:
    """Lay names that change their answer, or have several."""
    close = {"Connection": "close"}
    here.site("rebind.example", [PUBLIC], [PUBLIC], ["127.0.0.1"])
    here.site("rebind-each.example", *[[PUBLIC], ["127.0.0.1"]] * 50)
    here.site("mixed.example", [PUBLIC, "127.0.0.1"])
    here.site("sound.example", [PUBLIC])
    for name in ("rebind", "rebind_each", "mixed", "sound"):
        _source(here, name, "/1", "/2")
        host = f"{name.replace('_', '-')}.example"
        here.lab.server.routes[host, "/rss"].headers.update(close)
        here.lab.server.on(host, "/1", page("Một"), headers=close)


def _listings(here: Inside) -> None:
    """Lay listings that lie inside, or name further ones that do."""
    here.names["inner.example"] = [["10.0.0.5"]]
    here.lab.source("listed_inside", "http://10.0.0.5/rss")
    here.site("paged.example")
    next_page = "<a href='/1'>Một</a><a rel='next' href='http://inner.example/trang-2'>Sau</a>"
    here.lab.server.on("paged.example", "/tin", next_page)
    fields = {"follow": "/[0-9]$", "hosts": ("inner.example",)}
    here.lab.source("paged", "http://paged.example/tin", spider="listing", **fields)
    here.site("index.example")
    inner = "<sitemap><loc>http://inner.example/map.xml</loc></sitemap>"
    here.lab.server.on("index.example", "/index.xml", f"<sitemapindex>{inner}</sitemapindex>")
    hosts = ("inner.example",)
    here.lab.source("index", "http://index.example/index.xml", spider="sitemap", hosts=hosts)


def _words(here: Inside) -> None:
    """Lay a page whose words, marks and headers all point inside."""
    inner = "http://127.0.0.1/words"
    here.site("words.example")
    _source(here, "words", "/1", hosts=("127.0.0.1",))
    head = f"""<link rel="canonical" href="{inner}"><meta property="og:url" content="{inner}">
    <base href="{inner}"><meta http-equiv="refresh" content="0; url={inner}">
    <link rel="amphtml" href="{inner}"><link rel="next" href="{inner}">
    <script type="application/ld+json">{{"@type": "NewsArticle", "url": "{inner}"}}</script>"""
    body = f"""<iframe src="{inner}"></iframe><img src="{inner}"><script src="{inner}"></script>
    <form action="{inner}"></form><a href="{inner}">Xem</a>"""
    headers = {
        "Refresh": f"0; url={inner}",
        "Link": f"<{inner}>; rel=preload",
        "Alt-Svc": 'h2=":1"',
    }
    text = f"<html><head>{head}</head><body>{body}</body></html>"
    here.lab.server.on("words.example", "/1", text, headers={**headers, "Content-Location": inner})


def _robots(here: Inside) -> None:
    """Lay robots.txt that lead inside."""
    targets = {
        "robots_in": "http://127.0.0.1/robots.txt",
        "robots_port": "http://robots-port.example:6379/robots.txt",
        "robots_file": "file:///etc/passwd",
        "robots_map": "",
    }
    for name, target in targets.items():
        host = f"{name.replace('_', '-')}.example"
        here.site(host)
        _source(here, name, "/1")
        if target:
            headers = {"Location": target, "Connection": "close"}
            here.lab.server.on(host, "/robots.txt", "", status=302, headers=headers)
        else:
            lines = f"{ROBOTS}Sitemap: http://127.0.0.1/sitemap.xml\n"
            here.lab.server.on(host, "/robots.txt", lines.encode())


REFUSED = {
    "http://rebind.example/1",
    "http://rebind-each.example/rss",
    "http://mixed.example/rss",
    "http://10.0.0.5/rss",
    "http://inner.example/trang-2",
    "http://inner.example/map.xml",
    "http://robots-port.example/rss",
}
DENIED = {f"http://robots-{name}.example/rss" for name in ("in", "file")}
REACHED = {"http://sound.example/1", "http://words.example/1", "http://paged.example/tin"}


@pytest.mark.parametrize("url", sorted(REFUSED))
def test_ways_inside_are_closed(ways: Inside, url: str) -> None:
    """F11: a name that turns inward, one with two answers, listings that lie inside."""
    assert ways.lab.fates()[url] is Fate.REFUSED_ADDRESS


@pytest.mark.parametrize("url", sorted(DENIED))
def test_robots_files_do_not_lead_inside(ways: Inside, url: str) -> None:
    """F11: a robots.txt that lies elsewhere is none, so that its host isn't read."""
    assert ways.lab.fates()[url] is Fate.ROBOTS_DENIED


@pytest.mark.parametrize("url", sorted(REACHED))
def test_what_is_public_is_read(ways: Inside, url: str) -> None:
    """F11: the gate stands in nobody's way; what a page says of other addresses isn't followed."""
    assert ways.lab.fates()[url] in {Fate.FETCHED, Fate.LISTING}


def test_no_way_led_inside(ways: Inside) -> None:
    """F11: whatever pages, sitemaps, robots.txt or the machine's own proxies say."""
    assert ways.dialled() == {(PUBLIC, 80)}
    assert ways.canary.log == []


def test_the_canary_sings(tmp_path: Path) -> None:
    """F11: a dial that nothing stopped would be seen, so that silence means something."""
    made = inside(tmp_path)
    here = next(made)
    with pytest.MonkeyPatch.context() as patch:
        here.lab.source("bao", f"{HOME}/rss")
        here.names[SITE] = [["8.8.8.8"]]  # public, and not the site's

        here.crawl(patch)

    made.close()
    assert [asked.path for asked in here.canary.log] == ["/robots.txt", "/rss"]
