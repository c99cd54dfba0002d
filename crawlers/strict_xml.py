"""XML from strangers: no entities, no network, bounded size."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from crawlers import packing
from crawlers.links import ListingFault

ENTRIES = ("{*}item", "{*}entry")
# An open end of a section is the file's, or each of many would be looked for to there.
AS_WRITTEN = re.compile(rb"(<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*))", re.DOTALL)
AMPERSAND = re.compile(rb"&(?!#?\w{1,31};)")
MOST_ENTRIES = 10_000
"""Entries of a feed that are looked at: many times what a source may list."""


def parse_xml(body: bytes) -> etree._Element:
    """Return the root of `body`, mended where it is broken.

    Raises:
        ListingFault: it declares entities, or is no XML.
    """
    # Without nulls, so that UTF-16 hides nothing.
    if b"<!ENTITY" in body.replace(b"\0", b""):
        raise ListingFault("declares entities")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, recover=True, huge_tree=False
    )
    try:
        root = etree.fromstring(_escaped(body.lstrip()), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ListingFault("no XML") from error
    if root is None:
        raise ListingFault("no XML")
    return root


def _escaped(body: bytes) -> bytes:
    """Return `body` with `&amp;` for each bare `&`: the parser would leave it out of an address."""
    # With nulls it is UTF-16, where a byte is no character.
    if b"\0" in body:
        return body
    parts = AS_WRITTEN.split(body)
    parts[::2] = [AMPERSAND.sub(b"&amp;", part) for part in parts[::2]]
    return b"".join(parts)


def local_name(element: etree._Element) -> str:
    """Return the name of `element` without its namespace; "" for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def entries_of(root: etree._Element) -> list[etree._Element]:
    """Return the entries of a feed, RSS or Atom, in its order, MOST_ENTRIES of them at most."""
    return list(islice(root.iter(*ENTRIES), MOST_ENTRIES))


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the children of `element` of that local name."""
    yield from element.iterchildren(f"{{*}}{name}")


def text_of(element: etree._Element, *names: str) -> str:
    """Return the text of the first child of one of `names` that has any; "" where none has."""
    for name in names:
        for child in children(element, name):
            if text := "".join(map(str, child.itertext())).strip():
                return text
    return ""


def gunzip(body: bytes, limit: int) -> bytes:
    """Return `body`, unpacked if it is gzip.

    Raises:
        ListingFault: it is damaged, or larger than `limit` bytes when unpacked.
    """
    try:
        return packing.gunzip(body, limit)
    except packing.AnswerBroken as fault:
        raise ListingFault(str(fault)) from fault
