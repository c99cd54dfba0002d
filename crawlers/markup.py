"""A linear look at a page's tags: before any parser, and for links, where no tree is needed."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice

import msgspec

from kiemchung.errors import ExtractionError

# `[^<>]*` stops at the next tag, so that an unclosed one costs no second look at the same text.
# Possessive, or a long name that nothing ends would be tried from each of its letters.
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)([^<>]*+)>")
# May begin in a script, and end early at a quoted `>`: a first look, not the last word.
LONG_TAG = re.compile(r"<[a-zA-Z][^>]{400,}")
ATTRIBUTE = re.compile(
    r"(?<![a-zA-Z-])([a-zA-Z-]++)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]++))"
)
RAW = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE)
    for name in ("script", "style", "textarea", "noscript", "template")
}
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param")
CLOSED_BY_THEIR_LIKE = ("p", "li", "dt", "dd", "tr", "td", "th", "option", "thead", "tbody")
FLAT = frozenset((*VOID, *CLOSED_BY_THEIR_LIKE, "source", "track", "wbr", "tfoot"))
DEPTH_LIMIT = 120
"""Nested elements, list items and cells apart; lxml loses the text behind 256 without a word."""
TAG_LIMIT = 50_000
"""Tags of a page; 300,000 flat paragraphs keep trafilatura busy for over 15 s."""
ATTRIBUTE_LIMIT = 200
"""Attributes of one tag."""


class Tag(msgspec.Struct, frozen=True):
    """A tag as written; `name` in lower case, `rest` the text of its attributes."""

    name: str
    rest: str
    closing: bool

    def attributes(self) -> dict[str, str]:
        """Return the attributes that have a value, by lower-case name."""
        found = ATTRIBUTE.findall(self.rest)
        return {name.lower(): unescape(a or b or c).strip() for name, a, b, c in found}


def first_tags(text: str) -> Iterator[Tag]:
    """Yield the first TAG_LIMIT tags of `text`: no page that isn't hostile has more."""
    return islice(tags(text), TAG_LIMIT)


def tags(text: str) -> Iterator[Tag]:
    """Yield the tags of `text` in order, those in comments and scripts left out. Linear."""
    place = 0
    while (place := text.find("<", place)) >= 0:
        if text.startswith("<!--", place):
            place = _behind(text.find("-->", place + 4), text)
            continue
        match = TAG.match(text, place)
        if match is None:
            place += 1
            continue
        tag = Tag(match[2].lower(), match[3], match[1] == "/")
        yield tag
        place = match.end()
        if tag.name in RAW and not tag.closing:
            end = RAW[tag.name].search(text, place)
            place = end.start() if end else len(text)


def _behind(place: int, text: str) -> int:
    return place + 3 if place >= 0 else len(text)


def check_tags(text: str) -> None:
    """Refuse a page with too many tags, or too many attributes in one. Its depth is not looked at.

    Raises:
        ExtractionError: it would keep a parser busy.
    """
    suspicious = (_attributes(found[0]) > ATTRIBUTE_LIMIT for found in LONG_TAG.finditer(text))
    if text.count("<") > TAG_LIMIT or any(suspicious):
        for _ in _checked(text):
            pass


def check_shape(text: str) -> None:
    """Refuse a page that would keep a parser busy, or make it lose text.

    Raises:
        ExtractionError: nested too deep, too many tags, or too many attributes in one.
    """
    depth = 0
    for tag in _checked(text):
        if tag.name not in FLAT and not tag.rest.endswith("/"):
            depth = max(0, depth - 1) if tag.closing else depth + 1
        if depth > DEPTH_LIMIT:
            raise ExtractionError(f"page: elements nested deeper than {DEPTH_LIMIT}")


def _checked(text: str) -> Iterator[Tag]:
    for count, tag in enumerate(tags(text)):
        if count >= TAG_LIMIT:
            raise ExtractionError(f"page: more than {TAG_LIMIT} tags")
        if len(tag.rest) > ATTRIBUTE_LIMIT and _attributes(tag.rest) > ATTRIBUTE_LIMIT:
            raise ExtractionError(f"page: more than {ATTRIBUTE_LIMIT} attributes in one tag")
        yield tag


def _attributes(rest: str) -> int:
    """Count what may be an attribute; quoted values and styles with blanks count once."""
    return len(re.sub(r"\"[^\"]*\"|'[^']*'", "v", rest).split())
