"""What people decided: answers, and the log of every step. Transactional, small, backed up.

This is where accounts, claims, settling two answers into a verdict, corrections, own fact-checks
and the vault of a flagged scam's indicators go: each a few methods here, tables by a migration in
`schema`, and a log entry in the transaction of its effect. An answer stays unsettled until then,
and leaves the desk for nowhere.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Select, select

from kiemchung.desk import log
from kiemchung.desk.engine import reading, writing
from kiemchung.desk.log import LogEntry
from kiemchung.desk.schema import ANSWERS
from kiemchung.errors import DeskError
from kiemchung.records import Answer

ANSWERED = "answer"
"""The log's event for an answer given."""


class Desk:
    """A desk on SQLite or PostgreSQL; safe to use from several threads and processes at once.

    Every method raises DeskError when the database can't be reached or refuses.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answer(self, answer: Answer) -> str:
        """Keep `answer` and its log entry, in one transaction; return the id it is kept under.

        A repeat of the reviewer's latest answer to that revision of the flag (same answer, label,
        evidence and note) is not kept again: the id of the first is returned. A different one is
        kept as the newer answer, the older stays.

        Raises:
            DeskError: another answer has this id already.
        """
        row = _row(answer)
        with writing(self._engine) as connection:
            latest = connection.execute(_latest(answer)).mappings().first()
            if latest and _content(latest) == _content(row):
                return str(latest["id"])
            if connection.execute(select(ANSWERS.c.id).where(ANSWERS.c.id == answer.id)).first():
                raise DeskError(f"answer {answer.id}: this id is taken; give each answer its own")
            seq = log.append(connection, answer.given_at, ANSWERED, answer.flag, _logged(row))
            connection.execute(ANSWERS.insert().values(seq=seq, **row))
        return answer.id

    def answers(self, flag: str) -> list[Answer]:
        """Return all answers to `flag`, oldest first, superseded ones too."""
        wanted = select(ANSWERS).where(ANSWERS.c.flag == flag).order_by(ANSWERS.c.seq)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).mappings().all()
        return [_answer(row) for row in rows]

    def answered(self, reviewer: str) -> set[str]:
        """Return the ids of the flags that `reviewer` has answered, in whatever revision."""
        wanted = select(ANSWERS.c.flag).where(ANSWERS.c.reviewer == reviewer).distinct()
        with reading(self._engine) as connection:
            return set(connection.execute(wanted).scalars())

    def log(self) -> Iterator[LogEntry]:
        """Yield the entries of the log, oldest first."""
        return log.read(self._engine)

    def check(self) -> list[str]:
        """Return what is wrong with the desk, a sentence each; [] if it is well.

        Reads the whole log: finds changed, missing and reordered entries, and answers that are not
        as they were when logged.
        """
        noted = log.head(self._engine)
        return [*log.verify(self.log(), noted), *self._check_answers(noted[0])]

    def close(self) -> None:
        """Let go of connections and files."""
        self._engine.dispose()

    def _check_answers(self, last: int) -> Iterator[str]:
        with reading(self._engine) as connection:
            kept = _digests(connection)
        for entry in self.log():
            if entry.event != ANSWERED or entry.seq > last:
                continue
            digest = kept.pop(entry.seq, None)
            if digest is None:
                yield f"answers: the answer of log entry {entry.seq} is missing"
            elif digest != _digest(entry.body):
                yield f"answers: the answer of log entry {entry.seq} was changed"
        for seq in sorted(seq for seq in kept if seq <= last):
            yield f"answers: there is no log entry {seq} for an answer"


def _latest(answer: Answer) -> Select[Any]:
    """Select the reviewer's latest answer to this revision of the flag."""
    same = (ANSWERS.c.flag == answer.flag) & (ANSWERS.c.flag_revision == answer.flag_revision)
    mine = select(ANSWERS).where(same & (ANSWERS.c.reviewer == answer.reviewer))
    return mine.order_by(ANSWERS.c.seq.desc()).limit(1)


def _row(answer: Answer) -> dict[str, Any]:
    row = msgspec.structs.asdict(answer)
    row["answer"] = answer.answer.value
    row["label"] = answer.label.value if answer.label else None
    row["evidence"] = log.canonical(list(answer.evidence))
    for time in ("claimed_at", "given_at"):
        row[time] = _utc(row[time])
    return row


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()


def _answer(row: Mapping[Any, Any]) -> Answer:
    fields = {name: row[name] for name in Answer.__struct_fields__}
    return msgspec.convert(fields | {"evidence": json.loads(row["evidence"])}, Answer)


def _content(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("answer", "label", "evidence", "note"))


def _logged(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what the log keeps of an answer: all but the note's words.

    Entries stay for good, while a note may quote a post and expires with it: its hash is enough.
    """
    kept = {name: row[name] for name in Answer.__struct_fields__}
    kept["note"] = hashlib.sha256(row["note"].encode()).hexdigest()
    return kept | {"evidence": json.loads(row["evidence"])}


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _digests(connection: Connection) -> dict[int, str]:
    rows = connection.execute(select(ANSWERS)).mappings()
    return {row["seq"]: _digest(log.canonical(_logged(row))) for row in rows}
