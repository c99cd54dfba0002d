"""What a forum's and a channel's software tells the spiders, and how a message becomes a draft."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import lxml.html
import msgspec
from lxml.html import HtmlElement

from crawlers import document
from crawlers.bylines import names_in
from crawlers.document import Document
from crawlers.drafts import Draft, Extracted
from crawlers.markup import check_shape
from crawlers.source import Extractor, Source
from kiemchung.records import RawPage
from kiemchung.text import clean
from kiemchung.vocabulary import Fate, PostKind

MESSAGES = 500
"""Messages of one page that are read."""
NAMES = 200
"""Names of people on one page that are looked for in its messages."""
NAME_LENGTHS = range(2, 80)
SAID = r"(?:said|wrote|says|writes|(?:đã\s+)?(?:nói|viết|gửi|đăng))"
"""What stands behind a name where one message quotes another."""


class Place(msgspec.Struct, frozen=True):
    """Where an address lies in a forum: the address of its thread, and the page (1 is the first).

    `url` is the page's own address as it is asked for; of a first page, the thread's. Numbers of
    pages grow, but may leave some out.
    """

    thread: str
    page: int
    url: str


class Forum(msgspec.Struct, frozen=True):
    """How a forum's software is read. `place` is None for what is no page of a thread.

    `shown` makes of a page's text what a visitor without JavaScript sees.
    """

    place: Callable[[str], Place | None]
    extract: Extractor
    shown: Callable[[str], str] = str


class Older(msgspec.Struct, frozen=True):
    """What a page of a channel says: the address of the one before it ("" for none).

    `messages` are the ids of those that stand on it, `dates` theirs as written.
    """

    url: str
    messages: frozenset[str]
    dates: tuple[str, ...]


class Channel(msgspec.Struct, frozen=True):
    """How a channel's software is read. `older` is handed a page's text and address."""

    extract: Extractor
    older: Callable[[str, str], Older] | None = None


def has(*names: str) -> str:
    """Return the XPath condition that an element has one of the classes `names`."""
    return " or ".join(
        f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')" for name in names
    )


def read_text(page: RawPage) -> str:
    """Return the text of `page`.

    Raises:
        ExtractionError: it is of a wrong type, or too large.
    """
    return clean(document.read_text(page))


def read_tree(text: str) -> HtmlElement:
    """Return the tree of the HTML `text`, people included: only what is picked from it is kept.

    Raises:
        ExtractionError: it is of a hostile shape, or empty.
    """
    check_shape(text)
    return document.tree_of(text)


def drop(tree: HtmlElement, path: str) -> None:
    """Take what `path` finds out of `tree`; what stands behind it stays."""
    for element in tree.xpath(path):
        if element.getparent() is not None:
            element.drop_tree()


def first(element: HtmlElement, path: str) -> str:
    """Return the first text that `path` finds, an element's or an attribute's; "" for none."""
    for found in element.xpath(path):
        text = found.text_content() if isinstance(found, HtmlElement) else str(found)
        if text.strip():
            return " ".join(text.split())
    return ""


class Voices(msgspec.Struct, frozen=True):
    """The names of those who write on a page: there only to be left out (boundary 1)."""

    folded: frozenset[str] = frozenset()
    address: re.Pattern[str] | None = None

    def left_out(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield `lines` without the names of whom a message answers (`@X`, `X viết:`)."""
        for line in lines:
            addresses = any(mark in line for mark in "@:：")
            yield self.address.sub(_unnamed, line) if self.address and addresses else line


def voices(names: Iterable[Any]) -> Voices:
    """Return the voices of a page that are called `names`."""
    known = dict.fromkeys(" ".join(str(name).split()).lstrip("@").strip() for name in names)
    kept = [name for name in known if len(name) in NAME_LENGTHS][:NAMES]
    if not kept:
        return Voices()
    any_of = "|".join(map(re.escape, sorted(kept, key=len, reverse=True)))
    pattern = rf"@(?:{any_of})(?!\w)[,:]?\s*|(?<!\w)(?:{any_of})(?=\s+{SAID}\s*[:：])"
    folded = frozenset(names_in(({"author": kept},)))
    return Voices(folded, re.compile(pattern, re.IGNORECASE))


def _unnamed(found: re.Match[str]) -> str:
    # Without its "… viết:", what is quoted would be told as the answer's own words.
    return "" if found[0].startswith("@") else "…"


def message(  # noqa: PLR0913 (each is a field of the draft)
    page: RawPage,
    source: Source,
    *,
    url: str,
    kind: PostKind,
    body: Sequence[HtmlElement | str],
    stamp: str,
    title: str = "",
    by: Voices = Voices(),  # noqa: B008 (frozen)
) -> Draft:
    """Return the draft of one message: `body` its elements or lines, `stamp` its date as written.

    Its language is the source's: a forum's page declares that of its buttons.
    """
    from crawlers.dates import read_date
    from crawlers.extract import draft, paragraphs

    lines: list[str] = []
    for part in body:
        if isinstance(part, str):
            lines.append(part)
        else:
            part.tail = None
            lines.extend(paragraphs(part))
    empty = Document(url, lxml.html.Element("html"), (), by.folded)
    made = draft(
        empty,
        source,
        title=title,
        lines=by.left_out(lines),
        published_at=read_date(stamp, page.fetched_at),
    )
    return msgspec.structs.replace(made, url=url, kind=kind)


def extracted(drafts: Iterable[Draft], *, canonical_url: str, extractor: str) -> Extracted:
    """Return what a page yields: each message once, and those that say something."""
    found: dict[str, Draft] = {}
    for each in drafts:
        if each.text:
            found.setdefault(each.url, each)
        if len(found) >= MESSAGES:
            break
    return Extracted(
        drafts=tuple(found.values()),
        fact_checks=(),
        canonical_url=canonical_url,
        extractor=extractor,
        fate=None if found else Fate.NO_TEXT,
    )
