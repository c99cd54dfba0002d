"""The look at a page's tags before any parser sees it."""

import pytest

from crawlers.markup import check_shape, check_tags, tags
from kiemchung.errors import ExtractionError

HOSTILE = {
    "deep": "<div>" * 100_000,
    "flat": "<p>a" * 300_000,
    "attributes": "<p " + "a=1 " * 100_000 + ">",
    "valueless": "<p " + "a " * 100_000 + ">",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_shapes_are_refused(case: str) -> None:
    """Depth, number and attributes that keep parsers busy, or lose text, are told."""
    with pytest.raises(ExtractionError):
        check_shape(HOSTILE[case])


@pytest.mark.parametrize("case", ["flat", "attributes", "valueless"])
def test_the_first_look_refuses_all_but_depth(case: str) -> None:
    """What is looked at before parsing finds the same; depth is told by the tree."""
    with pytest.raises(ExtractionError):
        check_tags(HOSTILE[case])


def test_scripts_count_for_nothing() -> None:
    """A script may be full of what looks like tags and attributes."""
    check_tags("<p>chữ<script>" + "if (a<b && c) { d = e; } " * 60_000 + "</script>")


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 60 + "chữ" + "</div>" * 60,
        "<ul>" + "<li>một" * 2_000 + "</ul>",
        "<p style='" + "color: red; " * 500 + "'>chữ</p>",
        "<img alt='a > b'><br><br/>" * 500,
    ],
)
def test_real_shapes_pass(text: str) -> None:
    """Pages as people write them, with unclosed items and long styles, are let through."""
    check_shape(text)
    check_tags(text)


@pytest.mark.parametrize(
    "text",
    [
        *("<" * 500_000, "<a " * 300_000, "<!--" * 300_000, "<style>" * 200_000, "<a='" * 200_000),
        *("<" + "a" * 500_000, "<a " + "a" * 500_000),
    ],
)
def test_unclosed_things_are_read_once(text: str) -> None:
    """Nothing unclosed sends the reader back: the whole is over at once."""
    assert len(list(tags(text))) <= 1


@pytest.mark.parametrize(
    "rest", ["a" * 500_000, "a " * 250_000, "a" + " " * 500_000, "a='" * 100_001, "a-" * 250_000]
)
def test_attributes_without_values_are_read_once(rest: str) -> None:
    """No attribute is tried again from its middle."""
    (tag,) = tags(f"<a {rest}>")

    assert set(tag.attributes()) <= {"a"}


def test_comments_and_scripts_hold_no_tags() -> None:
    """What stands in comments and scripts is no tag of the page."""
    text = "<p><!-- <a> --><script>'<b>'</script><i>"

    assert [tag.name for tag in tags(text)] == ["p", "script", "script", "i"]


def test_attributes_are_read_and_unescaped() -> None:
    """Quoted, bare and escaped values come out as written by their author."""
    (tag,) = tags("<A HREF='/x?a=1&amp;b=2' rel=next title=\"đẹp\">")

    assert tag.attributes() == {"href": "/x?a=1&b=2", "rel": "next", "title": "đẹp"}
