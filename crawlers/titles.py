"""A page's title: what it declares and what it shows, without the site's name and an author's."""

import html
import re
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawlers.blocks import Block
from crawlers.bylines import is_name
from crawlers.claimreview import one_line
from crawlers.document import Document
from crawlers.source import Source
from kiemchung.text import fold_text

TITLE_LIMIT = 500
META = ("og:title", "twitter:title")
DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}|[.:;,]\Z")
"""What a title has not: a date, and a stop at its end."""
SEPARATOR = re.compile(r"\s*(?:::|[|»›])\s*|\s+[-–—·•:]\s+")
LOGO = re.compile(r"(?:^|[-_\s])(?:logo|brand|site-?(?:title|name))", re.IGNORECASE)
MOST_PARTS = 8
"""Parts of a declared title that are looked at: `article | section | site`."""
LEAST_SHARE = 0.3
"""The part of a declared title that names the message is seldom shorter: a section's name is."""
SHOWN_LENGTHS = range(10, 300)
"""Characters of a line that heads a message, where the page declares nothing but its site."""
LINKED_SHARE = 0.5


def title_of(document: Document, source: Source, above: Sequence[Block]) -> str:
    """Return the title; "" where there is none.

    It is the part of what the page declares that it shows as its heading, or as a line of its own
    `above` its message; else the heading; else what is declared, the site's name cut off.
    """
    sites = {fold_text(source.title), fold_text(one_line(document.meta("og:site_name")))} - {""}
    headings = [text for h in document.tree.iter("h1") if (text := _heading(h, document, sites))]
    declared = list(_declared(document))
    lines = [block.text for block in reversed(above) if _is_free(block)]
    shown = _shown(declared, headings, sites) or _shown(declared, lines, sites)
    heads: Iterator[str] = iter(())
    if not (shown or headings or document.meta(*META)):
        # It declares its site's name for every page, and shows the title in a font.
        over = [block.text for block in reversed(above[:-1]) if _is_free(block)]
        heads = (line for line in over if len(line) in SHOWN_LENGTHS and not DATE.search(line))
    bare = (_bare(text, document, sites) for text in [shown, *headings[:1], *heads, *declared])
    titles = (title for title in bare if title and fold_text(title) not in sites)
    return next(titles, "") or next(iter(declared), "")


def _declared(document: Document) -> Iterator[str]:
    headline = next((item["headline"] for item in document.json_ld if "headline" in item), "")
    texts = (
        document.meta(*META),
        headline,
        document.tree.findtext(".//title"),
    )
    yield from filter(None, (html.unescape(one_line(text)) for text in texts))


def _heading(h1: HtmlElement, document: Document, sites: set[str]) -> str:
    """Return what a heading says; "" where it is the site's own."""
    text = one_line(h1.text_content())
    marks = f"{h1.get('class') or ''} {h1.get('id') or ''}"
    if not text or LOGO.search(marks) or fold_text(text) in sites:
        return ""
    links = h1.findall(".//a")
    leads_home = len(links) == 1 and _is_home(str(links[0].get("href") or "-"), document)
    return "" if leads_home and one_line(links[0].text_content()) == text else text


def _is_home(href: str, document: Document) -> bool:
    try:
        parts = urlsplit(urljoin(document.url, href))
    except ValueError:
        return False
    return parts.path in {"", "/"} and not parts.query and bool(urlsplit(document.url).path[1:])


def _is_free(block: Block) -> bool:
    return len(block.text) <= TITLE_LIMIT and block.linked <= LINKED_SHARE * block.size


def _shown(declared: Sequence[str], lines: Sequence[str], sites: set[str]) -> str:
    """Return the longest part of a declared title that is one of `lines`, as it is written there.

    "" where none is.
    """
    written = {fold_text(line): line for line in reversed(lines)}
    for text in declared:
        for part in _parts(text):
            folded = fold_text(part)
            if folded in written and folded not in sites and len(part) >= LEAST_SHARE * len(text):
                return written[folded]
    return ""


def _parts(text: str) -> list[str]:
    """Return `text` and its parts between separators, longest first."""
    cuts = [match.span() for match in SEPARATOR.finditer(text)][: MOST_PARTS - 1]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    parts = [text[a:b] for i, a in enumerate(starts) for b in ends[i:]]
    return sorted(filter(None, parts), key=len, reverse=True)


def _bare(title: str, document: Document, sites: set[str]) -> str:
    """Return `title` without what stands before or behind it and names a site or an author."""
    names = set(document.names)
    cuts = list(SEPARATOR.finditer(title))
    if not cuts:
        return title
    head, tail = title[: cuts[0].start()], title[cuts[-1].end() :]
    if fold_text(tail) in sites or is_name(tail, names):
        return _bare(title[: cuts[-1].start()].strip(), document, sites)
    if fold_text(head) in sites or is_name(head, names):
        return _bare(title[cuts[0].end() :].strip(), document, sites)
    return title
