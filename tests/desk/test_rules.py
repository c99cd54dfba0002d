"""What an answer needs besides its own form (boundary 3)."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kiemchung.desk import check_answer
from kiemchung.errors import EvidenceError
from kiemchung.records import Answer, Evidence, Flag, Reason, Signal
from kiemchung.vocabulary import (
    AnswerKind,
    Harm,
    MatchState,
    PublisherType,
    Rating,
    SignalLabel,
    Stance,
    Status,
)

NOW = datetime(2026, 3, 12, tzinfo=UTC)
TEXT = "Uống nước chanh nóng là khỏi bệnh."


def some_evidence(**changes: Any) -> Evidence:
    """Build evidence that passes the gate."""
    fields: dict[str, Any] = {
        "fact_check": "check-1",
        "claim": "Nước chanh nóng chữa khỏi bệnh",
        "publisher": "Soi Tin",
        "publisher_type": PublisherType.INDEPENDENT_CHECKER,
        "about_itself": False,
        "own": False,
        "rating": Rating.FALSE,
        "rating_text": "Sai",
        "url": "http://soitin.example/1",
        "stance": Stance.REPEATS,
        "score": 0.9,
        "state": MatchState.STRONG,
        "start": 0,
        "end": len(TEXT),
        "quote": TEXT,
        "capture": "a" * 64,
        "review_date": NOW,
    }
    return Evidence(**(fields | changes))


def a_flag(*evidence: Evidence, label: Harm = Harm.FALSE_CLAIM) -> Flag:
    """Build a flag that leans on `evidence`."""
    signal = Signal(
        detector="scam", version="1", label=SignalLabel.SCAM, score=0.9, start=0, end=4, reason="x"
    )
    return Flag(
        id="f1",
        post="p1",
        label=label,
        status=Status.UNVERIFIED,
        priority=50,
        reasons=(Reason(code="x", vi="x", en="x"),),
        signals=(signal,),
        evidence=evidence,
        text=TEXT,
        fetched_at=NOW,
    )


def contradicted(*evidence: str) -> Answer:
    """Build the answer `contradicted` that attaches `evidence`."""
    return Answer(
        id="a1",
        flag="f1",
        flag_revision=1,
        reviewer="r1",
        answer=AnswerKind.CONTRADICTED,
        label=Harm.FALSE_CLAIM,
        evidence=evidence,
        claimed_at=NOW,
        given_at=NOW,
    )


def test_contradicted_with_a_check_that_passes_the_gate() -> None:
    """An independent check that refutes what the post repeats is enough."""
    check_answer(contradicted("check-1"), a_flag(some_evidence()))


@pytest.mark.parametrize(
    "weak",
    [
        {"publisher_type": PublisherType.AUTHORITY},
        {"publisher_type": PublisherType.PRESS},
        {"publisher_type": PublisherType.COMPANY},
        {"publisher_type": PublisherType.UNKNOWN},
        {"about_itself": True},
        {"own": True},
        {"stance": Stance.DISCUSSES},
        {"rating": Rating.UNPROVEN},
        {"score": 0.79},
        {"review_date": None},
    ],
)
def test_contradicted_on_weak_evidence_is_refused(weak: dict[str, Any]) -> None:
    """A human can't say `contradicted` on another's word than an independent one's."""
    flag = a_flag(some_evidence(), some_evidence(fact_check="check-2", **weak))

    with pytest.raises(EvidenceError, match="passes the gate"):
        check_answer(contradicted("check-2"), flag)


def test_evidence_of_another_flag_is_refused() -> None:
    """Only what lies beside the post can be attached."""
    with pytest.raises(EvidenceError, match="check-9"):
        check_answer(contradicted("check-1", "check-9"), a_flag(some_evidence()))


def test_contradicted_of_a_learned_harm_is_refused() -> None:
    """`contradicted` is the answer for false_claim alone."""
    with pytest.raises(EvidenceError, match="only a false_claim"):
        check_answer(contradicted("check-1"), a_flag(some_evidence(), label=Harm.SCAM))


def test_other_answers_need_no_evidence() -> None:
    """Nothing is asked of an answer that does not lean on evidence."""
    plain = msgspec.structs.replace(
        contradicted("check-1"), answer=AnswerKind.NOT_HARMFUL, label=None, evidence=()
    )

    check_answer(plain, a_flag(some_evidence()))
