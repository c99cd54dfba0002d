"""Where an address lies in a forum, and what its boards and threads lead to."""

from datetime import UTC, datetime

import pytest

from crawlers.links import Links
from crawlers.software import forum_of
from crawlers.software.boards import read_board, read_pages
from crawlers.software.reading import Forum
from crawlers.source import Software
from tests.crawlers.software.saved_pages import SAVED, source_of

A = "https://a.example"
PLACES = [
    (Software.XENFORO, f"{A}/threads/xin-hoi.12/", f"{A}/threads/xin-hoi.12/", 1),
    (Software.XENFORO, f"{A}/dd/threads/12/page-3", f"{A}/dd/threads/12/", 3),
    (Software.XENFORO, f"{A}/index.php?threads/a.9/page-2", f"{A}/index.php?threads/a.9/", 2),
    (Software.XENFORO, f"{A}/t/xin-hoi.12/page-2", f"{A}/t/xin-hoi.12/", 2),
    (Software.DISCOURSE, f"{A}/t/xin-hoi/12", f"{A}/t/xin-hoi/12", 1),
    (Software.DISCOURSE, f"{A}/t/xin-hoi/12?page=4", f"{A}/t/xin-hoi/12", 4),
    (Software.VBULLETIN, f"{A}/showthread.php?12-a-b", f"{A}/showthread.php?12-a-b", 1),
    (Software.VBULLETIN, f"{A}/showthread.php?12-a/page9", f"{A}/showthread.php?12-a", 9),
    (Software.VBULLETIN, f"{A}/showthread.php/12-a/page2", f"{A}/showthread.php/12-a", 2),
    (Software.VBULLETIN, f"{A}/d/showthread.php?t=12&page=2", f"{A}/d/showthread.php?t=12", 2),
    (Software.VBULLETIN, f"{A}/threads/12-a", f"{A}/threads/12-a", 1),
    (Software.VBULLETIN, f"{A}/forum/muc/12-a/page3", f"{A}/forum/muc/12-a", 3),
    (Software.PHPBB, f"{A}/viewtopic.php?f=2&t=7", f"{A}/viewtopic.php?t=7", 1),
    (Software.PHPBB, f"{A}/d/viewtopic.php?t=7&start=20", f"{A}/d/viewtopic.php?t=7", 21),
]
NOWHERE = [
    (Software.XENFORO, f"{A}/threads/xin-hoi.12/latest"),
    (Software.XENFORO, f"{A}/threads/xin-hoi.12/post-44"),
    (Software.XENFORO, f"{A}/forums/hoi-dap.4/page-2"),
    (Software.XENFORO, f"{A}/members/ai-do.7/"),
    (Software.DISCOURSE, f"{A}/t/xin-hoi/12/5"),
    (Software.DISCOURSE, f"{A}/c/muc/5?page=1"),
    (Software.VBULLETIN, f"{A}/showthread.php?12-a&p=4"),
    (Software.VBULLETIN, f"{A}/showthread.php?t=12&goto=newpost"),
    (Software.VBULLETIN, f"{A}/forumdisplay.php?9-muc/page2"),
    (Software.VBULLETIN, f"{A}/members/3-ai-do"),
    (Software.VBULLETIN, f"{A}/forums/9-muc/page2"),
    (Software.PHPBB, f"{A}/viewtopic.php?p=72"),
    (Software.PHPBB, f"{A}/viewtopic.php?t=7&view=next"),
    (Software.PHPBB, f"{A}/viewtopic.php?t=7&start=-1"),
    (Software.PHPBB, f"{A}/viewforum.php?f=2"),
]


def forum(software: Software) -> Forum:
    """Return how a forum's software is read."""
    found = forum_of(software)
    assert found is not None
    return found


@pytest.mark.parametrize(("software", "url", "thread", "page"), PLACES)
def test_pages_of_threads_are_placed(software: Software, url: str, thread: str, page: int) -> None:
    """Each page of a thread is of that thread, and a first page is asked for under its address."""
    place = forum(software).place(url)

    assert place is not None
    assert (place.thread, place.page) == (thread, page)
    assert (place.url == thread) == (page == 1)
    assert forum(software).place(place.url) == place


@pytest.mark.parametrize(("software", "url"), NOWHERE)
def test_other_addresses_have_no_place(software: Software, url: str) -> None:
    """Boards, members, permalinks and what is newest are no pages of a thread."""
    assert forum(software).place(url) is None


BOARDS = {
    Software.XENFORO: (
        "https://baigiua.example/forums/hoi-dap.4/",
        Links(
            pages=(
                "https://baigiua.example/threads/noi-quy-cua-muc-hoi-dap.11/",
                "https://baigiua.example/threads/nuoc-gieng-sau-lu-co-uong-duoc-khong.52/",
                "https://baigiua.example/threads/nuoc-gieng-sau-lu-co-uong-duoc-khong.52/page-3",
                "https://baigiua.example/threads/cho-xin-lich-cat-nuoc-tuan-nay.60/",
            ),
            listings=("https://baigiua.example/forums/hoi-dap.4/page-2",),
            changed={
                "https://baigiua.example/threads/noi-quy-cua-muc-hoi-dap.11/": datetime(
                    2025, 1, 2, 2, tzinfo=UTC
                ),
                "https://baigiua.example/threads/nuoc-gieng-sau-lu-co-uong-duoc-khong.52/page-3": (
                    datetime(2026, 11, 23, 14, 40, tzinfo=UTC)
                ),
                "https://baigiua.example/threads/cho-xin-lich-cat-nuoc-tuan-nay.60/": datetime(
                    2026, 11, 22, 0, 5, tzinfo=UTC
                ),
            },
        ),
    ),
    Software.DISCOURSE: (
        "https://gocsong.example/c/suc-khoe/5",
        Links(
            pages=(
                "https://gocsong.example/t/ngam-chan-nuoc-gung/70",
                "https://gocsong.example/t/ngam-chan-nuoc-gung/70?page=2",
                "https://gocsong.example/t/chich-ngua-cum-o-dau/71",
            ),
            listings=("https://gocsong.example/c/suc-khoe/5?page=1",),
        ),
    ),
    Software.VBULLETIN: (
        "https://choque.example/forumdisplay.php?9-canh-bao",
        Links(
            pages=(
                "https://choque.example/showthread.php?301-cach-nhan-biet-nguoi-ban-gia",
                "https://choque.example/showthread.php?345-tin-nhan-bao-trung-xe",
                "https://choque.example/showthread.php?345-tin-nhan-bao-trung-xe/page2",
            ),
            listings=("https://choque.example/forumdisplay.php?9-canh-bao/page2",),
        ),
    ),
    Software.PHPBB: (
        "https://lanhchua.example/viewforum.php?f=2",
        Links(
            pages=(
                "https://lanhchua.example/viewtopic.php?t=3",
                "https://lanhchua.example/viewtopic.php?t=15",
                "https://lanhchua.example/viewtopic.php?t=15&start=10",
            ),
            listings=("https://lanhchua.example/viewforum.php?f=2&start=25",),
            changed={
                "https://lanhchua.example/viewtopic.php?t=3": datetime(2026, 2, 5, 1, tzinfo=UTC),
                "https://lanhchua.example/viewtopic.php?t=15&start=10": datetime(
                    2026, 11, 21, 12, tzinfo=UTC
                ),
            },
        ),
    ),
}


def board(software: Software, text: str | None = None, *, follow: str = "") -> Links:
    """Read the saved board of `software`, or `text` in its place."""
    url, _ = BOARDS[software]
    text = text or (SAVED / software.value / "board.html").read_text(encoding="utf-8")
    found = forum(software)
    return read_board(found, found.shown(text), url, source_of(software, url, follow=follow))


@pytest.mark.parametrize("software", BOARDS)
def test_boards_name_their_threads(software: Software) -> None:
    """Sticky or not, each thread once, its last page where shown, no member, and the next board."""
    assert board(software) == BOARDS[software][1]


@pytest.mark.parametrize("software", BOARDS)
def test_an_empty_board_names_nothing(software: Software) -> None:
    """A board without threads is no fault."""
    assert board(software, "<p>Chưa có chủ đề nào.</p>") == Links()


def test_follow_leaves_threads_out() -> None:
    """What a source doesn't want of a board is not asked for, its last page neither."""
    links = board(Software.XENFORO, follow=r"/threads/cho-xin-")

    assert links.pages == ("https://baigiua.example/threads/cho-xin-lich-cat-nuoc-tuan-nay.60/",)


def test_a_thread_leads_to_its_last_page_and_the_one_before() -> None:
    """From the first page to the last; from there back, told when that was of news."""
    found = forum(Software.XENFORO)
    thread = "https://baigiua.example/threads/nuoc-gieng-sau-lu-co-uong-duoc-khong.52/"
    pages = {}
    for name, url in (("thread", thread), ("thread_3", f"{thread}page-3")):
        text = (SAVED / "xenforo" / f"{name}.html").read_text(encoding="utf-8")
        place = found.place(url)
        assert place is not None
        pages[name] = read_pages(found, text, place)

    when = datetime(2026, 11, 23, 14, 40, tzinfo=UTC)
    assert pages["thread"] == Links(pages=(f"{thread}page-3",))
    assert pages["thread_3"] == Links(pages=(f"{thread}page-2",), changed={f"{thread}page-2": when})


@pytest.mark.parametrize(
    "body", ["<a " * 300_000, "<a href='" * 300_000, "<time datetime=" * 200_000, "<!--" * 300_000]
)
@pytest.mark.parametrize("software", BOARDS)
def test_hostile_boards_cost_little(software: Software, body: str) -> None:
    """Markup made to send a reader back over the same text again and again names nothing."""
    assert board(software, body) == Links()
