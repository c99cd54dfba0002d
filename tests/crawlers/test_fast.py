"""The fast way through a page: what it takes for the message, and when it is unsure."""

import pytest

from crawlers.blocks import read
from crawlers.document import parse
from crawlers.fast import find
from tests.crawlers.pages import raw

SENTENCES = [
    f"Câu thứ {number} của bài kể chuyện nước lên ở xóm ven sông, dài đủ để là một câu thật."
    for number in range(8)
]
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def message(body: str) -> tuple[list[str], bool]:
    """Return the lines that are taken for the message of a page, and whether that is sure."""
    page = read(parse(raw(f"<html><body>{body}</body></html>")).tree)
    places, sure = find(page)
    return [page.blocks[i].text for i in places], sure


@pytest.mark.parametrize(
    "wrap",
    [
        "{}",
        "<div class=noi-dung>{}</div>",
        "<div itemprop=articleBody>{}</div>",
        "<table><tr><td width=150><a href=/a>Trang chủ</a></td><td>{}</td></tr></table>",
        "<form><div><div><div>{}</div></div></div></form>",
        "<div class='has-sidebar no-comments'>{}</div>",
        "<div id=sidebar-wrap class='sidebar'>{}</div>",
        "<nav><a href=/>Trang chủ</a>{}",
        "<div style='opacity:0'>{}</div>",
        "<div style='font-size:0'><div style='font-size:16px'>{}</div></div>",
    ],
)
def test_the_message_is_found_wherever_it_stands(wrap: str) -> None:
    """Whatever box holds the text, and however that is marked, all of it comes out, for sure."""
    assert message(wrap.format(BODY)) == (SENTENCES, True)


@pytest.mark.parametrize(
    "around",
    [
        "<div class=comments><p>{}</p></div>",
        "<div id=binh-luan><p>{}</p></div>",
        "<aside><p>{}</p></aside>",
        "<div class='tin-lien-quan'><p>{}</p></div>",
        "<div class=boxTinLienQuan><p>{}</p></div>",
        "<div style='display: none'><p>{}</p></div>",
        "<div hidden><p>{}</p></div>",
        "<div style='position:absolute; left:-9999px'><p>{}</p></div>",
        "<div style='text-indent: -9999px'>{}</div>",
        "<div style='opacity:0;height:0;overflow:hidden'>{}</div>",
        "<p style='font-size:0px'>{}</p>",
        "<p><span style='display:none'>{}</span></p>",
        "<p>Mời bạn đọc theo dõi kênh của báo để xem thêm. {}</p>",
        "<div class='newsletter-box'><p>{}</p></div>",
        "<figure><figcaption>{}</figcaption></figure>",
        "<table><tr><td>Vàng</td><td>85 triệu</td></tr><tr><td colspan=2>{}</td></tr></table>",
        "<div role=complementary><p>{}</p></div>",
        "<footer><p>{}</p></footer>",
        "<p><a href=/khac>{}</a></p>",
    ],
)
def test_what_stands_around_is_left_out(around: str) -> None:
    """Boxes of other things stay out, in the middle of the text and behind it."""
    other = around.format("Dòng này thuộc về một chuyện khác hẳn và không được lẫn vào bài")
    half = len(BODY) // 2 + BODY[len(BODY) // 2 :].index("<p>")

    assert message(BODY[:half] + other + BODY[half:] + other) == (SENTENCES, True)


def test_readers_answers_are_no_thread() -> None:
    """Comments with microdata of their own don't take the place of the article."""
    answers = "<div itemprop=text><p>Bài hay quá, cảm ơn tòa soạn đã viết cho bà con đọc.</p></div>"

    assert message(f"<div class=x>{BODY}</div>" + answers * 5)[0] == SENTENCES


def test_a_thread_is_all_its_messages() -> None:
    """The messages of a forum come out together, without quotes, signatures and buttons."""
    posts = [
        f"<div class=post><b>ai_do</b><div class=post_body><blockquote class=quote>{SENTENCES[0]}"
        f"</blockquote>{sentence}<div class=signature>Bán mật ong</div></div><a href=#>Thích</a>"
        "</div>"
        for sentence in SENTENCES[1:]
    ]

    assert message("".join(posts)) == (SENTENCES[1:], True)


@pytest.mark.parametrize("label", ["Tin liên quan", "Có thể bạn quan tâm", "Đọc thêm:"])
def test_nothing_follows_a_heading_of_other_news(label: str) -> None:
    """What stands behind such a heading near the end is not the message."""
    more = f"<h3>{label}</h3><p>Đầu đề của một bài khác hẳn, có thêm một câu tóm tắt dài.</p>"

    assert message(f"<div>{BODY}{more}</div>")[0] == SENTENCES


def test_a_line_that_only_begins_like_a_label_stays() -> None:
    """A sentence is none, even where it begins with the words of one."""
    last = "<p>Xem thêm lịch cắt điện ở nhà văn hóa.</p>"

    assert message(BODY + last)[0][-1] == "Xem thêm lịch cắt điện ở nhà văn hóa."


@pytest.mark.parametrize(
    "body",
    [
        "<p>Ngắn.</p>",
        "<p>" + "</p><p>".join(f"<a href=/{n}>Đầu đề số {n} của trang</a>" for n in range(50)),
        "",
    ],
)
def test_it_is_unsure_of_pages_that_say_little(body: str) -> None:
    """Short pages and pages of links go the long way."""
    assert not message(body)[1]
