"""Addresses: what a listing names, and the links of a page. No Scrapy: extraction uses it too."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import msgspec

from crawlers import canonical
from crawlers.markup import Tag, first_tags
from kiemchung.records import VIETNAM

URL_LENGTH = 2_000
"""Characters of an address that is asked for."""
LINKS = frozenset({"a", "link"})
PAGE_LINKS = 10_000
"""Links of a page that are looked at: many times what a listing names."""
BASE = re.compile(r"<base\b", re.IGNORECASE)


class Links(msgspec.Struct, frozen=True):
    """What a listing names: pages, and further listings; when pages changed, where it says so."""

    pages: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    changed: Mapping[str, datetime] = {}


class ListingFault(Exception):  # noqa: N818 (a message between the spiders, not an error of ours)
    """A listing can't be read; the text says why."""


class Link(msgspec.Struct, frozen=True):
    """A link of a page: the address to ask for, and what the page says of it."""

    url: str
    tag: str
    rel: frozenset[str]

    def is_next(self, next_page: str) -> bool:
        """Tell whether this leads to the listing behind: rel=next, or it fits `next_page`."""
        fits = self.tag == "a" and next_page and re.search(next_page, self.url)
        return "next" in self.rel or bool(fits)


def join(base: str, url: str) -> str:
    """Return `url` as seen from `base`; "" where that can't be read, or is no Unicode."""
    try:
        absolute = urljoin(base, url.strip())
        _ = urlsplit(absolute).port, absolute.encode()
    except ValueError:
        return ""
    return absolute


def bare(base: str, url: str) -> str:
    """Return the address to ask for `url` at, as seen from `base`; "" where there is none."""
    absolute = join(base, url) if len(url) <= URL_LENGTH else ""
    return canonical.bare(absolute) if absolute else ""


def link_of(tag: Tag, base: str) -> Link | None:
    """Return the link that `tag` is on the page at `base`; None if it is none."""
    attributes = tag.attributes() if tag.name in LINKS and not tag.closing else {}
    url = bare(base, attributes["href"]) if "href" in attributes else ""
    return (
        Link(url, tag.name, frozenset(attributes.get("rel", "").lower().split())) if url else None
    )


def linked_tags(text: str, url: str) -> Iterator[tuple[Tag, Link | None]]:
    """Yield the tags of the page `text`, found at `url`, in its order, each with its link.

    Linear, without a tree, and no further than its first TAG_LIMIT tags and PAGE_LINKS links.
    """
    base, links = _base_of(text, url), 0
    for tag in first_tags(text):
        link = link_of(tag, base)
        links += link is not None
        if links > PAGE_LINKS:
            return
        yield tag, link


def links_of(text: str, url: str) -> Iterator[Link]:
    """Yield the links of the page `text`, found at `url`, as `linked_tags` does."""
    return (link for _, link in linked_tags(text, url) if link)


def _base_of(text: str, url: str) -> str:
    """Return the address from which the links of the page are seen: as it says, else `url`."""
    if not BASE.search(text):
        return url
    bases = (tag.attributes() for tag in first_tags(text) if tag.name == "base")
    href = next((each["href"] for each in bases if "href" in each), "")
    base = join(url, href) if len(href) <= URL_LENGTH else ""
    return base if urlsplit(base).scheme in {"http", "https"} else url


def iso(text: str) -> datetime | None:
    """Return the moment that `text` names in ISO 8601, Viet Nam's without a zone; None if none."""
    try:
        when = datetime.fromisoformat(text.strip())
        return (when if when.tzinfo else when.replace(tzinfo=VIETNAM)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
