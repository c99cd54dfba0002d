"""One visit to an address: whether it is wanted, what it asks, what is remembered of its answer."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from scrapy.http import Response

from crawlers.fates import header
from crawlers.links import URL_LENGTH
from kiemchung.crawl_state import KnownPage, Seen
from kiemchung.crawl_state.schedule import BACK_OFF, REVISITS, has_come, next_revisit
from kiemchung.records import RawPage

HEADER_LENGTH = 500
"""Characters of a validator that is kept; a longer one, or one of no print, is no validator."""
FUTURE = timedelta(days=1)
"""How far ahead of our clock a page's date of change is believed."""


class Ask(NamedTuple):
    """An address that waits to be asked for.

    `root` is the source's listing that led to it, "" for a revisit, and `top` says that it is that
    listing, which is polled. `hops` counts the redirects and `steps` the pages in a row on the way
    to it; `changed` is when it changed, by its listing. `owed` says that it was listed before and
    is not any more: it is asked for if a run was killed before it could be.
    """

    url: str
    listing: bool = False
    root: str = ""
    top: bool = False
    hops: int = 0
    steps: int = 0
    changed: datetime | None = None
    owed: bool = False


def address_fault(url: str) -> str:
    """Return why `url` can't be asked for; "" if it can."""
    if len(quote(url)) > URL_LENGTH:
        return "an address is too long"
    parts = urlsplit(url)
    return "" if parts.scheme in {"http", "https"} and parts.hostname else "no http address"


def is_due(ask: Ask, seen: Seen, now: datetime) -> bool:
    """Tell whether a page is to be asked for by a run that asks for nothing but what is due."""
    if seen.miss is not None and not has_come(seen.miss.due, now, BACK_OFF[-1]):
        return False
    known = seen.known
    if known is None or (known.due is not None and has_come(known.due, now, REVISITS[-1])):
        return True
    return ask.changed is not None and known.checked_at < ask.changed <= now + FUTURE


def conditions(known: KnownPage) -> Mapping[str, str]:
    """Return the headers that ask for a page only if it isn't what it was."""
    given = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in given.items() if value}


def repeats_itself(known: KnownPage, response: Response) -> bool:
    """Tell whether `response` calls itself the page that we know."""
    if known.etag or header(response, "ETag"):
        return known.etag == header(response, "ETag")
    return bool(known.last_modified) and known.last_modified == header(response, "Last-Modified")


def raw_page(response: Response, source: str) -> RawPage:
    """Return `response` as it is captured."""
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return RawPage(
        url=response.url,
        source=source,
        status=response.status,
        headers=headers,
        body=response.body,
        fetched_at=datetime.now(UTC),
        sha256=sha256(response.body).hexdigest(),
    )


def whole(page: RawPage, known: KnownPage | None, *, polled: bool) -> KnownPage:
    """Return what is remembered of a page that came whole; a `polled` listing has no revisits."""
    told = {n: v for n, v in page.headers if len(v) <= HEADER_LENGTH and v.isprintable()}
    first = (known and known.first_fetched) or page.fetched_at
    return KnownPage(
        url=page.url,
        source=page.source,
        etag=told.get("etag", ""),
        last_modified=told.get("last-modified", ""),
        capture=page.sha256,
        checked_at=page.fetched_at,
        first_fetched=first,
        full_at=page.fetched_at,
        visits=(known.visits if known else 0) + 1,
        due=None if polled else next_revisit(first, page.fetched_at),
    )


def seen_again(known: KnownPage, now: datetime, *, gone: bool = False) -> KnownPage:
    """Return what is remembered of a page that answered without its text: 304, moved, or gone."""
    first = known.first_fetched or known.checked_at
    gone_at = (known.gone_at or now) if gone else None
    return KnownPage(
        url=known.url,
        source=known.source,
        etag=known.etag,
        last_modified=known.last_modified,
        capture=known.capture,
        checked_at=now,
        first_fetched=known.first_fetched,
        full_at=known.full_at,
        visits=known.visits + 1,
        due=known.due and next_revisit(first, now, gone_at),
        gone_at=gone_at,
    )
