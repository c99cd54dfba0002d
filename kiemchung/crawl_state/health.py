"""What became of each source's pages, day by day, kept longer than the fates themselves; alerts.

A day is a day in Vietnam. An alert holds numbers and the source's name, never a word of a post.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from kiemchung.crawl_state.database import TABLES, Database, row, time_of, time_text
from kiemchung.crawl_state.pages import FATES, LISTING_FAULT, RUNS
from kiemchung.records import VIETNAM, Record
from kiemchung.vocabulary import Fate

UNSETTLED = timedelta(days=1)
"""How far behind the newest sum a day is summed anew whatever it holds: it may have been half."""
UNSETTLED_AT_MOST = timedelta(days=30)
"""How long it is where pages still wait. Later its fates may be pruned, and its sum stands."""
LONGEST_PASS = timedelta(days=2)
"""How long before a page's fate its run may have begun."""
WAITING = (Fate.FETCHED, Fate.QUARANTINED)
"""Fates that may change long after the visit."""

DAYS = sa.Table(
    "health_days",
    TABLES,
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("day", sa.String, primary_key=True),
    sa.Column("passes", sa.Integer, nullable=False),
    sa.Column("listed", sa.Integer, nullable=False),
    # How many pages of which fate, as JSON: a fate to come needs no column.
    sa.Column("fates", sa.String, nullable=False),
    sa.Column("waiting", sa.Integer, nullable=False),
    sa.Column("posts", sa.Integer, nullable=False),
    sa.Column("undated", sa.Integer, nullable=False),
    sa.Column("untitled", sa.Integer, nullable=False),
    sa.Column("last_good", sa.String, nullable=False),
)
ALERTS = sa.Table(
    "alerts",
    TABLES,
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("cause", sa.String, primary_key=True),
    # "" while it is open: the key lets a cause be open once only, whoever else looks.
    sa.Column("recovered_at", sa.String, primary_key=True),
    sa.Column("since", sa.String, nullable=False),
    sa.Column("last_seen", sa.String, nullable=False),
    sa.Column("vi", sa.String, nullable=False),
    sa.Column("en", sa.String, nullable=False),
)


class Cause(StrEnum):
    """Why somebody should look at a source."""

    FILE = "file"
    FAILING = "failing"
    UNFINISHED = "unfinished"
    ROBOTS = "robots"
    LISTING = "listing"
    RESTING = "resting"
    SOFT_404 = "soft_404"
    LOGIN_WALL = "login_wall"
    NOT_ASKED = "not_asked"
    EMPTY = "empty"
    STALE = "stale"
    UNDATED = "undated"
    UNTITLED = "untitled"
    NO_TEXT = "no_text"
    QUARANTINE = "quarantine"
    VALIDATORS = "validators"
    FEED_MOVED = "feed_moved"


class Day(Record, frozen=True, kw_only=True):
    """A source's day: pages by fate, and what extraction found on them.

    `listed` is the most that one pass listed; `last_good` when the last page came that yielded a
    post; `undated` and `untitled` count posts.
    """

    source: str
    day: date
    passes: int = 0
    listed: int = 0
    fates: Mapping[Fate, int] = {}
    posts: int = 0
    undated: int = 0
    untitled: int = 0
    last_good: datetime | None = None

    @property
    def pages(self) -> int:
        """Return how many pages were asked for."""
        return sum(self.fates.values())

    def count(self, *fates: Fate) -> int:
        """Return how many pages came to one of `fates`."""
        return sum(self.fates.get(fate, 0) for fate in fates)


class Begun(Record, frozen=True, kw_only=True):
    """When a source's latest pass began, and ended; None where it runs or was killed."""

    started: datetime
    ended: datetime | None = None


class LastPass(Record, frozen=True, kw_only=True):
    """A source's latest pass that ended and asked for anything.

    `unreadable` counts listings that came and couldn't be read; `note` is the crawler's own word;
    `all_listings` says that all of its listings were asked for.
    """

    source: str
    started: datetime
    listed: int
    note: str
    fates: Mapping[Fate, int]
    unreadable: int
    all_listings: bool = True

    def count(self, *fates: Fate) -> int:
        """Return how many pages came to one of `fates`."""
        return sum(self.fates.get(fate, 0) for fate in fates)


class Alert(Record, frozen=True, kw_only=True):
    """Something that is wrong with a source; open until `recovered_at`."""

    source: str
    cause: Cause
    since: datetime
    last_seen: datetime
    recovered_at: datetime | None = None
    vi: str
    en: str


def day_of(moment: datetime) -> date:
    """Return the day that it is in Vietnam."""
    return moment.astimezone(VIETNAM).date()


class Health:
    """Daily sums and alerts."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._db = database

    def sum_up(self, now: datetime) -> None:
        """Bring the daily sums up to `now`; repeated, it changes nothing.

        A sum whose fates are gone stays as it is.
        """
        with self._db.reading() as db:
            due = list(_due(db, day_of(now)))
        for day in due:
            with self._db.writing() as db:
                if rows := _summed(db, day):
                    db.execute(self._db.upsert(DAYS), rows)

    def days(self, since: date) -> list[Day]:
        """Return every source's days from `since` on, by source and day."""
        query = sa.select(DAYS).where(DAYS.c.day >= since.isoformat())
        with self._db.reading() as db:
            found = db.execute(query.order_by(DAYS.c.source, DAYS.c.day)).mappings()
            return [_day(each) for each in found]

    def last_good(self) -> dict[str, datetime]:
        """Return when each source's last page came that yielded a post."""
        query = sa.select(DAYS.c.source, sa.func.max(DAYS.c.last_good)).group_by(DAYS.c.source)
        with self._db.reading() as db:
            return {source: time_of(last) for source, last in db.execute(query) if last}

    def begun(self) -> dict[str, Begun]:
        """Return when each source's latest pass began and ended."""
        with self._db.reading() as db:
            found = db.execute(_latest(sa.true())).mappings().all()
        return {
            each["source"]: Begun(started=time_of(each["started"]), ended=_time(each["ended"]))
            for each in found
        }

    def last_passes(self) -> dict[str, LastPass]:
        """Return each source's latest pass that ended and asked for anything."""
        with self._db.reading() as db:
            passes = db.execute(_latest(RUNS.c.ended != "", RUNS.c.asked > 0)).mappings().all()
            fates = _fates_of(db, {each["run"] for each in passes})
        own = {each["source"]: fates.get((each["run"], each["source"]), {}) for each in passes}
        return {each["source"]: _last_pass(each, own[each["source"]]) for each in passes}

    def alerts(self, *, recovered_since: datetime | None = None) -> list[Alert]:
        """Return the open alerts, oldest first; then those that recovered since, if asked for."""
        is_open = ALERTS.c.recovered_at == ""
        query = sa.select(ALERTS).where(is_open)
        if recovered_since is not None:
            over = ALERTS.c.recovered_at >= time_text(recovered_since)
            query = sa.select(ALERTS).where(sa.or_(is_open, over))
        order = (ALERTS.c.recovered_at, ALERTS.c.since, ALERTS.c.source, ALERTS.c.cause)
        with self._db.reading() as db:
            return [_alert(each) for each in db.execute(query.order_by(*order)).mappings()]

    def settle(
        self, found: Sequence[Alert], unjudged: Collection[tuple[str, Cause]], now: datetime
    ) -> None:
        """Make `found` the open alerts: raise what is new, keep what is open, close the rest.

        An alert that is open keeps its `since`. `unjudged` are sources and causes of which nothing
        can be said now: they stay as they are.
        """
        known = {(each.source, each.cause) for each in found}.union(unjudged)
        query = sa.select(ALERTS.c.source, ALERTS.c.cause).where(ALERTS.c.recovered_at == "")
        with self._db.writing() as db:
            if found:
                keep = self._db.upsert(ALERTS, keep=("since",))
                db.execute(keep, [row(each) for each in found])
            for source, cause in db.execute(query).all():
                if (source, Cause(cause)) not in known:
                    own = (ALERTS.c.source == source, ALERTS.c.cause == cause)
                    close = sa.update(ALERTS).where(*own, ALERTS.c.recovered_at == "")
                    db.execute(close.values(recovered_at=time_text(now)))


def _due(db: sa.Connection, today: date) -> Iterator[date]:
    """Yield the days whose sums may have changed."""
    newest = db.execute(sa.select(sa.func.max(DAYS.c.day))).scalar()
    if newest is None:
        started = db.execute(sa.select(sa.func.min(RUNS.c.started))).scalar()
        first = day_of(time_of(started)) if started else today
    else:
        first = min(date.fromisoformat(newest), today) - UNSETTLED
        waited = _waited(db, today - UNSETTLED_AT_MOST, first)
        waits = _waits(db, today - UNSETTLED_AT_MOST, first) if waited else {}
        yield from (day for day, counts in waited.items() if counts != waits.get(day))
    for number in range((today - first).days + 1):
        yield first + timedelta(days=number)


Counts = dict[tuple[str, str], int]
"""Pages by source and fate."""


def _waited(db: sa.Connection, start: date, end: date) -> dict[date, Counts]:
    """Return what waited of the days from `start` to before `end`, as these were last summed."""
    within = DAYS.c.day >= start.isoformat(), DAYS.c.day < end.isoformat()
    query = sa.select(DAYS.c.day, DAYS.c.source, DAYS.c.fates).where(DAYS.c.waiting > 0, *within)
    counts: dict[date, Counts] = {}
    for day, source, fates in db.execute(query.order_by(DAYS.c.day)):
        of_day = counts.setdefault(date.fromisoformat(day), {})
        for fate, pages in json.loads(fates).items():
            if fate in WAITING:
                of_day[source, fate] = pages
    return counts


def _waits(db: sa.Connection, start: date, end: date) -> dict[date, Counts]:
    """Return what waits now of the same days: few rows, found by their fate, whoever's run."""
    first, last = time_text(_midnight(start)), time_text(_midnight(end))
    hour = sa.func.substr(FATES.c.at, 1, len("2026-11-24T08")).label("hour")
    key = (hour, FATES.c.source, FATES.c.fate)
    query = (
        sa.select(*key, sa.func.count())
        .where(FATES.c.fate.in_([fate.value for fate in WAITING]))
        .where(FATES.c.at >= first, FATES.c.at < last)
        .group_by(*key)
    )
    counts: dict[date, Counts] = {}
    for found, source, fate, pages in db.execute(query):
        of_day = counts.setdefault(day_of(time_of(f"{found}:00:00+00:00")), {})
        of_day[source, fate] = of_day.get((source, fate), 0) + pages
    return counts


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)


def _summed(db: sa.Connection, day: date) -> list[dict[str, Any]]:
    """Sum what lies between the two midnights of `day`, by source."""
    start = _midnight(day)
    end = start + timedelta(days=1)
    sums: dict[str, dict[str, Any]] = {}
    for each in db.execute(_fates_between(start, end)).mappings():
        total = sums.setdefault(each["source"], {**NOTHING, "fates": {}})
        total["fates"][each["fate"]] = each["pages"]
        for name in ("posts", "undated", "untitled"):
            total[name] += each[name]
        total["last_good"] = max(total["last_good"], each["last_good"] or "")
        total["waiting"] += each["pages"] if each["fate"] in WAITING else 0
    for source, passes, listed in db.execute(_passes_between(start, end)):
        sums.setdefault(source, {**NOTHING, "fates": {}}).update(passes=passes, listed=listed)
    return [
        {**total, "source": name, "day": day.isoformat(), "fates": json.dumps(total["fates"])}
        for name, total in sorted(sums.items())
    ]


NOTHING: dict[str, Any] = {
    "passes": 0,
    "listed": 0,
    "waiting": 0,
    "posts": 0,
    "undated": 0,
    "untitled": 0,
}
NOTHING |= {"last_good": ""}


def _fates_between(start: datetime, end: datetime) -> Any:
    good = sa.case((FATES.c.posts > 0, FATES.c.at))
    sums = [sa.func.sum(FATES.c[name]).label(name) for name in ("posts", "undated", "untitled")]
    # By run: that is the key's first column, so only the runs of these days are read. One that was
    # killed and repeated says when it began anew.
    first, last = time_text(start - LONGEST_PASS), time_text(end + UNSETTLED_AT_MOST)
    runs = sa.select(RUNS.c.run).where(RUNS.c.started >= first, RUNS.c.started < last)
    within = FATES.c.at >= time_text(start), FATES.c.at < time_text(end), FATES.c.run.in_(runs)
    return (
        sa.select(
            FATES.c.source,
            FATES.c.fate,
            sa.func.count().label("pages"),
            *sums,
            sa.func.max(good).label("last_good"),
        )
        .where(*within)
        .group_by(FATES.c.source, FATES.c.fate)
        .order_by(FATES.c.source, FATES.c.fate)
    )


def _passes_between(start: datetime, end: datetime) -> Any:
    columns = (RUNS.c.source, sa.func.count(), sa.func.max(RUNS.c.listed))
    within = RUNS.c.started >= time_text(start), RUNS.c.started < time_text(end)
    return sa.select(*columns).where(*within).group_by(RUNS.c.source)


def _latest(*conditions: sa.ColumnElement[bool]) -> Any:
    """Select each source's latest pass of those that meet `conditions`."""
    columns = (RUNS.c.source, sa.func.max(RUNS.c.started).label("started"))
    latest = sa.select(*columns).where(*conditions).group_by(RUNS.c.source).subquery()
    same = sa.and_(RUNS.c.source == latest.c.source, RUNS.c.started == latest.c.started)
    return sa.select(RUNS).join(latest, same)


def _fates_of(
    db: sa.Connection, runs: Collection[str]
) -> dict[tuple[str, str], dict[Fate, tuple[int, int]]]:
    """Return pages, and unreadable listings among them, by run and source and by fate."""
    unreadable = sa.func.sum(sa.case((FATES.c.detail.startswith(LISTING_FAULT), 1), else_=0))
    key = (FATES.c.run, FATES.c.source, FATES.c.fate)
    query = sa.select(*key, sa.func.count(), unreadable).where(FATES.c.run.in_(runs)).group_by(*key)
    found: dict[tuple[str, str], dict[Fate, tuple[int, int]]] = {}
    for run, source, fate, pages, faults in db.execute(query):
        found.setdefault((run, source), {})[Fate(fate)] = (pages, int(faults))
    return found


def _last_pass(found: Any, fates: Mapping[Fate, tuple[int, int]]) -> LastPass:
    return LastPass(
        source=found["source"],
        started=time_of(found["started"]),
        listed=found["listed"],
        note=found["note"],
        all_listings=found["all_listings"],
        fates={fate: pages for fate, (pages, _) in fates.items()},
        unreadable=sum(faults for _, faults in fates.values()),
    )


def _day(found: Any) -> Day:
    values = {name: value for name, value in found.items() if name != "waiting"}
    values["fates"] = {Fate(fate): pages for fate, pages in json.loads(found["fates"]).items()}
    values["day"] = date.fromisoformat(found["day"])
    return Day(**{**values, "last_good": _time(found["last_good"])})


def _alert(found: Any) -> Alert:
    times = {name: _time(found[name]) for name in ("since", "last_seen", "recovered_at")}
    return Alert(**{**found, **times, "cause": Cause(found["cause"])})


def _time(text: str) -> datetime | None:
    return time_of(text) if text else None
