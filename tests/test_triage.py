"""Signals, matches and story → flags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiemchung.publishers import Publisher, Publishers
from kiemchung.reasons import WORDS
from kiemchung.records import FactCheck, Flag
from kiemchung.triage import THRESHOLDS, Spread, priority_of, raise_flags
from kiemchung.vocabulary import (
    INDEPENDENT,
    Harm,
    MatchState,
    PublisherType,
    Rating,
    SignalLabel,
    Stance,
    Status,
)
from tests.makers import make_check, make_evidence, make_match, make_post, make_signal

NOBODY = None
"""No table: the checks' own word counts, as for lines of a file."""


def flags_of(
    check: FactCheck, publishers: Publishers | None = NOBODY, **match: object
) -> list[Flag]:
    """Raise the flags of a post that matches one check."""
    post = make_post(matches=(make_match(**match),))
    return raise_flags(post, {check.id: check}, publishers, Spread())


def test_a_repeated_refuted_claim_is_contradicted() -> None:
    """The whole gate is there, so the flag says so, with its reason in words."""
    (flag,) = flags_of(make_check())

    assert (flag.label, flag.status) == (Harm.FALSE_CLAIM, Status.CONTRADICTED)
    assert [reason.code for reason in flag.reasons] == ["contradicted"]


def test_a_suggested_match_is_unverified() -> None:
    """Below *strong* the flag stays `unverified`, worth a look."""
    (flag,) = flags_of(make_check(), score=0.6, state=MatchState.SUGGESTED)

    assert flag.status is Status.UNVERIFIED


@pytest.mark.parametrize("stance", [Stance.DENIES, Stance.DISCUSSES])
def test_who_denies_or_discusses_is_not_flagged(stance: Stance) -> None:
    """A post that debunks the claim is never flagged for it."""
    assert flags_of(make_check(), stance=stance) == []


@pytest.mark.parametrize("rating", [Rating.TRUE, Rating.UNPROVEN, Rating.OTHER])
def test_a_claim_that_is_not_refuted_is_not_flagged(rating: Rating) -> None:
    """Only what is rated false or misleading makes a false claim."""
    assert flags_of(make_check(rating=rating)) == []


@given(st.lists(st.sampled_from(sorted(set(PublisherType) - INDEPENDENT)), max_size=6))
def test_authorities_press_and_companies_raise_no_flag(types: list[PublisherType]) -> None:
    """However many match, without an independent one there is no flag (boundary 4)."""
    checks = {f"c{i}": make_check(id=f"c{i}", publisher_type=t) for i, t in enumerate(types)}
    post = make_post(matches=tuple(make_match(fact_check=key) for key in checks))

    assert raise_flags(post, checks, NOBODY, Spread()) == []


@given(st.lists(st.sampled_from(sorted(set(PublisherType) - INDEPENDENT)), max_size=6))
def test_they_lift_no_flag_above_unverified(types: list[PublisherType]) -> None:
    """A weak independent match stays `unverified` beside any number of others (boundary 4)."""
    checks = {f"c{i}": make_check(id=f"c{i}", publisher_type=t) for i, t in enumerate(types)}
    weak = make_match(fact_check="weak", score=0.6, state=MatchState.SUGGESTED)
    post = make_post(matches=(weak, *(make_match(fact_check=key) for key in checks)))

    (flag,) = raise_flags(post, {**checks, "weak": make_check(id="weak")}, NOBODY, Spread())

    assert flag.status is Status.UNVERIFIED


def test_a_publisher_is_no_evidence_about_itself() -> None:
    """Who is the subject of the claim is not independent of it."""
    row = Publisher(
        host="kiemtin.example",
        name="Kiểm Tin",
        type=PublisherType.INDEPENDENT_CHECKER,
        said_by="test",
        about=("Sông Mây",),
    )

    assert flags_of(make_check(), Publishers({row.host: row})) == []
    assert flags_of(make_check(claim="Kiểm Tin nhận tiền để xóa bài")) == []


@pytest.mark.parametrize(
    "claim",
    [
        "Kiểm Tin, nơi kiểm chứng, nhận tiền để xóa bài",
        "Giám đốc “Kiểm Tin”: chúng tôi nhận tiền",
        "Họ nhận tiền, theo lời KIEM-TIN.",
    ],
)
def test_punctuation_around_its_name_hides_no_publisher(claim: str) -> None:
    """The name counts as words, whatever stands beside it (boundary 4)."""
    assert flags_of(make_check(claim=claim)) == []


def test_a_nameless_publisher_is_named_nowhere() -> None:
    """An empty name is in no claim."""
    assert len(flags_of(make_check(publisher="", claim="Đập  Sông Mây nứt,  sắp vỡ"))) == 1


def test_a_check_that_is_gone_counts_for_nothing() -> None:
    """A match whose check was withdrawn raises nothing."""
    post = make_post(matches=(make_match(),))

    assert raise_flags(post, {}, NOBODY, Spread()) == []


@pytest.mark.parametrize("harm", THRESHOLDS)
def test_a_learned_harm_is_flagged_from_its_threshold_on(harm: Harm) -> None:
    """Just below there is none; at the threshold there is one, `unverified`."""
    label = SignalLabel(harm.value)

    def flags(score: float) -> list[Flag]:
        post = make_post(signals=(make_signal(label=label, score=score),))
        return raise_flags(post, {}, NOBODY, Spread())

    assert flags(THRESHOLDS[harm] - 0.01) == []
    assert [(f.label, f.status) for f in flags(THRESHOLDS[harm])] == [(harm, Status.UNVERIFIED)]


def test_check_worthiness_alone_is_no_flag() -> None:
    """However sure the signal is."""
    post = make_post(signals=(make_signal(label=SignalLabel.CHECK_WORTHINESS, score=1.0),))

    assert raise_flags(post, {}, NOBODY, Spread()) == []


@given(
    st.sampled_from(Harm), st.floats(0, 1), st.booleans(), st.integers(min_value=0, max_value=10**6)
)
def test_priority_is_0_to_100(harm: Harm, score: float, proven: bool, size: int) -> None:  # noqa: FBT001
    """Whatever comes together, the priority fits."""
    evidence = [make_evidence()] if proven else []

    assert priority_of(harm, score, evidence, Spread("s", size)) in range(101)


def test_evidence_and_spread_raise_the_priority() -> None:
    """What is refuted and spreads comes before what is not and does not."""
    alone = priority_of(Harm.HEALTH, 0.8, [], Spread())

    assert priority_of(Harm.HEALTH, 0.8, [make_evidence()], Spread()) > alone
    assert priority_of(Harm.HEALTH, 0.8, [], Spread("s", 8)) > alone


def test_every_reason_is_in_both_languages() -> None:
    """A reviewer reads words, not codes."""
    assert all(vi.strip() and en.strip() for vi, en in WORDS.values())
