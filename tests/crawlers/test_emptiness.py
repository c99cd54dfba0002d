"""Pages that say that there is nothing, or ask for a login; and those that only talk of it."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from crawlers.drafts import Extracted
from crawlers.emptiness import SHORT, without_emptiness
from crawlers.extract import extract
from crawlers.source import Source, SpiderKind
from kiemchung.records import RawPage
from kiemchung.vocabulary import Fate, SourceKind

SOURCE = Source(
    name="bao",
    title="Báo Thử",
    kind=SourceKind.NEWSPAPER,
    owner="the tests",
    why="it is ours",
    spider=SpiderKind.FEED,
    listings=("http://bao.example/rss",),
)
LOGIN = (
    "<form>{0}<label>Tên đăng nhập <input name=u></label>"
    "<label>Mật khẩu <input type=password name=p></label>"
    "<a href=/quen>Quên mật khẩu?</a><button>Đăng nhập</button></form>"
)
MENU = "<nav><a href=/>Trang chủ</a><a href=/tin>Thời sự</a><a href=/lien-he>Liên hệ</a></nav>"


def html(title: str, body: str) -> str:
    """Return a page with a menu around `body`."""
    head = f"<meta charset=utf-8><title>{title}</title>"
    return f"<html lang=vi><head>{head}</head><body>{MENU}{body}</body></html>"


def read(text: str) -> Extracted:
    """Extract a page as the worker does."""
    body = text.encode()
    page = RawPage(
        url="http://bao.example/1",
        source="bao",
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=body,
        fetched_at=datetime(2026, 11, 24, tzinfo=UTC),
        sha256=sha256(body).hexdigest(),
    )
    return without_emptiness(page, extract(page, SOURCE))


HEADINGS = [
    "404",
    "Lỗi 404",
    "404 Not Found",
    "Error 404",
    "Không tìm thấy trang",
    "Không tìm thấy trang này",
    "Không tìm thấy nội dung bạn yêu cầu",
    "404 - Không tìm thấy trang",
    "Rất tiếc, trang bạn tìm không tồn tại",
    "Trang bạn đang tìm kiếm không tồn tại",
    "Trang bạn yêu cầu không tồn tại hoặc đã bị xóa",
    "TRANG KHÔNG TỒN TẠI",
    "Trang không tồn tại!",
    "Bài viết không tồn tại",
    "Bài viết này đã bị xoá",
    "Bài viết đã bị gỡ bỏ",
    "Bài viết bạn tìm không tồn tại hoặc đã bị gỡ",
    "Chủ đề không tồn tại",
    "Nội dung này không còn khả dụng",
    "Đường dẫn không hợp lệ",
    "Khong tim thay trang",
    "Page not found",
    "Oops! That page can’t be found.",
    "Sorry, this page isn't available",
    "The page you were looking for doesn't exist",
    "The requested thread could not be found.",
    "This page could not be found",
    "Nothing found",
]


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("title", ["{} - Báo Thử", "Báo Thử | {}", "Báo Thử"])
def test_a_page_that_says_that_there_is_nothing(heading: str, title: str) -> None:
    """A whole heading says it, whatever stands around."""
    body = f"<h1>{heading}</h1><p>Vui lòng kiểm tra lại địa chỉ hoặc quay về trang chủ.</p>"
    found = read(html(title.format(heading), body))

    assert found.fate is Fate.SOFT_404
    assert (found.drafts, found.fact_checks) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "Trang bạn tìm không tồn tại. Quay về trang chủ.",
        "Trang bạn tìm <b>không</b> tồn tại. <a href=/>Quay về trang chủ</a>.",
        "Rất tiếc! Bài viết này không tồn tại hoặc đã bị xóa. Bạn có thể tìm kiếm bài khác.",
        "Oops! The requested page could not be found. Please try again.",
        "No Thread specified. If you followed a valid link, please notify the administrator",
    ],
)
def test_a_page_that_says_it_in_its_text_alone(text: str) -> None:
    """The title is the site's: its one message says it, and leads away."""
    assert read(html("Báo Thử", f"<main><p>{text}</p></main>")).fate is Fate.SOFT_404


WALLS = [
    html("Đăng nhập | Diễn đàn", LOGIN.format("")),
    html("Log in", "<h1>Log in</h1>" + LOGIN.format("")),
    html("Diễn đàn", LOGIN.format("")),
    html("Diễn đàn", LOGIN.format("<p>Bạn phải đăng nhập để xem nội dung này.</p>")),
    html("Diễn đàn", "<p>Vui lòng đăng nhập để xem.</p>"),
    html("Diễn đàn", "<p>Vui lòng đăng nhập hoặc đăng ký để tiếp tục đọc bài viết.</p>"),
    html("Oops! We ran into some problems.", "<p>You must be logged-in to do that.</p>"),
    html("Bài hay", "<h1>Nội dung này dành riêng cho thành viên</h1><p>Hãy đăng ký ngay.</p>"),
    html("Báo Thử", "<h1>Please log in to continue</h1>"),
]


@pytest.mark.parametrize("text", WALLS)
def test_a_login_wall(text: str) -> None:
    """A login form, or the demand for one, is no message."""
    found = read(text)

    assert found.fate is Fate.LOGIN_WALL
    assert found.drafts == ()


SENTENCE = "Anh Nguyễn Văn Lũ đi lạc từ chiều thứ Sáu, gia đình và xóm giềng chia nhau tìm."
MESSAGES = [
    html("Không tìm thấy nạn nhân mất tích", f"<h1>Không tìm thấy nạn nhân</h1><p>{SENTENCE}</p>"),
    html("Không tìm thấy người mất tích ở Bến Sen", f"<article><p>{SENTENCE}</p></article>"),
    html("404 ngày đi tìm con", f"<h1>404 ngày đi tìm con</h1><p>{SENTENCE}</p>"),
    html("Tin nhắn", "<p>Trang không tồn tại. Em bấm vào link thì báo vậy, có bị lừa không ạ?</p>"),
    html("Hỏi", "<p>Vào link vay tiền báo trang không tồn tại, mất 2 triệu phí hồ sơ rồi.</p>"),
    html("Hỏi", "<p>Bài viết đã bị xóa vì nói thật về bệnh viện, mọi người chia sẻ giúp.</p>"),
    html("Cảnh báo", "<p>Đăng nhập vào trang này để nhận quà là mất tài khoản, đừng bấm.</p>"),
    html("Cách đăng nhập VNeID", f"<h1>Cách đăng nhập VNeID</h1><p>{SENTENCE}</p>"),
    html("Chuyện bếp", "<p>Hàng về rồi anh em ơi.</p><p>Vui lòng đăng nhập để xem link.</p>"),
    html("Đầu báo", f"<h1>Nước rút</h1><p>{SENTENCE}</p>" + LOGIN.format("")),
    html(
        "Chủ đề không tồn tại",
        "<h1>Chủ đề không tồn tại</h1><article>"
        + "".join(f"<p>{SENTENCE} Ngày thứ {number} chưa có tin gì.</p>" for number in range(6))
        + "</article>",
    ),
    html(
        "404",
        "<script type=application/ld+json>"
        '{"@type": "NewsArticle", "datePublished": "2026-11-20T09:00:00+07:00"}</script>'
        f"<h1>404</h1><p>{SENTENCE}</p>",
    ),
]


@pytest.mark.parametrize("text", MESSAGES)
def test_a_message_about_it_is_a_message(text: str) -> None:
    """People, warnings and articles that speak of missing things and logins stay."""
    found = read(text)

    assert found.fate is None
    assert len(found.drafts) == 1


def test_an_empty_page_stays_one_without_text() -> None:
    """A page with nothing on it is neither of the two."""
    assert read("<html><body></body></html>").fate is Fate.NO_TEXT


def test_hostile_headings_take_no_time() -> None:
    """Long headings and sentences, made to match nearly, are answered at once."""
    near = "rất tiếc, trang bạn đang muốn tìm kiếm này hoặc " * 4_000
    found = read(html(near, f"<h1>{near}</h1><p>{near[:SHORT]}</p>"))

    assert found.fate is not Fate.SOFT_404
