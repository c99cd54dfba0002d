"""Takes authors out of a page before anything is read from it (boundary 1).

Names are looked at for one purpose: to leave them out. They end in no record and no log.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from lxml.etree import SubElement
from lxml.html import HtmlElement

from crawlers.signatures import TITLES
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
ATTRIBUTES = frozenset(("class", "id", "rel", "itemprop", "name", "property", "data-testid"))
KEPT = frozenset({"html", "head", "body", "main", "article"})
"""Elements that hold the page itself, however they are marked (`<body class="single-author">`)."""
MARK_LENGTH = 500
"""Characters of an attribute that are looked at."""
BYLINE_LENGTH = 200
BIOGRAPHY_LENGTH = 2000
MESSAGE_LENGTH = 100
"""A paragraph from this length on is what the page says, not who says it."""
RIGHT = re.compile(r"text-align\s*:\s*(?:right|end)", re.IGNORECASE)
SIGNED = frozenset(("p", "div", "strong", "b", "em", "address"))
SIGNED_LENGTH = 60

LABELLED = re.compile(
    r"(?:tác giả|người viết|bút danh|phóng viên|pv|bài viết|(?:tin|bài)(?:(?:,| và| -| &) ảnh)?|"
    r"biên tập|biên dịch|lược dịch|ảnh|đồ họa|thực hiện|đăng bởi|viết bởi|người đăng|"
    r"người gửi|author|written by|posted by|by|photo)"
    r"\s*[:：]\s*\S.{0,70}\Z|(?:by|written by|posted by|đăng bởi|viết bởi)\s+\S.{0,50}\Z",
    re.IGNORECASE,
)
"""A short line of its own that says who wrote: `Tác giả: …`."""
CREDIT = re.compile(r"\s*[(]?(?:Ảnh|Photo|Video|Clip)\s*[:：]\s*[^.!?\n]{1,60}[).]?\Z")
"""Whose picture it is, at the end of a caption."""
EMBEDS = re.compile(
    r"(?:^|\s)(?:twitter-(?:tweet|video)|tiktok-embed|instagram-media|fb-(?:post|video|xfbml)\S*|"
    r"bluesky-embed|text-post-media|reddit-(?:embed|card)\S*|mastodon-embed|telegram-post)(?:\s|$)"
)
"""Posts of others as their networks embed them: what is said, then whose it is."""
SHARED = re.compile(
    r".{0,80}(?:a post shared by|view this post|\(?@\w|chia sẻ bởi|do .{1,60} chia)",
    re.IGNORECASE,
)
CLOCK = r"\d{1,2}(?:[:hg]\s?\d{2}(?::\d{2})?| giờ(?: \d{2})?)(?:\s?[ap]m\b)?"
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
DATE = re.compile(
    rf"(?:{CLOCK}[\s,|–-]{{1,5}}(?:ngày )?)?"
    r"(?:\d{4}-\d\d?-\d\d?(?:T[\d:.+Z-]+)?|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|"
    r"\d{1,2} tháng \d{1,2}(?: năm|,)? \d{4}|"
    rf"\d{{1,2}} {MONTH},? \d{{4}}|{MONTH} \d{{1,2}},? \d{{4}})"
    rf"(?:[\s,|–-]{{1,5}}(?:lúc )?{CLOCK}(?:\s?\(?(?:gmt|utc)?\s?[+-]\d{{1,2}}(?::?\d\d)?\)?)?)?",
    re.IGNORECASE,
)
"""A date with its time of day, beside a name."""
UPDATED = re.compile(r"cập nhật|\bsửa|updat|modif|edited", re.IGNORECASE)
LABELLED_LENGTH = 90
SPLIT = re.compile(r"[\n,;|/•·]| - | – | và | and |: ")
LEAST_NAME = 3
PERSONS = ("author", "creator", "editor", "contributor")
"""Keys of JSON-LD under which people stand."""


def strip_bylines(tree: HtmlElement) -> set[str]:
    """Remove the elements of `tree` that name its author; return the folded names found there."""
    names: set[str] = set()
    for element in list(tree.iter("*")):
        tag, attributes = element.tag, element.items()
        if tag == "time":
            continue
        if tag == "blockquote" and EMBEDS.search(element.get("class") or ""):
            _keep_said(element)
        for name, value in attributes:
            if name in ATTRIBUTES and _is_mark(value[:MARK_LENGTH]):
                said = _marked_byline(element, _marks(attributes))
                break
        else:
            said = _signature(element) if tag in SIGNED else None
        if said is not None and (element is tree or element.getroottree().getroot() is tree):
            names |= _names(said)
            _drop(element, said)
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
    line = TITLES.sub("", line)
    parts = [part for part in SPLIT.split(line) if part.strip(" ()")]
    return bool(parts) and is_name(parts[0], names)


def _marked_byline(element: HtmlElement, marks: str) -> str | None:
    """Return what a marked element says if it only tells who wrote; else None."""
    if element.tag == "meta":
        return element.get("content") or ""
    if element.tag in KEPT:
        return None
    said = element.text_content()
    if BIOGRAPHY.search(marks):
        is_byline = len(said.strip()) <= BIOGRAPHY_LENGTH and element.find(".//h1") is None
    else:
        is_byline = len(said.strip()) <= BYLINE_LENGTH and not _holds_message(element)
    return said if is_byline else None


def _holds_message(element: HtmlElement) -> bool:
    own = (element.text or "") + "".join(child.tail or "" for child in element)
    if len(own.strip()) >= MESSAGE_LENGTH or element.find(".//h1") is not None:
        return True
    return any(_length(p) >= MESSAGE_LENGTH for p in element.iter("p", "blockquote"))


def _signature(element: HtmlElement) -> str | None:
    """Return an address, or a short paragraph on the right, where Vietnamese papers sign."""
    limit = SIGNED_LENGTH
    if element.tag == "address":
        limit = BYLINE_LENGTH
    elif element.get("align") != "right" and not RIGHT.search(element.get("style") or ""):
        return None
    said = element.text_content()
    return said if 0 < len(said.strip()) <= limit else None


@lru_cache(maxsize=20_000)
def _is_mark(value: str) -> bool:
    return MARKS.search(_bare(value)) is not None


def _marks(attributes: list[tuple[str, str]]) -> str:
    return _bare(" ".join(value for name, value in attributes if name in ATTRIBUTES))


def _bare(value: str) -> str:
    return STATES.sub("", CAMEL.sub("-", value))


def _length(element: HtmlElement) -> int:
    return len(element.text_content().strip())


def _keep_said(embed: HtmlElement) -> None:
    """Leave of an embedded post its first paragraph, and nothing of whose it is."""
    said = next(embed.iter("p"), None)
    text = said.text_content() if said is not None else ""
    _empty(embed)
    if text and not SHARED.match(text):
        SubElement(embed, "p").text = text


def _drop(element: HtmlElement, said: str) -> None:
    """Take `element` out; the date that stands in it stays, where only `dates` will see it."""
    if element.getparent() is None:
        return
    date = _date_in(element, said)
    if not date:
        element.drop_tree()
        return
    _empty(element)
    is_update = UPDATED.search(said) is not None
    SubElement(element, "time", {"datetime": date} | ({"class": "updated"} if is_update else {}))


def _date_in(element: HtmlElement, said: str) -> str:
    time = next(element.iter("time"), None)
    if time is not None:
        return str(time.get("datetime") or time.text_content())
    found = DATE.search(said[:BYLINE_LENGTH]) if element.tag != "meta" else None
    return found[0] if found else ""


def _empty(element: HtmlElement) -> None:
    tail = element.tail
    element.clear()
    element.tail = tail


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
