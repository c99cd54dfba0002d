"""A fetched page → drafts of posts and fact-checks. Pure: no network, no clock, no author.

A source's own `extract` may build on `parse`, `draft` and `paragraphs`.
"""

import re
import unicodedata
from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from crawlers.bylines import drop_names, is_name
from crawlers.claimreview import fact_checks, one_line
from crawlers.dates import published_at
from crawlers.document import Document, parse
from crawlers.drafts import Draft, Extracted
from crawlers.source import Source
from kiemchung.records import RawPage
from kiemchung.text import ASTRIDE, TEXT_LIMIT, clean, fold_text
from kiemchung.vocabulary import Fate

EXTRACTOR = "default/1"
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
LEADS = ("sapo", "lead", "description", "summary", "chapeau", "standfirst", "dek", "intro")
LEAD_LENGTHS = range(40, 1_000)
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
    post = draft(
        document,
        source,
        title=title,
        lines=_below(title, main_text(document)),
        published_at=published_at(document, page.fetched_at),
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
    fragment: str = "",
) -> Draft:
    """Return a draft of a message of `document`: NFC, names left out, capped.

    `fragment` tells a reply from the thread that it stands in.
    """
    tidy = (" ".join(unicodedata.normalize("NFC", clean(line)).split()) for line in lines)
    text = "\n".join(drop_names(filter(None, tidy), set(document.names)))
    return Draft(
        url=document.canonical_url + (f"#{fragment}" if fragment else ""),
        kind=source.post_kind,
        title=one_line(title)[:TITLE_LIMIT],
        # A little over the limit: what lies astride the cut has to be seen to be masked.
        text=text[: TEXT_LIMIT + ASTRIDE],
        published_at=published_at,
        language=language_of(document, source),
        truncated=len(text) > TEXT_LIMIT,
    )


def main_text(document: Document) -> str:
    """Return the running text of `document`, a line a paragraph, its lead first."""
    if document.tree.find(".//body") is None:
        return ""
    # Comments and tables are off: neither is the message. Metadata is off: it would read authors.
    found = bare_extraction(
        document.tree, include_comments=False, include_tables=False, with_metadata=False
    )
    text = str(getattr(found, "text", "") or "").strip() or _body_text(document)
    lead = _lead(document, text)
    return f"{lead}\n{text}" if lead else text


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
    # As deep as `check_shape` lets a page be, and no deeper.
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


def _lead(document: Document, text: str) -> str:
    """Return the paragraph above the body that sums it up, where the text lacks it.

    Vietnamese papers set it outside of the body's element, where extractors miss it.
    """
    known = fold_text(_joined(text))
    described = fold_text(one_line(document.meta("og:description", "description")))[:60]
    for element in document.tree.iter("p", "h2", "div", "strong"):
        if element.find(".//p") is not None or not _may_lead(element, described):
            continue
        lead = _joined(element.text_content())
        if len(lead) in LEAD_LENGTHS:
            return "" if fold_text(lead) in known else lead
    return ""


def _may_lead(element: HtmlElement, described: str) -> bool:
    """Tell by the page's own description; by the element's class where the page has none."""
    if described:
        return fold_text(_joined(element.text_content())).startswith(described)
    classes = (element.get("class") or "").lower().replace("_", "-").replace("-", " ").split()
    return any(word in LEADS for word in classes)


def _bare(title: str, document: Document, source: Source) -> str:
    site = {fold_text(source.title), fold_text(one_line(document.meta("og:site_name")))}
    for separator in TITLE_SEPARATORS:
        head, found, tail = title.rpartition(separator)
        if found and head and (fold_text(tail) in site or is_name(tail, set(document.names))):
            return _bare(head.strip(), document, source)
    return title
