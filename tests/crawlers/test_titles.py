"""Titles: the part of what a page declares that it shows, and never its site's name alone."""

import pytest

from crawlers.extract import extract
from tests.crawlers.pages import BODY, raw, source

NAME = "Nước giếng làng Hạ đổi màu sau mưa"


def title(markup: str, head: str = "") -> str:
    """Return the title of a page of `markup`, the text below it."""
    (draft,) = extract(raw(f"<html><head>{head}</head><body>{markup}{BODY}"), source()).drafts
    return draft.title


@pytest.mark.parametrize(
    "heading",
    [
        f"<h1>{NAME}</h1>",
        f"<h1 class=logo><a href=/>Làng Hạ</a></h1><h2>{NAME}</h2>",
        f"<h1><a href='http://bao.example/'>Nước giếng</a></h1><h3>{NAME}</h3>",
        f"<table><tr><td><font size=4><b>{NAME}</b></font></td></tr></table>",
        f"<div class=tieude>{NAME}</div><div>Thứ Tư, 18/11/2026, 08:15</div>",
    ],
)
@pytest.mark.parametrize(
    "declared",
    [
        f"{NAME} - Cổng thông tin làng Hạ",
        f"Làng Hạ » Tin tức » {NAME}",
        f"Cổng thông tin làng Hạ :: {NAME}",
        f"{NAME} | Tin nước | Làng Hạ",
    ],
)
def test_the_shown_part_of_a_declared_title_is_the_title(declared: str, heading: str) -> None:
    """Whatever stands around it, and whatever element shows it."""
    assert title(heading, f"<title>{declared}</title>") == NAME


def test_a_page_that_declares_only_its_site_shows_its_title() -> None:
    """Old portals give every page one title, and set the message's own in a font."""
    markup = f"<p><b>{NAME}</b></p><p>(Ngày đăng: 18-11-2026, 3012 lượt xem)</p>"

    assert title(markup, "<title>Cổng thông tin huyện Sông Mây</title>") == NAME


def test_a_heading_outranks_what_social_networks_are_told() -> None:
    """Where the two differ, readers see the heading."""
    head = "<meta property=og:title content='Nước đổi màu, dân lo'>"

    assert title(f"<h1>{NAME}</h1>", head) == NAME


def test_escapes_are_undone() -> None:
    """What was escaped twice is read as it was meant."""
    head = "<meta property=og:title content='Giếng &amp;quot;lạ&amp;quot; ở làng Hạ'>"

    assert title("", head) == 'Giếng "lạ" ở làng Hạ'


@pytest.mark.parametrize("name", ["Bến Sen - chợ nổi - đã đông lại", "Giá vàng: tăng hay giảm?"])
def test_separators_within_a_title_stay(name: str) -> None:
    """A dash or a colon of the title's own cuts nothing off."""
    assert title(f"<h1>{name}</h1>", f"<title>{name} | Báo Khác</title>") == name
