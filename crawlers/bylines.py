"""Takes authors out of a page before anything is read from it (boundary 1).

Names are looked at for one purpose: to leave them out. They end in no record and no log.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

from kiemchung.text import fold_text

MARKS = re.compile(
    r"(?:^|[-_\s.:])(?:by-?line|authors?|tac-?gia|nguoi-?(?:viet|dang|gui)|but-?danh|phong-?vien|"
    r"writers?|reporters?|posted-?by|written-?by|user-?name|user-?info|nick-?name|member-?name|"
    r"signature|avatar|contributors?|creators?|v-?card)(?:$|[-_\s.:]|\d)",
    re.IGNORECASE,
)
"""Words in class, id, rel, itemprop and name by which pages mark a person."""
BIOGRAPHY = re.compile(
    r"(?:author|tac-?gia|writer|user)s?[-_]{0,2}(?:box|bio|card|profile|about|info)", re.IGNORECASE
)
STATES = re.compile(r"(?:^|(?<=\s))(?:has|with|without|no|is|hide|show|single)[-_]\S+")
"""Classes that tell something about what stands around a mark, not that this is one."""
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
ATTRIBUTES = ("class", "id", "rel", "itemprop", "name", "property", "data-testid")
KEPT = frozenset({"html", "head", "body", "main", "article"})
"""Elements that hold the page itself, however they are marked (`<body class="single-author">`)."""
BYLINE_LENGTH = 200
BIOGRAPHY_LENGTH = 2000
MESSAGE_LENGTH = 100
"""A paragraph from this length on is what the page says, not who says it."""
RIGHT = re.compile(r"text-align\s*:\s*(?:right|end)", re.IGNORECASE)
SIGNED_LENGTH = 60

LABELLED = re.compile(
    r"(?:tác giả|người viết|bút danh|phóng viên|pv|bài viết|bài|bài và ảnh|biên tập|biên dịch|ảnh|"
    r"thực hiện|đăng bởi|viết bởi|người đăng|người gửi|author|written by|posted by|by|photo)"
    r"\s*[:：]\s*\S.{0,70}\Z|(?:by|written by|posted by|đăng bởi|viết bởi)\s+\S.{0,50}\Z",
    re.IGNORECASE,
)
"""A short line of its own that says who wrote: `Tác giả: …`."""
CREDIT = re.compile(r"\s*[(]?(?:Ảnh|Photo|Video|Clip)\s*[:：]\s*[^.!?\n]{1,60}[).]?\Z")
"""Whose picture it is, at the end of a caption."""
LABELLED_LENGTH = 90
SPLIT = re.compile(r"[\n,;|/•·]| - | – | và | and |: ")
LEAST_NAME = 3
PERSONS = ("author", "creator", "editor", "contributor")
"""Keys of JSON-LD under which people stand."""


def strip_bylines(tree: HtmlElement) -> set[str]:
    """Remove the elements of `tree` that name its author; return the folded names found there."""
    names: set[str] = set()
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getroottree().getroot() is not tree:
            continue
        if element.tag == "meta":
            if _is_marked(element):
                names |= _names(element.get("content") or "")
                _drop(element)
        elif element.tag not in KEPT and _is_byline(element):
            names |= _names(element.text_content())
            _drop(element)
    return names


def names_in(data: Iterable[dict[str, Any]]) -> set[str]:
    """Return the folded names of the authors that JSON-LD objects name themselves, not deeper."""
    values = (item[key] for item in data for key in PERSONS if key in item)
    return {name for value in values for said in _said(value) for name in _names(said)}


def drop_names(lines: Iterable[str], names: set[str]) -> Iterator[str]:
    """Yield `lines` without those that only say who wrote, and without picture credits."""
    for line in lines:
        if len(line) <= LABELLED_LENGTH and (LABELLED.match(line) or _says_only(line, names)):
            continue
        if kept := CREDIT.sub("", line).strip():
            yield kept


def is_name(text: str, names: set[str]) -> bool:
    """Tell whether `text` is one of `names`."""
    return _key(text) in names


def _says_only(line: str, names: set[str]) -> bool:
    parts = [part for part in SPLIT.split(line) if part.strip(" ()")]
    return bool(parts) and is_name(parts[0], names)


def _is_byline(element: HtmlElement) -> bool:
    if element.tag == "address":
        return _length(element) <= BYLINE_LENGTH
    if not _is_marked(element):
        return _is_signature(element)
    if BIOGRAPHY.search(_marks(element)):
        return _length(element) <= BIOGRAPHY_LENGTH and element.find(".//h1") is None
    return _length(element) <= BYLINE_LENGTH and not _holds_message(element)


def _holds_message(element: HtmlElement) -> bool:
    own = (element.text or "") + "".join(child.tail or "" for child in element)
    if len(own.strip()) >= MESSAGE_LENGTH or element.find(".//h1") is not None:
        return True
    return any(_length(p) >= MESSAGE_LENGTH for p in element.iter("p", "blockquote"))


def _is_signature(element: HtmlElement) -> bool:
    """Tell a short paragraph on the right, where Vietnamese papers sign."""
    if element.tag not in {"p", "div", "strong", "b", "em"}:
        return False
    right = element.get("align") == "right" or RIGHT.search(element.get("style") or "")
    return bool(right) and 0 < _length(element) <= SIGNED_LENGTH


def _is_marked(element: HtmlElement) -> bool:
    return MARKS.search(_marks(element)) is not None


def _marks(element: HtmlElement) -> str:
    values = " ".join(filter(None, (element.get(name) for name in ATTRIBUTES)))
    return STATES.sub("", CAMEL.sub("-", values))


def _length(element: HtmlElement) -> int:
    return len(element.text_content().strip())


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (str(value[key]) for key in ("name", "alternateName") if key in value)
    elif isinstance(value, list):
        for part in value:
            yield from _said(part)


def _names(text: str) -> set[str]:
    keys = {_key(part) for part in SPLIT.split(text)} | {_key(text)}
    return {key for key in keys if LEAST_NAME <= len(key) <= BYLINE_LENGTH}


def _key(text: str) -> str:
    return " ".join(fold_text(text).strip(" .:()@\t\r\n").split())
