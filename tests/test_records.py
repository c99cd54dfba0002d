"""The record types, and the evidence gate in `Flag`'s constructor."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiemchung.errors import EvidenceError, RecordError
from kiemchung.records import STRONG, Answer, Flag, stable_id
from kiemchung.vocabulary import (
    INDEPENDENT,
    REFUTING,
    AnswerKind,
    Harm,
    MatchState,
    PublisherType,
    Rating,
    SignalLabel,
    Stance,
    Status,
)
from tests.makers import HASH, WHEN, make_evidence, make_flag, make_signal

EVIDENCE = st.fixed_dictionaries(
    {
        "publisher_type": st.sampled_from(PublisherType),
        "about_itself": st.booleans(),
        "own": st.booleans(),
        "rating": st.sampled_from(Rating),
        "stance": st.sampled_from(Stance),
        "score": st.floats(0, 1),
        "state": st.sampled_from(MatchState),
        "capture": st.sampled_from(["", HASH]),
        "review_date": st.sampled_from([None, WHEN]),
    }
)


def may_be_contradicted(fields: dict[str, Any]) -> bool:
    """Say the gate once more, from the contract's words."""
    return (
        fields["publisher_type"] in {"independent_checker", "medical_scientific"}
        and not fields["about_itself"]
        and not fields["own"]
        and fields["rating"] in {"false", "misleading"}
        and fields["stance"] == "repeats"
        and fields["score"] >= STRONG
        and fields["capture"] == HASH
        and fields["review_date"] is not None
    )


@given(st.lists(EVIDENCE, max_size=4), st.sampled_from(Harm), st.sampled_from(Status))
def test_no_path_says_contradicted_without_the_evidence(
    fields: list[dict[str, Any]], label: Harm, status: Status
) -> None:
    """Whatever evidence is handed in, only the gate lets `contradicted` through (boundary 3)."""
    evidence = tuple(make_evidence(**each) for each in fields)
    try:
        flag = make_flag(label=label, status=status, evidence=evidence, signals=(make_signal(),))
    except RecordError:
        return

    if flag.status is Status.CONTRADICTED:
        assert flag.label is Harm.FALSE_CLAIM
        assert any(may_be_contradicted(each) for each in fields)


@given(st.lists(EVIDENCE, min_size=1, max_size=6))
def test_who_is_not_independent_raises_no_flag(fields: list[dict[str, Any]]) -> None:
    """Any number of authority, press, company and unknown checks is no evidence (boundary 4)."""
    others = sorted(set(PublisherType) - INDEPENDENT)
    evidence = tuple(
        make_evidence(**{**each, "publisher_type": others[i % len(others)]})
        for i, each in enumerate(fields)
    )

    with pytest.raises(EvidenceError):
        make_flag(status=Status.UNVERIFIED, evidence=evidence)


def test_a_complete_gate_opens() -> None:
    """With all that the contract asks for, `contradicted` may be said."""
    assert make_flag().status is Status.CONTRADICTED


@pytest.mark.parametrize(
    "missing",
    [
        {"publisher_type": PublisherType.AUTHORITY},
        {"publisher_type": PublisherType.PRESS},
        {"about_itself": True},
        {"own": True},
        {"rating": Rating.TRUE},
        {"rating": Rating.UNPROVEN},
        {"stance": Stance.DENIES},
        {"stance": Stance.DISCUSSES},
        {"score": STRONG - 0.01},
        {"quote": "", "end": 0},
        {"capture": ""},
        {"review_date": None},
    ],
)
def test_each_part_of_the_gate_is_needed(missing: dict[str, Any]) -> None:
    """Without any one of its parts the gate stays shut."""
    with pytest.raises(EvidenceError):
        make_flag(evidence=(make_evidence(**missing),))


def test_a_replaced_field_passes_the_gate_again() -> None:
    """No copy of a flag gets around the constructor."""
    scam = make_flag(label=Harm.SCAM, status=Status.UNVERIFIED, signals=(make_signal(),))

    with pytest.raises(EvidenceError):
        msgspec.structs.replace(scam, status=Status.CONTRADICTED)


def test_a_decoded_flag_passes_the_gate_again() -> None:
    """A store can't hand out what the constructor would refuse."""
    fields = msgspec.to_builtins(make_flag())
    fields["evidence"][0]["publisher_type"] = "authority"

    with pytest.raises(EvidenceError):
        msgspec.convert(fields, Flag)


def test_a_quote_is_the_posts_own_words() -> None:
    """Evidence that quotes something else is refused."""
    with pytest.raises(EvidenceError, match="slice"):
        make_flag(text="cái khác hẳn")


def test_a_learned_harm_needs_its_signal() -> None:
    """A flag of a harm rests on a signal of that harm."""
    with pytest.raises(EvidenceError):
        make_flag(label=Harm.HEALTH, status=Status.UNVERIFIED, signals=(make_signal(),))


def test_check_worthiness_is_never_a_flag() -> None:
    """A label outside the closed list can't be flagged (boundary 2)."""
    with pytest.raises(RecordError):
        make_flag(label=SignalLabel.CHECK_WORTHINESS, status=Status.UNVERIFIED)


def test_the_harms_are_pinned() -> None:
    """The list of harms is closed (boundary 2)."""
    assert [harm.value for harm in Harm] == ["scam", "health", "emergency", "abuse", "false_claim"]
    assert {label.value for label in SignalLabel} == {
        "scam", "health", "emergency", "abuse", "check_worthiness",
    }  # fmt: skip
    assert {rating.value for rating in REFUTING} == {"false", "misleading"}


@pytest.mark.parametrize("priority", [-1, 101])
def test_priority_is_0_to_100(priority: int) -> None:
    """Nothing else is a priority."""
    with pytest.raises(RecordError):
        make_flag(priority=priority)


@pytest.mark.parametrize(
    ("answer", "label", "evidence", "allowed"),
    [
        ("harmful", "scam", (), True),
        ("harmful", "false_claim", (), False),
        ("harmful", None, (), False),
        ("contradicted", "false_claim", ("c1",), True),
        ("contradicted", "false_claim", (), False),
        ("contradicted", "scam", ("c1",), False),
        ("not_harmful", None, (), True),
        ("out_of_scope", None, (), True),
        ("cannot_tell", None, (), True),
    ],
)
def test_an_answer_says_what_the_contract_allows(
    answer: str, label: str | None, evidence: tuple[str, ...], *, allowed: bool
) -> None:
    """`harmful` names a harm, `contradicted` its evidence."""
    fields = {
        "id": "a1", "flag": "f1", "flag_revision": 1, "reviewer": "local",
        "answer": AnswerKind(answer), "label": Harm(label) if label else None,
        "evidence": evidence, "claimed_at": WHEN, "given_at": WHEN,
    }  # fmt: skip
    if allowed:
        assert Answer(**fields).answer == answer
    else:
        with pytest.raises(RecordError):
            Answer(**fields)


def test_an_id_depends_on_each_part_and_its_place() -> None:
    """Two records never share an id by accident of joining."""
    assert stable_id("a", "b") == stable_id("a", "b")
    assert (
        len({stable_id("a", "b"), stable_id("ab"), stable_id("b", "a"), stable_id("", "ab")}) == 4
    )
