"""Hosts and what is asked of them: places, beginnings and rests, shared by all processes.

Places and beginnings are timed by a clock that all processes share: the machine's own for SQLite,
the database's for PostgreSQL. A moment further ahead than it can be was written before that clock
was set back (or started anew), and is cut to what it can be.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from kiemchung.crawl_state.database import TABLES, Database, time_of, time_text
from kiemchung.crawl_state.owners import is_gone
from kiemchung.records import Record

LEASE = 10.0
"""Seconds for which a place is held without being renewed; a killed process's comes free then."""
AFTERMATH = 2.0
"""Seconds after the last renewal for which a place is kept whose holder is known to be gone: the
host may still be at work on what it asked."""
WAITING = 3.0
"""Seconds for which a process counts as waiting without asking again."""
LONGEST_DELAY = 120.0
"""Seconds to the next beginning that are believed."""
SOON = 0.05
"""Seconds after which to look again, where another process is about to begin."""
FORGOTTEN = timedelta(hours=1)
"""After so long without a failure, the next one is the first again."""

HOSTS = sa.Table(
    "hosts",
    TABLES,
    sa.Column("host", sa.String, primary_key=True),
    # When the next request may begin; who is about to begin one, and how long that is believed.
    sa.Column("free_at", sa.Double, nullable=False, server_default="0"),
    sa.Column("beginner", sa.String, nullable=False, server_default=""),
    sa.Column("beginning", sa.Double, nullable=False, server_default="0"),
    sa.Column("crawl_delay", sa.Double, nullable=False, server_default="0"),
    # Failures in a row, by weight; when the last one was; until when the host is left alone.
    sa.Column("points", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failed_at", sa.String, nullable=False, server_default=""),
    sa.Column("rests_until", sa.String, nullable=False, server_default=""),
    sa.Column("cause", sa.String, nullable=False, server_default=""),
)
PLACES = sa.Table(
    "host_places",
    TABLES,
    sa.Column("host", sa.String, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("owner", sa.String, nullable=False, index=True),
    sa.Column("ticket", sa.Integer, nullable=False),
    sa.Column("until", sa.Double, nullable=False),
)
WAITERS = sa.Table(
    "host_waiters",
    TABLES,
    sa.Column("host", sa.String, primary_key=True),
    sa.Column("owner", sa.String, primary_key=True),
    sa.Column("since", sa.Double, nullable=False),
    sa.Column("until", sa.Double, nullable=False),
)


class HostState(Record, frozen=True, kw_only=True):
    """How a host fares: failures in a row by weight, the rest they brought, its Crawl-delay."""

    points: int = 0
    failed_at: datetime | None = None
    rests_until: datetime | None = None
    cause: str = ""
    crawl_delay: float = 0.0

    def rest(self, now: datetime) -> float:
        """Return the seconds that the host is still to be left alone; 0 if it may be asked.

        Never more than the rest was long when it began, should the clock have been set back.
        """
        if self.rests_until is None or self.failed_at is None:
            return 0.0
        left = min(self.rests_until - now, self.rests_until - self.failed_at)
        return max(0.0, left.total_seconds())


class Grant(Record, frozen=True, kw_only=True):
    """A place at a host, held until its ticket is given back or the lease is over."""

    ticket: int
    state: HostState


class Renewal(Record, frozen=True, kw_only=True):
    """A place that is still held; whether another process waits for one there."""

    host: str
    ticket: int
    wanted: bool
    state: HostState


class Hosts:
    """What all processes ask of each host, in one place."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep it in `database`; `clock` is one that all processes of this machine share."""
        self._db = database
        self._clock = clock

    def take(self, host: str, owner: str, ticket: int, *, places: int, waits: bool) -> Grant | None:
        """Take one of the `places` of `host` for `owner`; None where none is free.

        `ticket` is a number that `owner` never used before.

        Who `waits` has none there: it is remembered as waiting, and its turn comes before that of
        any who asked later, or who has one and would like another.
        """
        with self._db.writing() as db:
            state = self._lock(db, host)
            now = self._now(db)
            taken = self._taken(db, host, now)
            ahead = self._ahead(db, host, owner, now)
            if waits:
                self._wait(db, host, owner, now)
            free = [place for place in range(places) if place not in taken]
            if len(free) <= ahead:
                return None
            mine = {"host": host, "owner": owner, "ticket": ticket, "until": now + LEASE}
            db.execute(self._db.upsert(PLACES), [{**mine, "place": free[0]}])
            waiters = sa.delete(WAITERS).where(WAITERS.c.host == host)
            db.execute(waiters.where(WAITERS.c.owner == owner))
        return Grant(ticket=ticket, state=state)

    def give_back(self, owner: str, ticket: int) -> None:
        """Let go of a place, if it still is the owner's."""
        mine = sa.delete(PLACES).where(PLACES.c.owner == owner)
        with self._db.writing() as db:
            db.execute(mine.where(PLACES.c.ticket == ticket))

    def leave(self, owner: str) -> None:
        """Let go of all that `owner` holds or waits for."""
        with self._db.writing() as db:
            for table in (PLACES, WAITERS):
                db.execute(sa.delete(table).where(table.c.owner == owner))
            mine = sa.update(HOSTS).where(HOSTS.c.beginner == owner)
            db.execute(mine.values(beginner="", beginning=0.0))

    def renew(self, owner: str) -> list[Renewal]:
        """Hold all places of `owner` for another lease; return those that it still has."""
        others = (
            sa.exists()
            .where(WAITERS.c.host == PLACES.c.host, WAITERS.c.owner != owner)
            .where(WAITERS.c.until > sa.bindparam("now", type_=sa.Double))
        )
        held = sa.select(PLACES.c.ticket, others.label("wanted"), HOSTS)
        held = held.join_from(PLACES, HOSTS, PLACES.c.host == HOSTS.c.host)
        mine = PLACES.c.owner == owner
        with self._db.writing() as db:
            # The write comes first, here and everywhere: it takes SQLite's lock at once.
            until = self._now(db) + LEASE
            db.execute(sa.update(PLACES).where(mine).values(until=until))
            rows = db.execute(held.where(mine), {"now": until - LEASE}).mappings().all()
        return [
            Renewal(host=r["host"], ticket=r["ticket"], wanted=bool(r["wanted"]), state=_state(r))
            for r in rows
        ]

    def begin(self, host: str, owner: str, delay: float) -> float:
        """Tell how many seconds to wait and ask again; 0: `owner` may begin a request now.

        Nobody else may, until `owner` tells that it `began`. Of one that never will it is taken
        that it just did: `delay` seconds are kept from it.
        """
        with self._db.writing() as db:
            row = self._row(db, host)
            now = self._now(db)
            if row["beginner"] not in {"", owner}:
                return self._behind(db, row, now, delay)
            if now < row["free_at"] <= now + LONGEST_DELAY:
                return float(row["free_at"]) - now
            mine = sa.update(HOSTS).where(HOSTS.c.host == host)
            db.execute(mine.values(beginner=owner, beginning=now + LEASE))
        return 0.0

    def began(self, host: str, owner: str, delay: float) -> None:
        """Note that a request of `owner` began just now: the next one may after `delay` seconds."""
        with self._db.writing() as db:
            row = self._row(db, host)
            now = self._now(db)
            values: dict[str, Any] = {"free_at": max(_free_at(row, now), now + delay)}
            if row["beginner"] == owner:
                values |= {"beginner": "", "beginning": 0.0}
            db.execute(sa.update(HOSTS).where(HOSTS.c.host == host).values(values))

    def asks_for(self, host: str, crawl_delay: float) -> None:
        """Note the Crawl-delay that `host` asks for, in seconds; 0 for none.

        It lies between the answer that said so and the next beginning, too.
        """
        with self._db.writing() as db:
            row = self._row(db, host)
            values = {"crawl_delay": crawl_delay}
            if crawl_delay:
                values["free_at"] = max(_free_at(row, now := self._now(db)), now + crawl_delay)
            db.execute(sa.update(HOSTS).where(HOSTS.c.host == host).values(values))

    def state_of(self, host: str) -> HostState:
        """Return how `host` fares."""
        with self._db.reading() as db:
            found = db.execute(sa.select(HOSTS).where(HOSTS.c.host == host)).mappings().first()
        return _state(found) if found else HostState()

    def failed(self, host: str, points: int, cause: str, rest: Callable[[int], float]) -> HostState:
        """Note a failure of `host` that weighs `points`; return how it fares now.

        `rest` is handed the points of all failures in a row, and gives the seconds that the host
        is to be left alone; a longer rest that it has already stays.
        """
        now = datetime.now(UTC)
        with self._db.writing() as db:
            before = self._lock(db, host)
            recent = before.failed_at is not None and abs(now - before.failed_at) < FORGOTTEN
            sum_ = points + (before.points if recent else 0)
            seconds = max(rest(sum_), before.rest(now))
            after = HostState(
                points=sum_,
                failed_at=now,
                rests_until=now + timedelta(seconds=seconds),
                cause=cause,
                crawl_delay=before.crawl_delay,
            )
            self._write(db, host, after)
        return after

    def healed(self, host: str) -> HostState:
        """Note that `host` answered: its failures are over. A rest that it asked for is kept."""
        with self._db.writing() as db:
            before = self._lock(db, host)
            kept = before if before.rest(datetime.now(UTC)) else HostState()
            after = HostState(
                failed_at=kept.failed_at,
                rests_until=kept.rests_until,
                cause=kept.cause,
                crawl_delay=before.crawl_delay,
            )
            self._write(db, host, after)
        return after

    def _now(self, db: sa.Connection) -> float:
        if db.dialect.name == "sqlite":
            return self._clock()
        return float(db.scalar(sa.text("SELECT extract(epoch FROM clock_timestamp())")) or 0.0)

    def _row(self, db: sa.Connection, host: str) -> sa.RowMapping:
        """Return the row of `host`, locked until the transaction ends; made if it is missing."""
        db.execute(self._db.insert_missing(HOSTS), {"host": host})
        query = sa.select(HOSTS).where(HOSTS.c.host == host).with_for_update()
        return db.execute(query).mappings().one()

    def _lock(self, db: sa.Connection, host: str) -> HostState:
        return _state(self._row(db, host))

    def _write(self, db: sa.Connection, host: str, state: HostState) -> None:
        values = {
            "points": state.points,
            "failed_at": "" if state.failed_at is None else time_text(state.failed_at),
            "rests_until": "" if state.rests_until is None else time_text(state.rests_until),
            "cause": state.cause,
        }
        db.execute(sa.update(HOSTS).where(HOSTS.c.host == host).values(values))

    def _behind(self, db: sa.Connection, row: sa.RowMapping, now: float, delay: float) -> float:
        """Return how long to wait, where another process was about to begin."""
        if now < row["beginning"] <= now + LEASE and not is_gone(row["beginner"]):
            return SOON
        values = {"beginner": "", "beginning": 0.0, "free_at": now + delay}
        db.execute(sa.update(HOSTS).where(HOSTS.c.host == row["host"]).values(values))
        return delay

    def _taken(self, db: sa.Connection, host: str, now: float) -> set[int]:
        """Return the places that somebody holds."""
        mine = PLACES.c.host == host
        late = sa.update(PLACES).where(mine, PLACES.c.until > now + LEASE)
        db.execute(late.values(until=now + LEASE))
        rows = db.execute(sa.select(PLACES).where(mine, PLACES.c.until > now)).mappings()
        recent = now + LEASE - AFTERMATH
        return {r["place"] for r in rows if r["until"] > recent or not is_gone(r["owner"])}

    def _ahead(self, db: sa.Connection, host: str, owner: str, now: float) -> int:
        """Return how many others wait for a place, and did before `owner`."""
        query = sa.select(WAITERS).where(WAITERS.c.host == host)
        rows = db.execute(query.order_by(WAITERS.c.since)).mappings().all()
        lively = (r["owner"] for r in rows if now < r["until"] <= now + WAITING)
        waiting = [each for each in lively if not is_gone(each)]
        return waiting.index(owner) if owner in waiting else len(waiting)

    def _wait(self, db: sa.Connection, host: str, owner: str, now: float) -> None:
        over = sa.or_(WAITERS.c.until <= now, WAITERS.c.until > now + WAITING)
        db.execute(sa.delete(WAITERS).where(WAITERS.c.host == host, over))
        values = {"host": host, "owner": owner, "since": now, "until": now + WAITING}
        db.execute(self._db.upsert(WAITERS, keep=("since",)), [values])


def _free_at(row: sa.RowMapping, now: float) -> float:
    """Return when the next request may begin, 0 where that can't be."""
    return float(row["free_at"]) if row["free_at"] <= now + LONGEST_DELAY else 0.0


def _state(row: sa.RowMapping) -> HostState:
    return HostState(
        points=row["points"],
        failed_at=time_of(row["failed_at"]) if row["failed_at"] else None,
        rests_until=time_of(row["rests_until"]) if row["rests_until"] else None,
        cause=row["cause"],
        crawl_delay=row["crawl_delay"],
    )
