"""XML from strangers: no entities, no network, bounded size."""

import zlib
from collections.abc import Iterator

from lxml import etree

from crawlers.links import ListingFault

GZIP = b"\x1f\x8b"
ENTRIES = frozenset({"item", "entry"})


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
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ListingFault("no XML") from error
    if root is None:
        raise ListingFault("no XML")
    return root


def local_name(element: etree._Element) -> str:
    """Return the name of `element` without its namespace; "" for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def entries_of(root: etree._Element) -> list[etree._Element]:
    """Return the entries of a feed, RSS or Atom, in its order."""
    return [element for element in root.iter() if local_name(element) in ENTRIES]


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the children of `element` of that local name."""
    return (child for child in element if local_name(child) == name)


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
    if not body.startswith(GZIP):
        return body
    try:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        unpacked = unpacker.decompress(body, limit)
    except zlib.error as error:
        raise ListingFault("damaged gzip") from error
    if unpacker.unconsumed_tail:
        raise ListingFault("too large when unpacked")
    if not unpacker.eof:
        raise ListingFault("damaged gzip")
    return unpacked
