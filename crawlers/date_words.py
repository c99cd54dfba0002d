"""A date as pages write it → the moment it names; whether it can be believed is not asked here."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from kiemchung.records import VIETNAM

LENGTH = 120
"""Characters that are looked at; a date is shorter."""
BUDDHIST = range(2400, 2700)
"""Years of the Buddhist era, as Thai pages count: 543 ahead."""

VIETNAMESE_MONTHS = (
    *("một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười"),
    *("mười một", "mười hai"),
)
ENGLISH_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
# WordPress writes `Th11`, phones `thg 11`.
_MONTH_WORD = r"(?:tháng\s+|thg?\.?\s?(?=\d))(\d{1,2}|mười\s+(?:một|hai)|[^\W\d_]{2,5})"
_DAY = r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?"
_NAME = r"([a-z]{3,9})\.?"
YEAR_FIRST = re.compile(r"(?<!\d)(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)")
# Two digits of a year are believed behind slashes only: 24-11-26 may be the year 2024.
DAY_FIRST = re.compile(
    r"(?<!\d)(?<!\d[/.-])(?P<d>\d{1,2})\s?(?:/\s?(?P<m>\d{1,2})\s?/\s?(?P<y>\d{4}|\d{2})"
    r"|[.-]\s?(?P<m2>\d{1,2})\s?[.-]\s?(?P<y2>\d{4}))(?![\d/.-]*\d)"
)
DAY_TAKEN = re.compile(rf"{_DAY}[\s,]*{_MONTH_WORD}[\s,]*(?:năm\s*)?(\d{{4}})(?!\d)")
MONTH_TAKEN = re.compile(rf"{_MONTH_WORD}\s+{_DAY}[\s,]+(?:năm\s*)?(\d{{4}})(?!\d)")
DAY_NAMED = re.compile(rf"{_DAY}[\s-]+{_NAME}[\s,-]+(\d{{4}}|\d{{2}})(?![\d:])")
MONTH_NAMED = re.compile(
    rf"\b{_NAME}\s+{_DAY}(?:,?\s+[\d:]{{5,8}}(?:\s+[a-z]{{2,4}})?)?[\s,]+(\d{{4}})(?!\d)"
)
MILLISECONDS = re.compile(r"/date\((\d{10,13})[)+-]", re.IGNORECASE)
"""What the servers of many public bodies write into their JSON."""

CLOCK = re.compile(
    r"(?<![\d:+-])(?P<hour>\d{1,2})\s?(?:giờ|[:hg](?![^\W\d_]))\s?(?:(?P<minute>\d{2})(?:\s?phút)?)?"
    r"(?::(?P<second>\d{2})(?:[.,]\d+)?)?(?!\d)\s*(?:(?P<half>sa|ch|am|pm|a\.m|p\.m|sáng|chiều|tối)\b)?"
)
AFTER_NOON = frozenset({"ch", "pm", "p.m", "chiều", "tối"})
SIGNED = re.compile(
    r"\s*(?P<utc>[(\[]?\s*(?:gmt|utc)\s*|[(\[])?(?P<sign>[+−-])(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?"
    r"(?![\d/.-])"
)
NAMED = re.compile(r"(?<![a-z/])(?:(z)(?![a-z])|([a-z]{2,4})(?![a-z/])|([a-z]+/[a-z_]+))")
# RFC 822's names, and those of the zones around Viet Nam; `ist` and `cst` mean too many things.
ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("bst", "cet", "west"), 1),
    **dict.fromkeys(("cest", "eet"), 2),
    **dict.fromkeys(("ict", "wib"), 7),
    **dict.fromkeys(("sgt", "myt", "pht", "hkt", "wita", "awst"), 8),
    **dict.fromkeys(("jst", "kst", "wit"), 9),
    "aest": 10,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
    "edt": -4,
    "est": -5,
    "cdt": -5,
    "mdt": -6,
    "mst": -7,
    "pdt": -7,
    "pst": -8,
}
FARTHEST = timedelta(hours=14)

PARTS = re.compile(r"(?<!\d)(\d{1,3}|một|an?)\s*([^\W\d_]+)")
AGO = re.compile(r"\btrước\b|\bcách đây\b|\bago\b")
NOW = re.compile(r"^(?:vừa xong|vừa mới|vừa đăng|just now|now)$")
DAYS_BACK = {"hôm nay": 0, "hôm qua": 1, "hôm kia": 2, "today": 0, "yesterday": 1}
DAY_WORD = re.compile("|".join(DAYS_BACK))
# Months and years ago are no dates: they may be weeks off.
UNITS = {
    **dict.fromkeys(("giây", "second", "seconds", "sec", "s"), timedelta(seconds=1)),
    **dict.fromkeys(("phút", "minute", "minutes", "min", "mins", "m"), timedelta(minutes=1)),
    **dict.fromkeys(("giờ", "tiếng", "hour", "hours", "hr", "hrs", "h"), timedelta(hours=1)),
    **dict.fromkeys(("ngày", "day", "days", "d"), timedelta(days=1)),
    **dict.fromkeys(("tuần", "week", "weeks", "w"), timedelta(weeks=1)),
}

Day = tuple[int, int, int]


def moment(text: str, now: datetime) -> datetime | None:
    """Return the moment that `text` names, in a zone; None where it names none. Never raises.

    Read are ISO 8601, RFC 822, seconds since 1970, dates in Vietnamese and English words, and
    days before months (`24/11/2026`) unless only the other order can be. A day without a time
    begins it; a time without a zone is Viet Nam's; `3 giờ trước` counts back from `now`.
    """
    try:
        text = unicodedata.normalize("NFC", " ".join(text[:LENGTH].split()))
        when = _iso(text) or _written(text.lower(), now) or _relative(text.lower(), now)
        return when and when.replace(tzinfo=when.tzinfo or VIETNAM)
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    if text.isdecimal() and len(text) in {10, 13}:
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if milliseconds := MILLISECONDS.match(text):
        return datetime.fromtimestamp(int(milliseconds[1][:10]), UTC)
    if text.isdecimal() and len(text) == len("20261124143000"):
        text = f"{text[:8]}T{text[8:]}"
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.replace(year=when.year - 543) if when.year in BUDDHIST else when


def _written(text: str, now: datetime) -> datetime | None:
    for pattern, read in READERS:
        for match in pattern.finditer(text):
            if day := read(match, now):
                rest = f"{text[: match.start()]} | {text[match.end() :]}"
                # asctime puts the clock inside of the date.
                return _at(day, rest if CLOCK.search(rest) else text)
    return None


def _year(digits: str, now: datetime) -> int:
    year = int(digits)
    if len(digits) == len("26"):
        return year + (2000 if year <= now.year % 100 else 1900)
    return year - 543 if year in BUDDHIST else year


def _digits(match: re.Match[str], now: datetime) -> Day | None:
    found = match.groupdict()
    day, month = int(found["d"]), int(found["m"] or found["m2"])
    if month > len(ENGLISH_MONTHS) >= day and "m2" in found:
        day, month = month, day  # the order of the USA, when no other can be
    return _day(_year(found["y"] or found["y2"], now), month, day)


def _words(match: re.Match[str], now: datetime, *, day_first: bool = True) -> Day | None:
    day, word = match.group(1, 2) if day_first else match.group(2, 1)
    month = _month(" ".join(word.split()))
    return _day(_year(match[3], now), month, int(day)) if month else None


def _month(word: str) -> int | None:
    if word.isdecimal():
        return int(word)
    if word in VIETNAMESE_MONTHS:
        return VIETNAMESE_MONTHS.index(word) + 1
    near = (
        n for n, name in enumerate(ENGLISH_MONTHS, 1) if name.startswith(word) or word == "sept"
    )
    return (9 if word == "sept" else next(near, None)) if word.isascii() else None


def _day(year: int, month: int, day: int) -> Day | None:
    try:
        datetime(year, month, day, tzinfo=VIETNAM)
    except ValueError:
        return None
    return year, month, day


def _month_first(match: re.Match[str], now: datetime) -> Day | None:
    return _words(match, now, day_first=False)


READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Day | None]], ...] = (
    (YEAR_FIRST, _digits),
    (DAY_TAKEN, _words),
    (MONTH_TAKEN, _month_first),
    (DAY_FIRST, _digits),
    (DAY_NAMED, _words),
    (MONTH_NAMED, _month_first),
)


def _at(day: Day, rest: str) -> datetime:
    """Return that day at the clock and in the zone that `rest` names; a wrong clock is none."""
    match = CLOCK.search(rest)
    clock = _clock(match) if match else None
    if match is None or clock is None:
        return datetime(*day, tzinfo=VIETNAM)
    return datetime.combine(datetime(*day), clock, _zone(rest, match.end()))  # noqa: DTZ001


def _clock(match: re.Match[str]) -> time | None:
    hour, half = int(match["hour"]), match["half"]
    noon = 12
    if half in AFTER_NOON and hour < noon:
        hour += noon
    elif half in {"sa", "am", "a.m"} and hour == noon:
        hour = 0
    try:
        return time(hour, int(match["minute"] or 0), min(int(match["second"] or 0), 59))
    except ValueError:
        return None


def _zone(text: str, behind: int) -> tzinfo:
    """Return the zone named behind the clock, be it an offset, a name, or a place."""
    for match in (SIGNED.match(text, behind), _after_name(text)):
        if match and (offset := _offset(match)) is not None:
            return timezone(offset)
    for letter, name, place in NAMED.findall(text[behind:]):
        if place:
            return _place(place)
        if (letter or name) in ZONES:
            return timezone(timedelta(hours=ZONES[letter or name]))
    return VIETNAM


def _after_name(text: str) -> re.Match[str] | None:
    return next((m for m in SIGNED.finditer(text) if "gmt" in m[0] or "utc" in m[0]), None)


def _offset(match: re.Match[str]) -> timedelta | None:
    offset = timedelta(hours=int(match["h"]), minutes=int(match["m"] or 0))
    return (offset if match["sign"] == "+" else -offset) if offset <= FARTHEST else None


def _place(name: str) -> tzinfo:
    """Return the zone of a place (`asia/ho_chi_minh`), its summer time with it."""
    try:
        return ZoneInfo(re.sub(r"[a-z]+", lambda word: word[0].capitalize(), name))
    except (ValueError, OSError, LookupError):
        return VIETNAM


def _relative(text: str, now: datetime) -> datetime | None:
    if NOW.match(text):
        return now
    if word := DAY_WORD.search(text):
        day = now.astimezone(VIETNAM) - timedelta(days=DAYS_BACK[word[0]])
        return _at((day.year, day.month, day.day), text[: word.start()] + text[word.end() :])
    if AGO.search(text):
        steps = list(_steps(text))
        return now - sum(steps, timedelta()) if steps else None
    return None


def _steps(text: str) -> Iterator[timedelta]:
    for number, unit in PARTS.findall(text):
        if unit in UNITS:
            yield UNITS[unit] * (int(number) if number.isdecimal() else 1)
