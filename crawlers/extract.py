"""A fetched page → drafts of posts and fact-checks. Pure: no network, no clock, no author.

A source's own `extract` may build on `parse`, `draft` and `paragraphs`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from copy import deepcopy
from datetime import datetime
from typing import NamedTuple

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from crawlers.blocks import read
from crawlers.bylines import drop_names
from crawlers.claimreview import fact_checks, one_line
from crawlers.dates import dates_of, is_clock, read_date
from crawlers.document import Document, parse
from crawlers.drafts import Draft, Extracted
from crawlers.fast import DATED, find
from crawlers.languages import language_of
from crawlers.leads import lead_of
from crawlers.signatures import unsigned
from crawlers.source import Source
from crawlers.titles import TITLE_LIMIT, title_of
from kiemchung.records import RawPage
from kiemchung.text import ASTRIDE, TEXT_LIMIT, clean, fold_text
from kiemchung.vocabulary import Fate

EXTRACTOR = "default/3"
BODIES = (
    "//*[@itemprop='articleBody']",
    "//*[@itemprop='text']",
    "//article",
    "//main",
    "//*[contains(concat(' ', @class, ' '), ' content ')]",
    "//body",
)
CLOSELY = 6
"""Lines above the message in which its date is looked for, where nothing declares one."""
LONG_WAY_BLOCKS = 5_000
"""Lines of a page that trafilatura is asked about; it takes over 1 s for 25,000."""
BLOCKS = re.compile(
    r"p|div|li|h[1-6]|blockquote|pre|article|section|header|footer|table|tr|d[dt]|[uo]l|fig\w+"
)
SILENT = frozenset(
    ("script", "style", "noscript", "template", "nav", "form", "button", "svg", "iframe")
)


def extract(page: RawPage, source: Source) -> Extracted:
    """Return what `page` yields: one post, and the fact-checks that it publishes.

    Raises:
        ExtractionError: the page is of a wrong type, too large, of a hostile shape, or empty.
    """
    document = parse(page, source.all_hosts)
    message = _message(document, source)
    at = page.fetched_at
    closely = (read_date(text, at) for text in message.dates if not is_clock(text, at))
    published, modified = dates_of(document, at, message.title)
    post = draft(
        document,
        source,
        title=message.title,
        lines=_below(message.title, message.text),
        published_at=published or next(filter(None, closely), None) or modified,
        modified_at=modified,
        signed=True,
    )
    drafts = (post,) if post.text else ()
    checks = tuple(fact_checks(document, source, page.fetched_at))
    return Extracted(
        drafts=drafts,
        fact_checks=checks,
        canonical_url=document.canonical_url,
        extractor=EXTRACTOR,
        fate=None if drafts or checks else Fate.NO_TEXT,
    )


def draft(  # noqa: PLR0913 (each is a field of the draft)
    document: Document,
    source: Source,
    *,
    title: str,
    lines: Iterable[str],
    published_at: datetime | None,
    modified_at: datetime | None = None,
    fragment: str = "",
    signed: bool = False,
) -> Draft:
    """Return a draft of a message of `document`: NFC, names left out, capped.

    `fragment` tells a reply from the thread that it stands in. What may be `signed` at its ends,
    as articles are, loses what has the shape of a signature there.
    """
    tidy = (" ".join(unicodedata.normalize("NFC", clean(line)).split()) for line in _enough(lines))
    named = drop_names(filter(None, tidy), set(document.names))
    text = "\n".join(unsigned(named) if signed else named)
    return Draft(
        url=document.canonical_url + (f"#{fragment}" if fragment else ""),
        kind=source.post_kind,
        title=one_line(title)[:TITLE_LIMIT],
        # A little over the limit: what lies astride the cut has to be seen to be masked.
        text=text[: TEXT_LIMIT + ASTRIDE],
        published_at=published_at,
        modified_at=modified_at,
        language=language_of(text, str(document.tree.get("lang") or ""), source.language),
        truncated=len(text) > TEXT_LIMIT,
    )


def _enough(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines until there are more characters than are kept, whatever is left out of them."""
    room = 2 * (TEXT_LIMIT + ASTRIDE)
    for line in lines:
        yield line[:room]
        room -= len(line)
        if room <= 0:
            return


class Message(NamedTuple):
    """A page's title, the text of its message, and what stands closely above and may date it."""

    title: str
    text: str
    dates: list[str]


def _message(document: Document, source: Source) -> Message:
    """Return the running text of `document`, a line a paragraph, its lead first.

    Read by our own linear way; where that is unsure of itself, by trafilatura.
    """
    if document.tree.find(".//body") is None:
        return Message(title_of(document, source, ()), "", [])
    page = read(document.tree)
    places, sure = find(page)
    first = places[0] if places else len(page.blocks)
    title = title_of(document, source, page.blocks[: first + 1])
    text = "\n".join(page.blocks[i].text for i in places)
    if not sure and len(page.blocks) <= LONG_WAY_BLOCKS:
        text = _long_way(document) or text
    above = page.blocks[:first]
    if lead := lead_of(page, first, title, document.meta("og:description", "description"), text):
        text = f"{lead}\n{text}"
    closely = [block.text for block in reversed(above[-CLOSELY:]) if DATED.match(block.text)]
    return Message(title, text, closely)


def _long_way(document: Document) -> str:
    # Comments and tables are off: neither is the message. Metadata is off: it would read authors.
    # Fast: without the other extractors that it asks besides; they changed none of 11 unsure pages.
    found = bare_extraction(
        document.tree,
        fast=True,
        include_comments=False,
        include_tables=False,
        with_metadata=False,
    )
    return str(getattr(found, "text", "") or "").strip() or _body_text(document)


def _below(title: str, text: str) -> list[str]:
    """Return the lines of `text`, the title's own left out where it heads them."""
    lines = text.splitlines()
    headed = len(lines) > 1 and fold_text(_joined(lines[0])) == fold_text(title)
    return lines[1:] if headed else lines


def paragraphs(element: HtmlElement) -> list[str]:
    """Return the text of `element`, one entry a block or line break; scripts and menus left out."""
    parts: list[str] = []
    _collect(element, parts)
    return [line for line in map(_joined, "".join(parts).split("\n")) if line]


def _collect(element: HtmlElement, parts: list[str]) -> None:
    # As deep as `parse` lets a page be, and no deeper.
    block = BLOCKS.fullmatch(str(element.tag)) is not None
    if element.tag not in SILENT:
        parts.append("\n" if block or element.tag == "br" else "")
        parts.append(" ".join((element.text or "").split("\n")))
        for child in element:
            _collect(child, parts)
        parts.append("\n" if block else "")
    parts.append(" ".join((element.tail or "").split("\n")))


def _joined(line: str) -> str:
    return " ".join(line.split())


def _body_text(document: Document) -> str:
    """Return the text of the element that most likely holds the message, for short pages."""
    for path in BODIES:
        for element in document.tree.xpath(path):
            bare = deepcopy(element)
            bare.tail = None
            if lines := paragraphs(bare):
                return "\n".join(lines)
    return ""
