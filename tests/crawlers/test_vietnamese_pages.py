"""The floor of extraction: Vietnamese pages in ten styles of sites, with all that stands around."""

import pytest

from crawlers.drafts import Draft, Extracted
from crawlers.extract import extract
from tests.crawlers.pages import raw, source
from tests.crawlers.vietnamese_pages import STYLES, Page, load
from tests.crawlers.words import word_f1

PAGES = {page.name: page for page in load()}
MEAN, EACH = 0.99, 0.95
"""Word-F1 that the pages reach together, and each alone."""

each_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def extracted() -> dict[str, Extracted]:
    """Return what each page yields, from a source that knows nothing of its site."""
    anywhere = source(title="Nơi khác")
    return {name: extract(raw(page.html, url=page.url), anywhere) for name, page in PAGES.items()}


def only(extracted: dict[str, Extracted], name: str) -> tuple[Page, Draft]:
    """Return a page and its one draft."""
    (draft,) = extracted[name].drafts
    return PAGES[name], draft


def test_there_are_forty_pages_in_ten_styles() -> None:
    """The floor stands on pages that differ, and not on fewer than were promised."""
    assert len(STYLES) == 10
    assert len({page.text for page in PAGES.values()}) == len(PAGES) >= 40


def test_the_mean_stays_above_the_floor(extracted: dict[str, Extracted]) -> None:
    """All pages together come out nearly word for word."""
    pairs = [only(extracted, name) for name in PAGES]

    assert sum(word_f1(draft.text, page.text) for page, draft in pairs) >= MEAN * len(PAGES)


@each_page
def test_the_message_comes_out(extracted: dict[str, Extracted], name: str) -> None:
    """Each page's own text comes out."""
    page, draft = only(extracted, name)

    assert word_f1(draft.text, page.text) >= EACH


@each_page
def test_title_times_and_address_are_exact(extracted: dict[str, Extracted], name: str) -> None:
    """Title, both times and the canonical address are the page's own."""
    page, draft = only(extracted, name)

    assert draft.title == page.title
    assert (draft.published_at, draft.modified_at) == (page.published, page.modified)
    assert (draft.url, draft.language) == (page.canonical, "vi")


@each_page
def test_what_stands_around_stays_out(extracted: dict[str, Extracted], name: str) -> None:
    """Menus, related and author boxes, comments, tags, adverts, captions, hidden text: nothing."""
    page, draft = only(extracted, name)

    assert len(page.forbidden) > 5
    assert [piece for piece in page.forbidden if piece in draft.text] == []


@each_page
def test_no_name_comes_out(extracted: dict[str, Extracted], name: str) -> None:
    """Nobody who wrote, asked, answered or commented is in anything extracted (boundary 1)."""
    page = PAGES[name]

    assert all(person in page.html for person in page.people)
    assert [person for person in page.people if person in repr(extracted[name])] == []
