"""What every desk promises, on SQLite and on PostgreSQL."""

import json
import multiprocessing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import create_engine

from kiemchung.desk import Desk, open_desk
from kiemchung.errors import DeskError
from kiemchung.records import Answer
from kiemchung.vocabulary import AnswerKind, Harm

CLAIMED = datetime(2026, 3, 12, 7, 30, tzinfo=UTC)


def an_answer(**changes: Any) -> Answer:
    """Build an answer to flag f1 by reviewer r1."""
    fields: dict[str, Any] = {
        "id": "a1",
        "flag": "f1",
        "flag_revision": 3,
        "reviewer": "r1",
        "answer": AnswerKind.HARMFUL,
        "label": Harm.SCAM,
        "evidence": ("check-1", "check-2"),
        "note": "đòi chuyển khoản trước",
        "claimed_at": CLAIMED,
        "given_at": CLAIMED + timedelta(minutes=2, microseconds=5),
    }
    return Answer(**(fields | changes))


def sql(url: str, *statements: str) -> None:
    """Change the desk's tables behind its back."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_an_answer_comes_back_as_it_was_given(desk: Desk) -> None:
    """What was answered, when it was claimed and given, on which revision, by which evidence."""
    assert desk.answer(an_answer()) == "a1"

    assert desk.answers("f1") == [an_answer()]
    assert desk.answers("f2") == []


def test_an_answer_outlives_its_process(desk_url: str) -> None:
    """A desk opened again holds what the first one was told."""
    first = open_desk(desk_url)
    first.answer(an_answer())
    first.close()

    again = open_desk(desk_url)

    assert again.answers("f1") == [an_answer()]
    again.close()


def test_times_are_kept_in_utc(desk: Desk) -> None:
    """An hour given in Vietnam's time is the same moment in UTC."""
    vietnam = timezone(timedelta(hours=7))
    desk.answer(an_answer(claimed_at=CLAIMED.astimezone(vietnam)))

    (kept,) = desk.answers("f1")

    assert kept.claimed_at == CLAIMED
    assert kept.claimed_at.utcoffset() == timedelta(0)


def test_an_identical_repeat_returns_the_first_id(desk: Desk) -> None:
    """A double submit is one answer and one log entry."""
    desk.answer(an_answer())
    later = an_answer(id="a2", given_at=CLAIMED + timedelta(minutes=9))

    assert desk.answer(later) == "a1"
    assert desk.answers("f1") == [an_answer()]
    assert len(list(desk.log())) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"answer": AnswerKind.NOT_HARMFUL, "label": None},
        {"label": Harm.HEALTH},
        {"note": ""},
        {"evidence": ("check-1",)},
    ],
)
def test_a_changed_mind_keeps_both_answers(desk: Desk, change: dict[str, Any]) -> None:
    """The newer answer stands after the older one; nothing is replaced."""
    desk.answer(an_answer())

    assert desk.answer(an_answer(id="a2", **change)) == "a2"
    assert [answer.id for answer in desk.answers("f1")] == ["a1", "a2"]


def test_going_back_is_a_third_answer(desk: Desk) -> None:
    """Only a repeat of the latest answer is a repeat."""
    desk.answer(an_answer())
    desk.answer(an_answer(id="a2", note="khác"))

    assert desk.answer(an_answer(id="a3")) == "a3"


def test_another_revision_or_reviewer_is_another_answer(desk: Desk) -> None:
    """Equal words on a changed flag, or by somebody else, are kept by themselves."""
    desk.answer(an_answer())
    desk.answer(an_answer(id="a2", flag_revision=4))
    desk.answer(an_answer(id="a3", reviewer="r2"))

    assert [answer.id for answer in desk.answers("f1")] == ["a1", "a2", "a3"]


def test_answered_names_the_reviewers_own_flags_alone(desk: Desk) -> None:
    """Nobody's work shows in another's queue."""
    desk.answer(an_answer())
    desk.answer(an_answer(id="a2", flag="f2", reviewer="r2"))

    assert desk.answered("r1") == {"f1"}
    assert desk.answered("r2") == {"f2"}
    assert desk.answered("r3") == set()


def test_a_taken_id_is_refused_and_leaves_no_trace(desk: Desk) -> None:
    """An answer that can't be kept is not logged either."""
    desk.answer(an_answer())

    with pytest.raises(DeskError, match=r"a1.*taken"):
        desk.answer(an_answer(flag="f2"))

    assert desk.answers("f2") == []
    assert len(list(desk.log())) == 1
    assert desk.check() == []


def test_the_log_holds_the_answer_but_not_the_notes_words(desk: Desk) -> None:
    """The log is for good; a note, which may quote a post, expires."""
    desk.answer(an_answer())

    (entry,) = desk.log()
    body = json.loads(entry.body)

    assert (entry.seq, entry.event, entry.subject) == (1, "answer", "f1")
    assert entry.at == "2026-03-12T07:32:00.000005+00:00"
    assert body["claimed_at"] == "2026-03-12T07:30:00+00:00"
    assert (body["id"], body["flag_revision"], body["answer"], body["label"]) == (
        "a1",
        3,
        "harmful",
        "scam",
    )
    assert body["evidence"] == ["check-1", "check-2"]
    assert "chuyển khoản" not in entry.body


def test_a_well_desk_has_nothing_to_say(desk: Desk) -> None:
    """An empty desk and one with answers are both well."""
    assert desk.check() == []

    for number in range(5):
        desk.answer(an_answer(id=f"a{number}", flag=f"f{number}"))

    assert desk.check() == []


def test_a_log_longer_than_a_page_is_read_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paging neither skips nor repeats an entry."""
    monkeypatch.setattr("kiemchung.desk.log.PAGE", 3)
    for number in range(7):
        desk.answer(an_answer(id=f"a{number}", flag=f"f{number}"))

    assert [entry.seq for entry in desk.log()] == [1, 2, 3, 4, 5, 6, 7]
    assert desk.check() == []


TAMPERINGS = {
    "changed body": ("UPDATE log SET body = '{}' WHERE seq = 2", "entry 2 was changed"),
    "changed time": ("UPDATE log SET at = '2020' WHERE seq = 3", "entry 3 was changed"),
    "changed subject": ("UPDATE log SET subject = 'f9' WHERE seq = 1", "entry 1 was changed"),
    "missing": ("DELETE FROM log WHERE seq = 2", "entries 2 to 2 are missing"),
    "missing first": ("DELETE FROM log WHERE seq = 1", "entries 1 to 1 are missing"),
    "cut off": ("DELETE FROM log WHERE seq >= 3", "entries 3 to 4 are missing at the end"),
    "emptied": ("DELETE FROM log", "entries 1 to 4 are missing at the end"),
    "forged": (
        "INSERT INTO log SELECT 5, at, event, subject, body, hash, hash FROM log WHERE seq = 4",
        "entry 5 was changed",
    ),
    "changed answer": ("UPDATE answers SET answer = 'not_harmful' WHERE seq = 2", "2 was changed"),
    "changed note": ("UPDATE answers SET note = 'x' WHERE seq = 2", "2 was changed"),
    "removed answer": ("DELETE FROM answers WHERE seq = 2", "entry 2 is missing"),
    "slipped-in answer": ("UPDATE answers SET seq = 0 WHERE seq = 2", "no log entry 0"),
}


@pytest.mark.parametrize(("statement", "found"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_is_found(desk: Desk, desk_url: str, statement: str, found: str) -> None:
    """A changed, missing or forged entry, and an answer that is not the logged one."""
    for number in range(4):
        desk.answer(an_answer(id=f"a{number}", flag=f"f{number}"))

    sql(desk_url, statement)

    assert any(found in sentence for sentence in desk.check())


def test_a_reordered_log_is_found(desk: Desk, desk_url: str) -> None:
    """Two entries that changed places break the chain."""
    for number in range(4):
        desk.answer(an_answer(id=f"a{number}", flag=f"f{number}"))

    sql(
        desk_url,
        "UPDATE log SET seq = -2 WHERE seq = 2",
        "UPDATE log SET seq = 2 WHERE seq = 3",
        "UPDATE log SET seq = 3 WHERE seq = -2",
    )

    found = desk.check()
    assert any("entry 2" in sentence for sentence in found)
    assert any("entry 3" in sentence for sentence in found)


def _work(url: str, reviewer: int) -> None:
    desk = open_desk(url)
    for number in range(5):
        mine = an_answer(id=f"{reviewer}-{number}", flag=f"f{number}", reviewer=f"r{reviewer}")
        desk.answer(mine)
    desk.close()


def test_eight_processes_at_once_lose_nothing(desk_url: str) -> None:
    """All open the new desk and answer at the same time; every answer is kept, the chain holds."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(8) as pool:
        pool.starmap(_work, [(desk_url, reviewer) for reviewer in range(8)], chunksize=1)

    desk = open_desk(desk_url)

    assert all(len(desk.answers(f"f{number}")) == 8 for number in range(5))
    assert [entry.seq for entry in desk.log()] == list(range(1, 41))
    assert desk.check() == []
    desk.close()


def test_a_newer_schema_is_refused_with_advice(desk: Desk, desk_url: str) -> None:
    """An old program never writes into a desk that it doesn't understand."""
    assert desk.check() == []
    sql(desk_url, "UPDATE schema_version SET version = 99")

    with pytest.raises(DeskError, match=r"schema 99.*upgrade kiemchung"):
        open_desk(desk_url)


def test_a_lost_table_is_a_desk_error_without_the_notes_words(desk: Desk, desk_url: str) -> None:
    """Errors name the desk and say what to do; what a reviewer wrote is not in them."""
    sql(desk_url, "DROP TABLE answers")

    with pytest.raises(DeskError, match="KIEMCHUNG_DESK_URL") as caught:
        desk.answer(an_answer())

    assert "chuyển khoản" not in str(caught.value)
