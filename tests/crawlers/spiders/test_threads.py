"""Forums through the real spider: boards, long threads, and pages that lead nowhere."""

import pytest

from crawlers.spiders.thread import THREAD_PAGES
from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab
from tests.crawlers.software.saved_pages import SAVED

HOST = "baigiua.example"
BOARD = "/forums/hoi-dap.4/"
THREAD = "/threads/cho-dem.9/"
LINK = '<a href="{}">x</a>'
MESSAGE = (
    '<article class="message message--post" data-content="post-{0}"><header'
    ' class="message-attribution"><time datetime="2026-11-{1:02d}T08:00:00Z"></time></header><div'
    ' class="message-body"><div class="bbWrapper">Bài số {0}</div></div></article>'
)


def board(lab: Lab, path: str, *links: str, following: str = "") -> None:
    """Serve a board that names `links`, and the board `following`."""
    further = f'<link rel="next" href="{following}">' if following else ""
    lab.server.on(HOST, path, further + "".join(LINK.format(link) for link in links))


def thread(lab: Lab, pages: int, *, shown: int = 2) -> list[str]:
    """Serve a thread of `pages`, each linking to the first, the last, and `shown` to both sides."""
    paths = [THREAD, *(f"{THREAD}page-{n}" for n in range(2, pages + 1))]
    for number, path in enumerate(paths, 1):
        near = range(max(1, number - shown), min(pages, number + shown) + 1)
        links = "".join(LINK.format(paths[n - 1]) for n in {1, *near, pages})
        lab.server.on(HOST, path, links + MESSAGE.format(number, 1 + number % 28))
    return paths


@pytest.fixture
def forum(lab: Lab) -> Lab:
    """Return a place with a forum as a source."""
    lab.host(HOST)
    lab.source("forum", f"http://{HOST}{BOARD}", spider="thread", software="xenforo", kind="forum")
    return lab


def asked(lab: Lab) -> list[str]:
    """Return the paths that were asked for, robots.txt apart, in order."""
    return [each.path for each in lab.server.asked(HOST) if each.path != "/robots.txt"]


def test_a_board_leads_to_threads_and_their_pages(forum: Lab) -> None:
    """Sticky threads and others, a thread's last page, and the next board; each asked for once."""
    saved = SAVED / "xenforo"
    forum.server.on(HOST, BOARD, (saved / "board.html").read_text(encoding="utf-8"))
    path = "/threads/nuoc-gieng-sau-lu-co-uong-duoc-khong.52/"
    for end, name in (("", "thread"), ("page-3", "thread_3")):
        forum.server.on(HOST, path + end, (saved / f"{name}.html").read_text(encoding="utf-8"))

    report = forum.crawl()

    fates = {url.partition(HOST)[2]: fate for url, fate in forum.fates().items()}
    assert report.errors == {"forum": f"listing http://{HOST}{BOARD}page-2: not_found status 404"}
    assert fates == {
        BOARD: Fate.LISTING,
        f"{BOARD}page-2": Fate.NOT_FOUND,
        path: Fate.FETCHED,
        f"{path}page-2": Fate.NOT_FOUND,
        f"{path}page-3": Fate.FETCHED,
        "/threads/noi-quy-cua-muc-hoi-dap.11/": Fate.NOT_FOUND,
        "/threads/cho-xin-lich-cat-nuoc-tuan-nay.60/": Fate.NOT_FOUND,
    }
    assert len(asked(forum)) == len(set(asked(forum)))


def test_a_long_thread_is_read_from_its_end(forum: Lab) -> None:
    """Of thirty pages the first and the last five are read: new messages stand at the end."""
    board(forum, BOARD, THREAD)
    paths = thread(forum, 30)

    report = forum.crawl()

    assert report.errors == {}
    assert asked(forum) == [BOARD, THREAD, *reversed(paths[-THREAD_PAGES:])]


def test_a_short_thread_is_read_whole(forum: Lab) -> None:
    """A thread within the bound loses no page."""
    board(forum, BOARD, THREAD)
    paths = thread(forum, 4, shown=1)

    forum.crawl()

    assert set(asked(forum)) == {BOARD, *paths}


def test_a_thread_without_end_ends(forum: Lab) -> None:
    """Pages that always name a later one are read up to the bound."""
    board(forum, BOARD, THREAD)
    forum.server.on(HOST, THREAD, LINK.format(f"{THREAD}page-2"))
    for n in range(2, 40):
        forum.server.on(HOST, f"{THREAD}page-{n}", LINK.format(f"{THREAD}page-{n + 1}"))

    forum.crawl()

    assert len(asked(forum)) == 2 + THREAD_PAGES


def test_pages_that_lead_to_themselves_or_away_lead_nowhere(forum: Lab) -> None:
    """A next page that is this one, another thread's or another host's is not asked for."""
    board(forum, BOARD, THREAD, "http://khac.example/threads/a.1/", following=BOARD)
    forum.server.on(
        HOST,
        THREAD,
        "".join(
            LINK.format(url)
            for url in (THREAD, f"http://khac.example{THREAD}page-2", "/threads/b.7/page-2")
        ),
    )

    report = forum.crawl()

    assert report.errors == {}
    assert asked(forum) == [BOARD, THREAD]
    assert forum.server.asked("khac.example") == []


def test_an_empty_board_is_told(forum: Lab) -> None:
    """A board without threads is no fault of reading, but is told where threads are expected."""
    forum.source("forum", f"http://{HOST}{BOARD}", spider="thread", software="xenforo", min_posts=1)
    board(forum, BOARD)

    report = forum.crawl()

    assert forum.fates() == {f"http://{HOST}{BOARD}": Fate.LISTING}
    assert report.errors == {"forum": "listed 0 pages, expected at least 1"}


def test_boards_without_end_end(forum: Lab) -> None:
    """A board that shows its last page again, under ever new addresses, says nothing new."""
    for n in range(1, 40):
        path = f"{BOARD}page-{n}" if n > 1 else BOARD
        board(forum, path, THREAD, f"/threads/so.{n // 4 + 100}/", following=f"{BOARD}page-{n + 1}")
    thread(forum, 1)

    forum.crawl()

    boards = [path for path in asked(forum) if path.startswith(BOARD)]
    assert boards == [BOARD, f"{BOARD}page-2"]


def test_a_thread_that_grew_is_read_on(forum: Lab) -> None:
    """A later run finds the new last page, and reads again the one that was filled since."""
    board(forum, BOARD, THREAD)
    thread(forum, 8)
    forum.crawl(run="r1")
    forum.server.log.clear()
    thread(forum, 9)

    forum.crawl(run="r2")

    assert {f"{THREAD}page-9", f"{THREAD}page-8"} <= set(asked(forum))


def test_a_forum_of_no_known_software_is_followed(lab: Lab) -> None:
    """`follow` names threads; their next page is rel=next, or fits `next_page`; bounded, too."""
    lab.host(HOST)
    lab.source(
        "forum",
        f"http://{HOST}/",
        spider="thread",
        kind="forum",
        follow=r"/chu-de/\d+$",
        next_page=r"/chu-de/\d+/trang/\d+$",
    )
    lab.server.on(HOST, "/", LINK.format("/chu-de/1"))
    lab.server.on(HOST, "/chu-de/1", LINK.format("/chu-de/1/trang/2"))
    for n in range(2, 40):
        lab.server.on(
            HOST, f"/chu-de/1/trang/{n}", f'<a rel="next" href="/chu-de/1/trang/{n + 1}">x</a>'
        )

    report = lab.crawl()

    assert report.errors == {}
    assert asked(lab) == ["/", "/chu-de/1", *(f"/chu-de/1/trang/{n}" for n in range(2, 7))]
