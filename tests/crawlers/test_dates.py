"""When a page was published and changed (F13)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.date_words import moment
from crawlers.dates import EARLIEST, dates_of, read_date
from crawlers.document import parse
from crawlers.extract import extract
from tests.crawlers.pages import BODY, FETCHED, raw, source


def at(month: int, day: int, hour: int = 0, minute: int = 0, *, year: int = 2026) -> datetime:
    """Return a moment in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        # with a zone, written in many ways
        ("2026-11-18T08:15:00+07:00", at(11, 18, 1, 15)),
        ("2026-11-18T08:15:00+0700", at(11, 18, 1, 15)),
        ("2026-11-18 08:15:00.123 +07:00", at(11, 18, 1, 15)),
        ("2026-11-18T01:15Z", at(11, 18, 1, 15)),
        ("20261118T011500Z", at(11, 18, 1, 15)),
        ("Wed, 18 Nov 2026 08:15:00 +0700", at(11, 18, 1, 15)),
        ("Wed, 18 Nov 2026 01:15:00 GMT", at(11, 18, 1, 15)),
        ("Wednesday, 18-Nov-26 01:15:00 GMT", at(11, 18, 1, 15)),
        ("18 Nov 2026 08:15 EST", at(11, 18, 13, 15)),
        ("Thứ Tư, 18/11/2026, 08:15 (GMT+7)", at(11, 18, 1, 15)),
        ("08:15 18/11/2026 GMT+8", at(11, 18, 0, 15)),
        # without one: Viet Nam's
        ("2026-11-18T08:15", at(11, 18, 1, 15)),
        ("2026-11-18", at(11, 17, 17)),
        ("18/11/2026, 8:15", at(11, 18, 1, 15)),
        ("08:15 - 18/11/2026", at(11, 18, 1, 15)),
        ("18.11.2026", at(11, 17, 17)),
        ("8h15 ngày 18/11/2026", at(11, 18, 1, 15)),
        ("18-11-2026 | 8:15 SA", at(11, 18, 1, 15)),
        ("18-11-2026 | 8:15 CH", at(11, 18, 13, 15)),
        ("12:15 SA 18/11/2026", at(11, 17, 17, 15)),
        ("Ngày 18 tháng 11 năm 2026", at(11, 17, 17)),
        ("18 Tháng Mười Một, 2026", at(11, 17, 17)),
        ("Tháng Tư 3, 2026", at(4, 2, 17)),
        ("November 18, 2026 8:15 PM", at(11, 18, 13, 15)),
        ("Wed Nov 18 08:15:00 2026", at(11, 18, 1, 15)),
        ("Wed Nov 18 08:15:00 ICT 2026", at(11, 18, 1, 15)),
        ("8 giờ 15 phút, ngày 18/11/2026", at(11, 18, 1, 15)),
        ("8 giờ 15 chiều 18/11/2026", at(11, 18, 13, 15)),
        ("18 Th11, 2026", at(11, 17, 17)),
        ("18 thg 11, 2026", at(11, 17, 17)),
        ("20261118081500", at(11, 18, 1, 15)),
        ("/Date(1795482900000)/", at(11, 24, 1, 15)),
        ("1795482900", at(11, 24, 1, 15)),
        # two digits of a year, the order of the USA where no other can be, the Buddhist era
        ("18/11/26", at(11, 17, 17)),
        ("18/11/98", at(11, 17, 17, year=1998)),
        ("11/18/2026", at(11, 17, 17)),
        ("2569-11-18T08:15:00+07:00", at(11, 18, 1, 15)),
        ("18/11/2569", at(11, 17, 17)),
        ("2567-02-29", at(2, 28, 17, year=2024)),
        # summer time
        ("2026-11-01T01:30:00 America/New_York", at(11, 1, 5, 30)),
        ("2026-07-01T01:30:00 Europe/Berlin", at(6, 30, 23, 30)),
        ("2026-07-01T01:30:00 Nowhere/Land", at(6, 30, 18, 30)),
        # counted back from the fetch, which was at 15:00 in Viet Nam
        ("Hôm nay lúc 08:15", at(11, 24, 1, 15)),
        ("Hôm qua, 08:15", at(11, 23, 1, 15)),
        ("hôm kia", at(11, 21, 17)),
        ("Yesterday at 8:15 PM", at(11, 23, 13, 15)),
        ("3 giờ trước", at(11, 24, 5)),
        ("1 giờ 20 phút trước", at(11, 24, 6, 40)),
        ("2 ngày trước", at(11, 22, 8)),
        ("an hour ago", at(11, 24, 7)),
        ("vừa xong", FETCHED),
        # a second too many, a clock that is none
        ("2026-11-18T01:15:60Z", datetime(2026, 11, 18, 1, 15, 59, tzinfo=UTC)),
        ("2026-11-18 25:61", at(11, 17, 17)),
        ("2026-11-18T08:15:00+99:00", at(11, 18, 1, 15)),
        # a clock that is a little fast
        ("2026-11-25T08:00:00+07:00", at(11, 25, 1)),
    ],
)
def test_dates_are_read(text: str, when: datetime) -> None:
    """A date comes out in UTC, however it is written (F13)."""
    assert read_date(text, FETCHED) == when


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "1970-01-01T00:00:00Z",
        "1969-12-31T17:00:00-07:00",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59-14:00",
        "2026-12-18",
        "2026-11-25T09:00:01Z",
        "11/12/2026",  # day first lies ahead, and month first would be a guess
        "24-11-26",
        "13/13/2026",
        "30/02/2026",
        "2026-02-30",
        "2566-02-29",
        "99/99/2026",
        "18/11",
        "11/2026",
        "2026",
        "2 tháng trước",
        "lâu rồi",
        "192.168.11.2026",
        "+84 0918 11 2026",
        "9" * 10_000,
        "1/" * 10_000,
        "\ud800\x00",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    """Neither the beginning of time, nor the future, nor a guess is believed (F13)."""
    assert read_date(text, FETCHED) is None


@given(st.text(alphabet="0123456789/-.:, TZ+hôm qua giờ trước tháng Nov GMT", max_size=40))
def test_nothing_raises(text: str) -> None:
    """Whatever stands there, it is a believable date or none (F13, F16)."""
    moment(text, FETCHED)
    when = read_date(text, FETCHED)

    assert when is None or (when >= EARLIEST and when.utcoffset() is not None)


def published(markup: str, *, url: str = "http://bao.example/bai-1") -> datetime | None:
    """Return when a page with this markup around a text was published."""
    document = parse(raw(f"<html><body>{markup}{BODY}</body></html>", url=url))
    return dates_of(document, FETCHED, "")[0]


LD = '<script type="application/ld+json">%s</script>'
OTHER = "<time itemprop=datePublished>1/11/2026</time>"
MARKED = "<time itemprop=datePublished>18/11/2026</time>"
DAY = at(11, 17, 17)


@pytest.mark.parametrize(
    "markup",
    [
        '<meta property="article:published_time" content="2026-11-18">',
        LD % '{"@type": "NewsArticle", "datePublished": "2026-11-18"}',
        LD % '[{"@type": "WebPage", "datePublished": "2026-11-01"},'
        '{"@type": ["NewsArticle"], "datePublished": "2026-11-18"}]',
        LD % '{"@type": "Comment", "datePublished": "2026-11-01"}' + MARKED,
        f"<div itemscope itemtype='http://schema.org/Comment'>{OTHER}</div>{MARKED}",
        "<h1>Nước rút</h1><span class=date>Thứ Tư, 18/11/2026</span>",
        "<h1>Nước rút</h1><p>Ngày đăng: 18/11/2026</p>",
        "<h1>Nước rút</h1><div>Cập nhật: 20/11/2026</div><div>18 tháng 11 năm 2026</div>",
        "<article><time datetime='2026-11-18'>hôm nọ</time><h1>Nước rút</h1></article>",
        "<span class=date>Thứ Ba, 24/11/2026</span><h1>Nước rút</h1><i class=time>18/11/2026</i>",
        "<h1>Báo Bến Sen</h1><b>Thứ Ba, 24/11/2026</b><p>18/11/2026</p>",
        "<h1>Nước rút</h1><aside><time datetime='2026-11-01'>x</time></aside><p>18/11/2026</p>",
        f"<meta name=pubdate content=1970-01-01>{MARKED}",
        f"<meta name=pubdate content=2027-11-18>{MARKED}",
        '<meta name="PubDate" content="2026-11-18">',
        LD % '//<![CDATA[\n{"@type": "NewsArticle", "datePublished": "2026-11-18"}\n//]]>',
        LD % '<!-- {"@type": "NewsArticle", "datePublished": "2026-11-18"} -->',
        LD % '{"@type": "NewsArticle", "datePublished": "2026-11-18", }',
        LD % '{"@type": "NewsArticle", "datePublished": "2026-11-18"}'.replace('"', "&quot;"),
        "<h1>Nước rút</h1><p class=date><span>Thứ Tư</span><span>18/11/2026</span></p>",
    ],
)
def test_the_date_of_the_message_is_found(markup: str) -> None:
    """The message's own date is taken, and no other on the page (F13)."""
    assert published(markup) == DAY


def extracted(markup: str) -> tuple[datetime | None, datetime | None]:
    """Return when a page with this markup above its text was published and changed."""
    page = f"<html><body>{markup}<div class=article-content>{BODY}</div></body></html>"
    (draft,) = extract(raw(page), source()).drafts
    return draft.published_at, draft.modified_at


CLOCK = "<div>Thứ Ba, 24/11/2026 15:00:11</div>"


def test_the_clock_of_a_page_is_no_date() -> None:
    """Many a provincial paper shows the time of the visit above all it says."""
    assert extracted(f"{CLOCK}<h1>Nước rút</h1>") == (None, None)
    assert extracted(f"{CLOCK}<h1>Nước rút</h1><p>18/11/2026</p>")[0] == DAY


def test_what_only_says_when_it_was_changed_was_published_by_then() -> None:
    """For many a provincial paper it is the only date; beside another one it is the change's."""
    changed = "<p>Cập nhật lúc: 15:07 19/11/2026</p>"
    late = at(11, 19, 8, 7)

    assert extracted(f"<h1>Nước rút</h1>{changed}") == (late, late)
    assert extracted(f"<h1>Nước rút</h1><p>18/11/2026</p>{changed}") == (DAY, late)


def test_a_date_is_found_beside_a_title_without_a_heading() -> None:
    """Old portals set the title in a font, and the date below it."""
    head = "<title>Nước sông đã rút - Cổng thông tin</title>"
    title = "<table><tr><td><font><b>Nước sông đã rút</b></font></td></tr></table>"

    assert extracted(f"{head}{title}<p><i>Ngày đăng: 18/11/2026</i></p>")[0] == DAY


def test_an_address_may_hold_the_date() -> None:
    """A day in the address counts where the page says nothing."""
    assert published("", url="http://bao.example/2026/11/18/bai-1") == DAY
    assert published("<h1>A</h1>", url="http://bao.example/2026/13/45/bai-1") is None


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<footer>© 2026, 18/11/2026</footer>",
        "<h1>Nước rút</h1><p>Từ ngày 10/11/2026 đến ngày 12/11/2026</p>",
        "<h1>Nước rút</h1><p>Hạn nộp hồ sơ: 18/11/2026</p>",
        "<h1>Nước rút</h1><p>Cơn bão năm 2026 đã qua, ngày 18/11/2026 nước rút khỏi nhà dân.</p>",
        "<h1>Nước rút</h1><div class=related><time datetime='2026-11-18'>x</time></div>",
    ],
)
def test_no_date_is_invented(markup: str) -> None:
    """A page that doesn't say when has no date (F13)."""
    assert published(markup) is None


@pytest.mark.parametrize(
    ("markup", "when"),
    [
        ('<meta property="article:modified_time" content="2026-11-20">', at(11, 19, 17)),
        (LD % '{"@type": "NewsArticle", "dateModified": "2026-11-20"}', at(11, 19, 17)),
        ("<time itemprop=dateModified datetime='2026-11-20'>x</time>", at(11, 19, 17)),
        (
            LD
            % '{"@type": "Article", "datePublished": "2026-11-20", "dateModified": "2026-11-18"}',
            None,
        ),
        ('<meta property="article:modified_time" content="2027-11-20">', None),
        ("<p>Cập nhật: 20/11/2026</p>", None),
    ],
)
def test_changes_are_dated(markup: str, when: datetime | None) -> None:
    """What a page says of its last change is taken, unless it lies before its publication."""
    document = parse(raw(f"<html><body>{markup}{BODY}</body></html>"))
    assert dates_of(document, FETCHED, "")[1] == when
