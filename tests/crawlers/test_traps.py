"""F10: what has no end, goes in a circle, or says nothing under a thousand addresses."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from crawlers.spiders.channel import OLDER_PAGES
from crawlers.spiders.line import LISTINGS
from crawlers.spiders.thread import THREAD_PAGES
from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HTML, Answer, HostileServer
from tests.crawlers.lab import Lab, page, slow_unless, wanted

PAGES = 200
"""Pages that each source may ask for; a run reads 50 listings of one at most."""
FOLLOW = r"/bai/"
MEMORY_BYTES = 250_000_000
NOTHING = "Chuyên mục này đang được cập nhật, mời bạn đọc quay lại sau ít phút nữa."
LOGIN = """<html><head><title>Đăng nhập</title></head><body><h1>Đăng nhập</h1>
<form><input name="u"><input type="password" name="p"><button>Đăng nhập</button></form>"""

Maker = Callable[[str], Answer]


def ok(body: str) -> Answer:
    """Return a page of HTML."""
    return Answer(body=body.encode(), headers=HTML)


def moved(target: str) -> Answer:
    """Return a redirect."""
    return Answer(status=302, headers={"Location": target})


def number_of(path: str) -> int:
    """Return the number that a path ends in, 0 where it has none."""
    digits = "".join(each for each in path[-6:] if each.isdigit())
    return int(digits or 0)


def article(path: str) -> Answer:
    """Return an article whose text is its address's own."""
    return ok(page(f"Bài {path}", f"Nước ở bến {path} đã rút, chợ họp lại từ sáng nay."))


def listing_of(further: Callable[[str, int], str]) -> Maker:
    """Return a listing without end, each page of it with an article and what is `further`."""

    def made(path: str) -> Answer:
        if "/bai/" in path:
            return article(path)
        number = number_of(path)
        return ok(f"<a href='/bai/{number}'>Bài</a>{further(path, number)}")

    return made


def thread(path: str) -> Answer:
    """Return a board with one thread, or a page of that thread, which has no end."""
    if path == "/tin":
        return ok("<a href='/bai/1'>Bài</a>")
    further = following(f"/bai/1?trang={number_of(path) + 1}")
    return ok(page("Chủ đề", f"Tin nhắn ở trang {path}: chợ họp lại từ sáng nay.{further}"))


def following(href: str) -> str:
    """Return a link to the next listing."""
    return f"<a rel='next' href='{href}'>Sau</a>"


def links(*hrefs: str) -> Maker:
    """Return a listing of these links, and an article under each."""
    body = "".join(f"<a href='{href}'>Bài</a>" for href in hrefs)
    return lambda path: article(path) if "/bai/" in path else ok(body)


def pages_that(answer: Maker, count: int) -> Maker:
    """Return a listing of `count` pages that answer as told, and one good article."""
    hrefs = [f"/bai/{number}" for number in range(count)]
    listed = links("/bai/tot", *hrefs)
    return lambda path: listed(path) if path in {"/tin", "/bai/tot"} else answer(path)


def sitemaps(*names: str, further: Callable[[int], str] = lambda _: "") -> Maker:
    """Return an index of `names` under each address, and what is `further`."""

    def made(path: str) -> Answer:
        listed = [*names, *filter(None, [further(number_of(path))])]
        entries = "".join(f"<sitemap><loc>{name}</loc></sitemap>" for name in listed)
        return Answer(body=f"<sitemapindex>{entries}</sitemapindex>".encode())

    return made


TRAPS: dict[str, tuple[Maker, int]] = {
    # what has no end
    "calendar": (listing_of(lambda _, n: following(f"/lich?thang={n + 1}")), 2 * LISTINGS),
    "paging": (listing_of(lambda _, n: following(f"/tin?trang={n + 1}")), 2 * LISTINGS),
    "growing-path": (listing_of(lambda path, _: following(f"{path}/tin")), LISTINGS + 1),
    "relative-path": (listing_of(lambda *_: following("sau/")), LISTINGS + 1),
    "permutations": (
        listing_of(lambda _, n: following(f"/tin?{('a=1&b=2', 'b=2&a=1')[n % 2]}&c={n + 1}")),
        2 * LISTINGS,
    ),
    "facets": (links(*(f"/bai/1?mau={n}&co={n % 7}" for n in range(1_000))), PAGES + 1),
    "subdomains": (links(*(f"http://x{n}.subdomains.example/bai/1" for n in range(99))), 1),
    # what goes in a circle
    "next-is-itself": (listing_of(lambda path, _: following(path)), 2),
    "next-and-back": (listing_of(lambda _, n: following(f"/tin?trang={1 - n}")), 5),
    "same-query-turned": (
        listing_of(lambda path, _: following("/tin?b=2&a=1" if "?a" in path else "/tin?a=1&b=2")),
        4,
    ),
    # one page under many addresses
    "fragments": (links(*(f"/bai/1#{n}" for n in range(1_000))), 2),
    "sessions": (links(*(f"/bai/1?PHPSESSID=a{n}b" for n in range(1_000))), 2),
    "path-sessions": (links(*(f"/bai/1;jsessionid=A{n}" for n in range(1_000))), 2),
    "trackers": (links(*(f"/bai/1?utm_source=s{n}&fbclid={n}" for n in range(1_000))), 2),
    "case-of-the-host": (
        links(
            *(
                f"http://{'CASE-of-the-host'[:n]}{'case-of-the-host'[n:]}.example/bai/1"
                for n in range(5)
            )
        ),
        2,
    ),
    "dots": (links("/bai/1", "/bai/./1", "/bai/../bai/1", "/x/../bai/1"), 2),
    # redirects
    "loop": (pages_that(lambda path: moved(f"/bai/x{1 - number_of(path)}"), 2), 6),
    "self": (pages_that(moved, 1), 3),
    "chain": (pages_that(lambda path: moved(f"/bai/{number_of(path) + 1}"), 1), 8),
    "longer": (pages_that(lambda path: moved(f"{path}/bai/"), 1), 8),
    "moved-listing": (lambda path: moved(f"/tin?{number_of(path) + 1}"), 6),
    "to-login": (
        pages_that(lambda path: ok(LOGIN) if "vao" in path else moved("/vao?"), 30),
        33,
    ),
    "to-login-back": (
        pages_that(lambda path: ok(LOGIN) if "vao" in path else moved(f"/vao?ve={path}"), 30),
        62,
    ),
    # pages that say nothing
    "soft-404": (pages_that(lambda _: ok(page("Báo Thử", NOTHING)), 1_000), PAGES + 1),
    "not-found": (
        pages_that(lambda path: ok(page("Không tìm thấy trang", f"Mã lỗi {path}")), 40),
        42,
    ),
    "login-wall": (pages_that(lambda _: ok(LOGIN), 40), 42),
    # other ways of listing
    "index-itself": (sitemaps("http://index-itself.example/tin"), 1),
    "index-pair": (
        sitemaps("http://index-pair.example/tin", "http://index-pair.example/tin?2"),
        2,
    ),
    "index-chain": (
        sitemaps(further=lambda n: f"http://index-chain.example/tin?{n + 1}"),
        LISTINGS,
    ),
    "index-wide": (
        sitemaps(*(f"http://index-wide.example/tin?{n}" for n in range(1_000))),
        LISTINGS,
    ),
    "thread": (thread, 2 + THREAD_PAGES),
    "channel": (listing_of(lambda _, n: following(f"/tin?truoc={n + 1}")), 1 + OLDER_PAGES),
}
"""What answers, and how many requests it may cost, robots.txt apart."""
SPIDERS = {"thread": "thread", "channel": "channel"} | dict.fromkeys(
    ("index-itself", "index-pair", "index-chain", "index-wide"), "sitemap"
)
OWN_EXTRACT = "\n\nfrom crawlers.extract import extract\n"
QUICK = {"calendar", "paging", "next-is-itself", "sessions", "loop", "to-login", "soft-404"}
QUICK |= {"index-itself", "index-pair", "login-wall", "thread", "channel", "fragments"}


def lay(lab: Lab, trap: str) -> None:
    """Serve a trap on a host of its own, and list it."""
    host = f"{trap}.example"
    lab.host(host)
    lab.server.makers[host] = TRAPS[trap][0]
    spider = SPIDERS.get(trap, "listing")
    name = trap.replace("-", "_")
    fields = {"follow": FOLLOW} if spider in {"listing", "thread"} else {}
    lab.source(name, f"http://{host}/tin", spider=spider, max_posts=PAGES, **fields)
    if spider == "channel":
        file = lab.sources / f"{name}.py"
        file.write_text(file.read_text() + OWN_EXTRACT)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Crawl and ingest all traps that are asked for, in one run."""
    server = HostileServer()
    lab = Lab(tmp_path_factory.mktemp("traps"), server)
    for trap in wanted(request, "trap"):
        lay(lab, trap)
    lab.crawl()
    lab.ingest()
    yield lab
    server.close()


def paths(lab: Lab, trap: str) -> list[str]:
    """Return what was asked of a trap, robots.txt apart."""
    asked = lab.server.asked(f"{trap}.example")
    return [each.path for each in asked if each.path != "/robots.txt"]


@pytest.mark.parametrize("trap", slow_unless(QUICK, TRAPS))
def test_a_trap_lets_go(lab: Lab, trap: str) -> None:
    """F10: it costs so many requests and no more; no address is asked for twice."""
    asked = paths(lab, trap)

    assert 1 <= len(asked) <= TRAPS[trap][1]
    assert max(Counter(asked).values()) == 1


@pytest.mark.parametrize(
    ("trap", "fate", "count"),
    [
        ("soft-404", Fate.SOFT_404, PAGES - 1),
        ("login-wall", Fate.LOGIN_WALL, 40),
        ("to-login", Fate.LOGIN_WALL, 1),
        pytest.param("not-found", Fate.SOFT_404, 40, marks=pytest.mark.faults),
    ],
)
def test_pages_that_say_nothing_are_no_posts(lab: Lab, trap: str, fate: Fate, count: int) -> None:
    """F10: they get the fate that says so; the one article among them is the one post."""
    fates = Counter(f for url, f in lab.fates().items() if f"//{trap}.example" in url)

    assert (fates[fate], fates[Fate.NEW]) == (count, 1)
    posts = [post.url for post in lab.posts() if f"//{trap}.example" in post.url]
    assert posts == [f"http://{trap}.example/bai/tot"]


def test_memory_stays_bounded(lab: Lab) -> None:
    """F10: no trap grows in memory."""
    assert 0 < lab.peak < MEMORY_BYTES
