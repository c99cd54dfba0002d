"""The paragraph above the body that sums it up belongs to the text."""

import pytest

from crawlers.extract import extract
from tests.crawlers.pages import BODY, raw, source

LEAD = "Hai xã ven sông đã có điện và nước trở lại từ trưa nay, sớm hơn dự kiến một ngày."
TITLE = "<h1>Nước sông Mây đã rút</h1>"
OTHER = "Chợ Bến Sen sẽ họp thêm phiên tối thứ Bảy, bắt đầu từ tháng sau, theo ý tiểu thương."


def text(above: str, head: str = "") -> str:
    """Return the text of an article whose body stands in an element of its own."""
    page = f"<html><head>{head}</head><body>{above}<div class=article-content>{BODY}</div>"
    (draft,) = extract(raw(page), source()).drafts
    return draft.text


@pytest.mark.parametrize(
    ("above", "head"),
    [
        (f"{TITLE}<p>{LEAD}</p>", f"<meta name=description content='{LEAD}'>"),
        (f"{TITLE}<p>(Báo Bến Sen) - {LEAD}</p>", f"<meta name=description content='{LEAD}'>"),
        (f"{TITLE}<p>{LEAD}</p>", ""),
        (f"{TITLE}<h2 class=sapo>{LEAD}</h2><p>{OTHER}</p>", ""),
        (f"{TITLE}<div>18/11/2026</div><p class=x>{LEAD}</p>", ""),
    ],
)
def test_a_lead_comes_first(above: str, head: str) -> None:
    """Described, stamped, marked, or the only sentence between title and body."""
    assert LEAD in text(above, head).splitlines()[0]


@pytest.mark.parametrize(
    "above",
    [
        f"<p>{OTHER}</p>{TITLE}",
        f"{TITLE}<p><a href=/khac>{OTHER}</a></p>",
        f"{TITLE}<div class=related><p>{OTHER}</p></div>",
        f"{TITLE}<p>{OTHER}</p><p>{LEAD}</p>",
    ],
)
def test_what_only_stands_above_is_none(above: str) -> None:
    """Not what is linked, stands above the title or among related pages, or is one of several."""
    assert OTHER not in text(above)


def test_a_lead_is_told_once() -> None:
    """Where the body repeats it, it isn't put before it."""
    page = f"<html><body>{TITLE}<p>{LEAD}</p><div class=article-content><p>{LEAD}</p>{BODY}</div>"
    (draft,) = extract(raw(page), source()).drafts

    assert draft.text.count(LEAD) == 1
