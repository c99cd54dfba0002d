"""Fact-checks from a person's file: lines of the contract's format, or ClaimReview JSON-LD."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kiemchung.errors import InputError
from kiemchung.jsonl import Lines, text_of
from kiemchung.masking import mask
from kiemchung.publishers import Publishers
from kiemchung.ratings import rating_of
from kiemchung.records import FactCheck, stable_id
from kiemchung.text import clean
from kiemchung.vocabulary import PublisherType, Rating

LONGEST_ID = 512
FIELD_LIMIT = 2_000
"""Characters of a claim, a summary and the like that are read."""


def fact_check_lines(path: Path, publishers: Publishers | None = None) -> Lines[FactCheck]:
    """Read the fact-checks of `path`, a line each; claimants are dropped.

    With `publishers` (a store's import) the table alone decides the type of a publisher, and who
    isn't in it is `unknown`; without, the file's word is taken. The capture of an imported check
    is its line, by SHA-256. A line whose id was there before is a bad line: a match names a check
    by its id, and must not lean on another claim's rating.
    """
    seen: set[str] = set()

    def read(value: dict[str, Any], line: bytes) -> FactCheck:
        check = read_fact_check(value, line, publishers)
        if check.id in seen:
            raise InputError(f'"id" {check.id!r} was there before; skipped')
        seen.add(check.id)
        return check

    return Lines(path, read)


def read_fact_check(
    value: Mapping[str, Any], line: bytes, publishers: Publishers | None
) -> FactCheck:
    """Make a fact-check of one line.

    Raises:
        InputError: a field that has to be there is missing or of the wrong type.
    """
    flat = dict(_flatten(value)) if "claimReviewed" in value else dict(value)
    claim = mask(clean(text_of(flat, "claim"))[:FIELD_LIMIT])
    url = text_of(flat, "url", "")
    words = text_of(flat, "rating" if flat.get("rating") is not None else "verdict")
    check_id = text_of(flat, "id", "") or stable_id(url, claim)
    if len(check_id) > LONGEST_ID:
        raise InputError(f'"id" is longer than {LONGEST_ID} characters; skipped')
    scale = (flat.get("value"), flat.get("worst"), flat.get("best"))
    return FactCheck(
        id=clean(check_id),
        claim=claim,
        rating=_rating(words, scale),
        rating_text=mask(clean(words)[:FIELD_LIMIT]),
        publisher=mask(clean(text_of(flat, "publisher", ""))[:FIELD_LIMIT]),
        publisher_type=publishers.type_of(url) if publishers else _type(flat),
        url=clean(url),
        review_date=read_time(flat, "review_date"),
        summary=mask(clean(text_of(flat, "summary", ""))[:FIELD_LIMIT]),
        capture=hashlib.sha256(line).hexdigest(),
        fetched_at=datetime.now(UTC),
    )


def read_time(value: Mapping[str, Any], field: str) -> datetime | None:
    """Return the ISO 8601 time of `field` in UTC (a date is its midnight); None if missing.

    Raises:
        InputError: there is something else.
    """
    text = value.get(field)
    if text is None or text == "":
        return None
    try:
        time = datetime.fromisoformat(str(text))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(f'"{field}" is no ISO 8601 time; skipped') from None


def _rating(words: str, scale: tuple[Any, Any, Any]) -> Rating:
    try:
        return Rating(words)
    except ValueError:
        return rating_of(words, *scale)


def _type(flat: Mapping[str, Any]) -> PublisherType:
    name = text_of(dict(flat), "publisher_type", PublisherType.UNKNOWN)
    try:
        return PublisherType(name)
    except ValueError:
        raise InputError(f'"publisher_type" {name!r} is none of the known types; skipped') from None


def _flatten(review: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the contract's fields of a ClaimReview; itemReviewed and persons are left behind."""
    rating = review.get("reviewRating")
    rating = rating if isinstance(rating, Mapping) else {"alternateName": rating}
    value = rating.get("ratingValue")
    yield "id", review.get("@id") or review.get("id")
    yield "claim", review.get("claimReviewed")
    yield "rating", str(rating.get("alternateName") or rating.get("name") or value or "")
    yield "value", value
    yield "worst", rating.get("worstRating")
    yield "best", rating.get("bestRating")
    yield "publisher", _organisation(review)
    yield "publisher_type", review.get("publisher_type")
    yield "url", review.get("url")
    yield "review_date", review.get("datePublished")
    yield "summary", review.get("description") or review.get("reviewBody")


def _organisation(review: Mapping[str, Any]) -> str:
    for field in ("publisher", "author"):
        signer = review.get(field)
        if isinstance(signer, Mapping) and "Organization" in str(signer.get("@type")):
            return str(signer.get("name") or "")
    return ""
