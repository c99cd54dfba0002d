"""The append-only, hash-chained log: what was done, written with its effect or not at all.

Each entry's hash covers all of it and the hash of the entry before, so that a changed, missing or
reordered entry is found; `log_head` repeats the last one, so that a cut-off end is found too.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select

from kiemchung.desk.engine import reading
from kiemchung.desk.schema import LOG, LOG_HEAD

GENESIS = "0" * 64
PAGE = 1_000


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One step. `body` is canonical JSON; `at` is ISO 8601, UTC; `subject` is what it is about."""

    seq: int
    at: str
    event: str
    subject: str
    body: str
    previous: str
    hash: str

    @property
    def expected_hash(self) -> str:
        """Return the hash that the entry's own words and the hash before it lead to."""
        covered = [self.seq, self.at, self.event, self.subject, self.body, self.previous]
        return hashlib.sha256(canonical(covered).encode()).hexdigest()


def canonical(value: Any) -> str:
    """Return the one JSON text of `value`: sorted keys, no spaces, no escaped letters."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def append(
    connection: Connection, at: datetime, event: str, subject: str, body: Mapping[str, Any]
) -> int:
    """Add an entry inside the caller's write transaction; return its number (1, 2, 3, …)."""
    head = connection.execute(select(LOG_HEAD.c.seq, LOG_HEAD.c.hash)).first()
    entry = LogEntry(
        seq=head.seq + 1 if head else 1,
        at=at.astimezone(UTC).isoformat(),
        event=event,
        subject=subject,
        body=canonical(body),
        previous=head.hash if head else GENESIS,
        hash="",
    )
    entry = msgspec.structs.replace(entry, hash=entry.expected_hash)
    connection.execute(LOG.insert().values(msgspec.structs.asdict(entry)))
    write = LOG_HEAD.update() if head else LOG_HEAD.insert()
    connection.execute(write.values(seq=entry.seq, hash=entry.hash))
    return entry.seq


def read(engine: Engine) -> Iterator[LogEntry]:
    """Yield the entries in order, in pages, holding no transaction between them."""
    last = -1
    while True:
        wanted = select(LOG).where(LOG.c.seq > last).order_by(LOG.c.seq).limit(PAGE)
        with reading(engine) as connection:
            rows = connection.execute(wanted).mappings().all()
        yield from (LogEntry(**row) for row in rows)
        if len(rows) < PAGE:
            return
        last = rows[-1]["seq"]


def head(engine: Engine) -> tuple[int, str]:
    """Return number and hash of the last entry as noted beside the log."""
    with reading(engine) as connection:
        row = connection.execute(select(LOG_HEAD.c.seq, LOG_HEAD.c.hash)).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def verify(entries: Iterable[LogEntry], noted: tuple[int, str]) -> Iterator[str]:
    """Yield a sentence for each break of the chain; `noted` is what `head` returned before."""
    seq, previous = 0, GENESIS
    for entry in entries:
        if entry.seq != seq + 1:
            yield f"log: entries {seq + 1} to {entry.seq - 1} are missing"
        elif entry.previous != previous:
            yield f"log: entry {entry.seq} does not follow from the one before it"
        if entry.hash != entry.expected_hash:
            yield f"log: entry {entry.seq} was changed"
        if entry.seq == noted[0] and entry.hash != noted[1]:
            yield f"log: entry {entry.seq} is not the one that was last noted"
        seq, previous = entry.seq, entry.hash
    if seq < noted[0]:
        yield f"log: entries {seq + 1} to {noted[0]} are missing at the end"
