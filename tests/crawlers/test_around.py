"""What stands around a message stays out even where it says more than the message."""

import pytest

from tests.crawlers.test_fast import BODY, SENTENCES, message

TITLE = "<h1>Nước lên ở xóm ven sông</h1>"
SHORT = f"<p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p>"
OTHERS = [
    f"Chuyện thứ {number} là của một bài khác, tóm tắt trong một câu dài như mọi câu ở đây."
    for number in range(12)
]


def teasers(card: str) -> str:
    """Return a row of cards, each with a title of its own."""
    return "".join(
        card.format(title=f"Đầu đề của bài thứ {number} trong ngày", text=text, n=number)
        for number, text in enumerate(OTHERS)
    )


@pytest.mark.parametrize("box", ["<div class='binh-luan'>{}</div>", "<section id=cmt>{}</section>"])
def test_many_answers_are_not_the_message(box: str) -> None:
    """Readers may write far more than a short piece of news holds."""
    answers = "".join(f"<div class=it><b>Bạn đọc</b><p>{text}</p></div>" for text in OTHERS)

    assert message(f"<div>{TITLE}<div>{SHORT}</div>{box.format(answers)}</div>") == (
        SENTENCES[:2],
        True,
    )


@pytest.mark.parametrize("heading", ["3 bình luận", "Bình luận (3)", "Ý kiến bạn đọc (3)"])
def test_answers_end_a_message_wherever_they_begin(heading: str) -> None:
    """Behind the heading of what readers wrote nothing of the message follows."""
    answers = f"<h3>{heading}</h3>" + "".join(f"<p>{text}</p>" for text in OTHERS)

    assert message(f"<div>{TITLE}{SHORT}{answers}</div>")[0] == SENTENCES[:2]


@pytest.mark.parametrize(
    "card",
    [
        "<div class=it><h3><a href=/{n}>{title}</a></h3><p>{text}</p></div>",
        (
            "<article class=it><a href=/{n}><img></a><h3><a href=/{n}>{title}</a></h3>"
            "<div>{text}</div></article>"
        ),
        "<div class=q><a href=/{n}>{title}</a><p>{text}</p></div>",
        "<div class=it><a href=/{n}><img><h3>{title}</h3><p>{text}</p></a></div>",
    ],
)
def test_a_row_of_cards_is_not_the_message(card: str) -> None:
    """Titles that lead to other pages, with a summary each, outweigh no message above them."""
    page = f"<main>{TITLE}<div class=x>{SHORT}</div><div>{teasers(card)}</div></main>"

    assert message(page)[0] == SENTENCES[:2]


def test_cards_are_the_message_where_nothing_else_speaks() -> None:
    """A page that only lists others isn't emptied."""
    card = "<div class=it><h3><a href=/{n}>{title}</a></h3><p>{text}</p></div>"

    assert set(OTHERS) <= set(message(f"<div>{teasers(card)}</div>")[0])


def test_a_link_around_a_box_is_no_sentence() -> None:
    """A card within the text, linked as a whole, is left out of it."""
    card = f"<a href=/khac><img><h2>Đầu đề bài khác</h2><p>{OTHERS[0]}</p></a>"

    assert message(f"<div>{BODY}{card}{BODY}</div>")[0] == SENTENCES * 2


def test_pictures_may_tell_the_message() -> None:
    """Where whole sentences under pictures are most of what is said, they are the message."""
    pictures = "".join(
        f"<figure><img src=a.jpg><figcaption>{text}</figcaption></figure>" for text in SENTENCES[1:]
    )

    assert message(f"<div>{TITLE}<p>{SENTENCES[0]}</p>{pictures}</div>")[0] == SENTENCES


def test_an_article_around_the_title_is_the_message() -> None:
    """What stands beside it on the page may say more, without any mark."""
    beside = "".join(f"<div><span>{text}</span></div>" for text in OTHERS[:3])

    assert message(f"<article>{TITLE}{SHORT}</article><div>{beside}</div>")[0] == SENTENCES[:2]


def test_a_frame_around_text_is_no_table() -> None:
    """A table of one cell holds text; figures stand in more of them."""
    table = "<table><tr><td>{}</td></tr></table>"
    framed = "".join(table.format(f"<p>{sentence}</p>") for sentence in SENTENCES[3:5])
    before = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES[:3])
    behind = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES[5:])

    assert message(f"<div class=noi-dung>{before}{framed}{behind}</div>")[0] == SENTENCES


def test_a_table_in_the_body_is_part_of_it() -> None:
    """Where and when it comes stands in a table; one that stands beside a text is none of it."""
    cells = ["Hồ Cây Me", "14 giờ", "Hồ Đá Lở", "17 giờ"]
    rows = "<tr><td>{}</td><td>{}</td></tr><tr><td>{}</td><td>{}</td></tr>".format(*cells)
    table = f"<table>{rows}</table>"

    assert message(f"<div class=noi-dung>{BODY}{table}{BODY}</div>")[0] == [
        *SENTENCES,
        *cells,
        *SENTENCES,
    ]
    assert message(f"<div>{BODY}{table}{BODY}</div>")[0] == SENTENCES * 2
