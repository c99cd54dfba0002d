"""ClaimReview (schema.org) → drafts of fact-checks, claimants left out.

It is read from JSON-LD, from microdata, and from a data feed, whose items name their own pages.
"""

import html
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawlers.dates import read_date
from crawlers.document import Document
from crawlers.drafts import CheckDraft
from crawlers.microdata import items
from crawlers.source import Source
from kiemchung.ratings import rating_of
from kiemchung.text import clean

FIELD_LIMIT = 2_000
"""Characters of a claim or a summary."""


def fact_checks(document: Document, source: Source, fetched_at: datetime) -> Iterator[CheckDraft]:
    """Yield the checks that `document` publishes, each once; what has no claim is none.

    An item of a data feed without an address on the feed's own host is left out: it would be
    told as the word of who publishes the feed.
    """
    is_feed = any(_is(item, "DataFeed") for item in document.json_ld)
    told: set[tuple[str, str]] = set()
    for item in (*document.json_ld, *items(document.tree, "ClaimReview")):
        claim = _told(item.get("claimReviewed")) if _is(item, "ClaimReview") else ""
        url = _own_url(item, document) or ("" if is_feed else document.canonical_url)
        if claim and url and (url, claim) not in told:
            told.add((url, claim))
            yield _check(item, url, document, source, fetched_at)


def _check(
    item: dict[str, Any], url: str, document: Document, source: Source, fetched_at: datetime
) -> CheckDraft:
    rating = item.get("reviewRating")
    rating = rating if isinstance(rating, dict) else {"alternateName": rating}
    words = _told(rating.get("alternateName") or rating.get("name"))
    scale = (rating.get("ratingValue"), rating.get("worstRating"), rating.get("bestRating"))
    summary = item.get("description") or item.get("reviewBody") or document.meta("og:description")
    return CheckDraft(
        claim=_told(item["claimReviewed"]),
        rating=rating_of(words, *scale),
        rating_text=words or one_line(scale[0]),
        publisher=_publisher(item) or source.title,
        url=url,
        review_date=read_date(str(item.get("datePublished", "")), fetched_at),
        summary=_told(summary),
    )


def _told(value: Any) -> str:
    # Many a page builder escapes for HTML what it writes into JSON.
    return one_line(html.unescape(value) if isinstance(value, str) else value)


def _own_url(item: dict[str, Any], document: Document) -> str:
    """Return the check's address. On another host it would borrow that publisher's name."""
    url = item.get("url")
    return (document.own_url(url) or "") if isinstance(url, str) else ""


def _publisher(item: dict[str, Any]) -> str:
    """Return the organisation that signs; a person's name is never taken (boundary 1)."""
    for key in ("publisher", "author"):
        signer = item.get(key)
        signers = signer if isinstance(signer, list) else [signer]
        for one in signers:
            if isinstance(one, dict) and _is(one, "Organization", "NewsMediaOrganization"):
                return one_line(one.get("name"))
    return ""


def _is(item: dict[str, Any], *names: str) -> bool:
    types = item.get("@type")
    return bool(set(names) & set(map(str, types if isinstance(types, list) else [types])))


def one_line(value: Any) -> str:
    """Return `value`, if it is text or a number, as one NFC line of at most FIELD_LIMIT."""
    if not isinstance(value, str | int | float):
        return ""
    line = " ".join(unicodedata.normalize("NFC", clean(str(value))).split())
    return line[:FIELD_LIMIT]
