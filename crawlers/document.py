"""A fetched page, checked, decoded and parsed, its authors taken out."""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
import msgspec
from lxml.etree import ElementDefaultClassLookup, HTMLParser, LxmlError, XPath
from lxml.html import HtmlElement

from crawlers.bylines import names_in, strip_bylines
from crawlers.canonical import bare, host_of
from crawlers.charset import decode
from crawlers.loose_json import DEPTH, read_json
from crawlers.markup import check_tags
from kiemchung.errors import ExtractionError
from kiemchung.records import RawPage

TYPES = re.compile(r"(?:text|application)/(?:[\w.-]+\+)?(?:html|xhtml|xml|json)\b", re.IGNORECASE)
PICTURES = re.compile(r"(?:image|video|audio)/", re.IGNORECASE)
PAGE_BYTES = 5_000_000
"""Bytes of a page that a parser is given at most; the crawler's own limit may be lower."""
XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
DEPTH_LIMIT = 200
"""Elements within each other; lxml loses the text behind 256 without a word."""
TOO_DEEP = XPath("boolean(/" + "/*" * DEPTH_LIMIT + "/*)")
WRAPPED = re.compile(r"(?://|/\*)?\s?(?:<!\[CDATA\[|\]\]>)(?:\s?\*/)?|<!--|(?://\s?)?-->")
TRAILING_COMMA = re.compile(r",(?=\s{0,99}[}\]])")
META_NAMES = ("property", "name", "itemprop")


class Document(msgspec.Struct, frozen=True):
    """A page ready to be read. `names` are its authors', folded, there only to be left out."""

    url: str
    tree: HtmlElement
    json_ld: tuple[dict[str, Any], ...]
    names: frozenset[str]
    metas: dict[str, str] = {}
    hosts: frozenset[str] = frozenset()
    """Further hosts of the source, each by its one name."""
    base: str = ""
    """What its links are relative to, if not its own address."""
    canonical: tuple[str, ...] = ()
    """The addresses that it gives itself, as written."""

    def meta(self, *names: str) -> str:
        """Return the content of the first meta element of one of `names` (in lower case), or ""."""
        return next((self.metas[name] for name in names if name in self.metas), "")

    def own_url(self, url: str) -> str | None:
        """Return `url` made absolute, if it lies on the page's own host or one of `hosts`.

        Trackers and session ids are taken off: they would make two posts of one.
        """
        try:
            absolute = urljoin(urljoin(self.url, self.base), url.strip())
            parts = urlsplit(absolute)
            hosts = {host_of(self.url), *self.hosts}
            fits = parts.scheme in {"http", "https"} and host_of(absolute) in hosts
            return bare(absolute) if fits and not parts.username else None
        except ValueError:
            return None

    @property
    def canonical_url(self) -> str:
        """Return the address the page gives itself; its own where that can't be right."""
        for told in (*self.canonical, self.meta("og:url")):
            url = self.own_url(told) if told else None
            # A home page as everybody's canonical address is a common mistake.
            if url and (urlsplit(url).path.strip("/") or not urlsplit(self.url).path.strip("/")):
                return url
        return bare(self.url)


def _is_canonical(link: HtmlElement) -> bool:
    return "canonical" in (link.get("rel") or "").lower().split()


def content_type(page: RawPage) -> str:
    """Return the page's content type; "" where it names none."""
    return next((value for name, value in page.headers if name == "content-type"), "")


def read_text(page: RawPage) -> str:
    """Return the text of `page`, decoded.

    Raises:
        ExtractionError: it is of a wrong type, or too large.
    """
    kind = content_type(page)
    if len(page.body) > PAGE_BYTES:
        raise ExtractionError(f"page: more than {PAGE_BYTES} bytes")
    if kind and not TYPES.match(kind):
        raise ExtractionError("page: neither HTML nor XML nor JSON")
    return XML_DECLARATION.sub("", decode(page.body, kind))


def parse(page: RawPage, hosts: Iterable[str] = ()) -> Document:
    """Check, decode and parse `page`, and take its authors out.

    `hosts` are further ones of its source, on which its own address may lie.

    Raises:
        ExtractionError: it is of a wrong type, too large, of a hostile shape, or empty.
    """
    text = read_text(page)
    if "json" in content_type(page).partition(";")[0].lower():
        data = tuple(_objects(text))
        return Document(page.url, lxml.html.Element("html"), data, frozenset(names_in(data)))
    check_tags(text)
    tree = tree_of(text)
    data = tuple(_json_ld(tree))
    names = frozenset(names_in(data) | strip_bylines(tree))
    return Document(
        url=page.url,
        tree=tree,
        json_ld=data,
        names=names,
        metas=_metas(tree),
        hosts=frozenset(hosts),
        base=next((each.get("href") or "" for each in tree.iter("base")), "").strip(),
        canonical=tuple(
            each.get("href") or "" for each in tree.iter("link") if _is_canonical(each)
        ),
    )


def tree_of(text: str) -> HtmlElement:
    """Return the tree of the HTML `text`, whose tags were looked at before.

    Raises:
        ExtractionError: it is nested too deep, or empty.
    """
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=_parser())
    except (LxmlError, ValueError) as error:
        raise ExtractionError("page: holds no HTML that can be parsed") from error
    if TOO_DEEP(tree):
        raise ExtractionError(f"page: elements nested deeper than {DEPTH_LIMIT}")
    return tree


def _parser() -> HTMLParser:
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    # All elements are of one class: lxml.html looks a class up for each in Python, for its forms.
    parser.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))
    return parser


def _metas(tree: HtmlElement) -> dict[str, str]:
    metas: dict[str, str] = {}
    for element in tree.iter("meta"):
        if content := (element.get("content") or "").strip():
            for name in filter(None, map(element.get, META_NAMES)):
                metas.setdefault(name.lower(), content)
    return metas


def _json_ld(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        yield from _objects(script.text or "")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield every object of a JSON text, outer ones first; nothing where it is no JSON."""
    for read_as in (str, _mended):
        try:
            data = read_json(read_as(text))
        except (ValueError, RecursionError):
            continue
        yield from _walk(data, DEPTH)
        return


def _mended(text: str) -> str:
    """Return JSON without what templates put around and into it."""
    data = WRAPPED.sub("", text)
    data = html.unescape(data) if "&quot;" in data and '"' not in data else data
    return TRAILING_COMMA.sub("", data)


def _walk(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    if depth:
        for part in parts:
            yield from _walk(part, depth - 1)
