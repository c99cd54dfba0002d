"""When a page says that it was published: aware UTC, or None rather than a guess that can't be."""

import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from htmldate import find_date

from crawlers.document import Document

VIETNAM = timezone(timedelta(hours=7))
"""What a time without a zone is read as."""
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""How far a clock elsewhere may run ahead of ours."""
META = (
    "article:published_time",
    "og:article:published_time",
    "datePublished",
    "pubdate",
    "publishdate",
    "dc.date.issued",
    "DC.date.issued",
    "date",
)
OTHERS = frozenset({"ClaimReview", "Claim", "Comment"})
"""Things on a page that have a date of their own."""
DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
CLOCK = re.compile(r"(\d{1,2})[:h](\d{2})")


def published_at(document: Document, fetched_at: datetime) -> datetime | None:
    """Return when `document` was published, by what it declares, else by what htmldate finds.

    Nothing before 1995, and nothing later than a day after `fetched_at`, is believed.
    """
    declared = [document.meta(*META), *_json_dates(document), *_marked(document)]
    for text in declared:
        if when := read_date(text, fetched_at):
            return when
    # htmldate changes the tree it is given.
    found = find_date(deepcopy(document.tree), original_date=True, extensive_search=False)
    return read_date(found or "", fetched_at)


def read_date(text: str, fetched_at: datetime) -> datetime | None:
    """Read ISO 8601 or `18/11/2026, 8:15` (day first); None if unreadable or unbelievable."""
    when = _iso(text.strip()) or _day_first(text)
    if when is None:
        return None
    try:
        when = (when if when.tzinfo else when.replace(tzinfo=VIETNAM)).astimezone(UTC)
    except OverflowError:
        return None
    return when if EARLIEST <= when <= fetched_at + AHEAD else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _day_first(text: str) -> datetime | None:
    day = DAY_FIRST.search(text)
    if day is None:
        return None
    clock = CLOCK.search(text[: day.start()] + text[day.end() :])
    hour, minute = (int(clock[1]), int(clock[2])) if clock else (0, 0)
    try:
        return datetime(int(day[3]), int(day[2]), int(day[1]), hour, minute, tzinfo=VIETNAM)
    except ValueError:
        return None


def _json_dates(document: Document) -> list[str]:
    return [str(item["datePublished"]) for item in document.json_ld if _has_date(item)]


def _has_date(item: dict[str, Any]) -> bool:
    types = item.get("@type")
    names = types if isinstance(types, list) else [types]
    return "datePublished" in item and OTHERS.isdisjoint(map(str, names))


def _marked(document: Document) -> list[str]:
    paths = "//*[@itemprop='datePublished']", "//time[@pubdate]", "//article//time[@datetime]"
    elements = [element for path in paths for element in document.tree.xpath(path)]
    return [e.get("datetime") or e.get("content") or e.text_content() for e in elements]
