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

from crawlers.blocks import Block, read
from crawlers.bylines import drop_names, is_name
from crawlers.claimreview import fact_checks, one_line
from crawlers.dates import modified_at, published_at, read_date
from crawlers.document import Document, parse
from crawlers.drafts import Draft, Extracted
from crawlers.fast import DATED, find
from crawlers.source import Source
from kiemchung.records import RawPage
from kiemchung.text import ASTRIDE, TEXT_LIMIT, clean, fold_text
from kiemchung.vocabulary import Fate

EXTRACTOR = "default/2"
TITLE_LIMIT = 500
TITLE_SEPARATORS = (" | ", " - ", " – ", " — ", " › ")
BODIES = (
    "//*[@itemprop='articleBody']",
    "//*[@itemprop='text']",
    "//article",
    "//main",
    "//*[contains(concat(' ', @class, ' '), ' content ')]",
    "//body",
)
LEAD_LENGTHS = range(40, 1_000)
CLOSELY = 6
"""Lines above the message in which its date is looked for, where nothing declares one."""
LONG_WAY_BLOCKS = 5_000
"""Lines of a page that trafilatura is asked about; it takes over 1 s for 25,000."""
LANGUAGES = frozenset({"vi", "en"})
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
    document = parse(page)
    title = title_of(document, source)
    message = _message(document)
    above = (read_date(text, page.fetched_at) for text in message.dates)
    post = draft(
        document,
        source,
        title=title,
        lines=_below(title, message.text),
        published_at=published_at(document, page.fetched_at) or next(filter(None, above), None),
        modified_at=modified_at(document, page.fetched_at),
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
) -> Draft:
    """Return a draft of a message of `document`: NFC, names left out, capped.

    `fragment` tells a reply from the thread that it stands in.
    """
    tidy = (" ".join(unicodedata.normalize("NFC", clean(line)).split()) for line in _enough(lines))
    text = "\n".join(drop_names(filter(None, tidy), set(document.names)))
    return Draft(
        url=document.canonical_url + (f"#{fragment}" if fragment else ""),
        kind=source.post_kind,
        title=one_line(title)[:TITLE_LIMIT],
        # A little over the limit: what lies astride the cut has to be seen to be masked.
        text=text[: TEXT_LIMIT + ASTRIDE],
        published_at=published_at,
        modified_at=modified_at,
        language=language_of(document, source),
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
    """The text of a page's message, and what stands closely above it and may be its date."""

    text: str
    dates: list[str]


def _message(document: Document) -> Message:
    """Return the running text of `document`, a line a paragraph, its lead first.

    Read by our own linear way; where that is unsure of itself, by trafilatura.
    """
    if document.tree.find(".//body") is None:
        return Message("", [])
    page = read(document.tree)
    places, sure = find(page)
    text = "\n".join(page.blocks[i].text for i in places)
    if not sure and len(page.blocks) <= LONG_WAY_BLOCKS:
        text = _long_way(document) or text
    above = page.blocks[: places[0]] if places else page.blocks
    lead = _lead(document, [block for block in above if block.size in LEAD_LENGTHS], text)
    closely = [block.text for block in reversed(above[-CLOSELY:]) if DATED.match(block.text)]
    return Message(f"{lead}\n{text}" if lead else text, closely)


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


def title_of(document: Document, source: Source) -> str:
    """Return the title, without the site's name and without an author's."""
    headings = [one_line(h.text_content()) for h in document.tree.iter("h1")]
    headline = next((item["headline"] for item in document.json_ld if "headline" in item), "")
    declared = one_line(document.meta("og:title", "twitter:title")) or one_line(headline)
    for heading in headings:
        if heading and fold_text(heading) in fold_text(declared):
            return _bare(heading, document, source)
    titles = [declared, *headings, one_line(document.tree.findtext(".//title"))]
    return _bare(next(filter(None, titles), ""), document, source)


def _below(title: str, text: str) -> list[str]:
    """Return the lines of `text`, the title's own left out where it heads them."""
    lines = text.splitlines()
    headed = len(lines) > 1 and fold_text(_joined(lines[0])) == fold_text(title)
    return lines[1:] if headed else lines


def language_of(document: Document, source: Source) -> str:
    """Return the language that the page declares, if we know it; else its source's."""
    declared = str(document.tree.get("lang") or "")[:2].lower()
    return declared if declared in LANGUAGES else source.language


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


def _lead(document: Document, above: list[Block], text: str) -> str:
    """Return the paragraph above the body that sums it up, where the text lacks it.

    Vietnamese papers set it outside of the body's element. The page's own description tells it.
    """
    described = fold_text(one_line(document.meta("og:description", "description")))[:60]
    if not described:
        return ""
    leads = (block.text for block in above if _begins(block.text, described))
    lead = next(leads, "")
    return "" if not lead or _begins(text, fold_text(lead)[:60]) or lead in text else lead


def _begins(text: str, folded: str) -> bool:
    return fold_text(text[: 2 * len(folded)]).startswith(folded)


def _bare(title: str, document: Document, source: Source) -> str:
    site = {fold_text(source.title), fold_text(one_line(document.meta("og:site_name")))}
    for separator in TITLE_SEPARATORS:
        head, found, tail = title.rpartition(separator)
        if found and head and (fold_text(tail) in site or is_name(tail, set(document.names))):
            return _bare(head.strip(), document, source)
    return title
