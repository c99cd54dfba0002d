"""Signals, matches and story → flags with status, priority and reasons. Pure."""

import math
from collections.abc import Iterable, Mapping

import msgspec

from kiemchung.publishers import Publishers, is_named
from kiemchung.reasons import reason
from kiemchung.records import Evidence, FactCheck, Flag, Match, Post, Reason, Signal, stable_id
from kiemchung.vocabulary import Harm, Status

VERSION = "1"
THRESHOLDS: dict[Harm, float] = {
    Harm.SCAM: 0.6,
    Harm.HEALTH: 0.6,
    Harm.EMERGENCY: 0.6,
    Harm.ABUSE: 0.6,
}
"""Least calibrated score at which a learned harm enters the queue."""
SEVERITY: dict[Harm, float] = {
    Harm.EMERGENCY: 1.0,
    Harm.SCAM: 0.95,
    Harm.HEALTH: 0.95,
    Harm.FALSE_CLAIM: 0.9,
    Harm.ABUSE: 0.85,
}
"""How much harm a day of waiting does, relative to an emergency rumour."""
SCORE_SHARE, EVIDENCE_SHARE, SPREAD_SHARE = 0.65, 0.20, 0.15
FULL_SPREAD = 32
"""Copies at which the spread counts in full."""


class Spread(msgspec.Struct, frozen=True):
    """How far a post's story has spread: copies, the post itself included."""

    story: str | None = None
    size: int = 1


def raise_flags(
    post: Post,
    checks: Mapping[str, FactCheck],
    publishers: Publishers | None,
    spread: Spread,
) -> list[Flag]:
    """Return the flags of `post`, by label; [] when nothing in it should be looked at.

    `checks` holds at least the fact-checks that the post's matches name; a match whose check is
    gone is left out. `publishers` says whose word each check is; None takes the checks' own word
    for it (lines of a file, without a store).
    """
    evidence = tuple(
        evidence_of(post.text, match, checks[match.fact_check], publishers)
        for match in post.matches
        if match.fact_check in checks
    )
    proposals = [*(_learned(post, harm) for harm in THRESHOLDS), _false_claim(evidence)]
    return [_flag(post, proposal, evidence, spread) for proposal in proposals if proposal]


def evidence_of(
    text: str, match: Match, check: FactCheck, publishers: Publishers | None
) -> Evidence:
    """Join a match with its fact-check as it reads now, and the post's own words."""
    itself = is_named(check.publisher, check.claim)
    return Evidence(
        fact_check=check.id,
        claim=check.claim,
        publisher=check.publisher,
        publisher_type=publishers.type_of(check.url) if publishers else check.publisher_type,
        about_itself=itself
        or bool(publishers and publishers.is_about_itself(check.url, check.claim)),
        own=check.own,
        rating=check.rating,
        rating_text=check.rating_text,
        url=check.url,
        stance=match.stance,
        score=match.score,
        state=match.state,
        start=match.start,
        end=match.end,
        quote=text[match.start : match.end],
        capture=check.capture,
        review_date=check.review_date,
    )


def priority_of(harm: Harm, score: float, evidence: Iterable[Evidence], spread: Spread) -> int:
    """Return 0 to 100: how severe, how sure, how well refuted, how far spread.

    `100 × severity × (0.65 × score + 0.20 × evidence + 0.15 × spread)`, where evidence is 1 behind
    the gate, 0.5 where an independent check may match, else 0; and spread is log2(copies) / 5, at
    most 1.
    """
    proof = max((1.0 if e.passes_gate else 0.5 for e in evidence if e.counts), default=0.0)
    far = min(1.0, math.log2(max(1, spread.size)) / math.log2(FULL_SPREAD))
    weighed = SCORE_SHARE * score + EVIDENCE_SHARE * proof + SPREAD_SHARE * far
    return round(100 * SEVERITY[harm] * weighed)


class _Proposal(msgspec.Struct, frozen=True):
    """What is to be flagged, and on which grounds."""

    harm: Harm
    status: Status
    score: float
    codes: tuple[str, ...]
    signals: tuple[Signal, ...] = ()


def _learned(post: Post, harm: Harm) -> _Proposal | None:
    signals = tuple(signal for signal in post.signals if signal.label.value == harm.value)
    score = max((signal.score for signal in signals), default=0.0)
    if score < THRESHOLDS[harm]:
        return None
    codes = dict.fromkeys(signal.reason for signal in signals if signal.reason)
    return _Proposal(harm, Status.UNVERIFIED, score, (*codes,), signals)


def _false_claim(evidence: tuple[Evidence, ...]) -> _Proposal | None:
    counting = [each for each in evidence if each.counts]
    if not counting:
        return None
    proven = any(each.passes_gate for each in counting)
    status = Status.CONTRADICTED if proven else Status.UNVERIFIED
    score = max(each.score for each in counting)
    return _Proposal(Harm.FALSE_CLAIM, status, score, ())


def _flag(post: Post, proposal: _Proposal, evidence: tuple[Evidence, ...], spread: Spread) -> Flag:
    return Flag(
        id=stable_id(post.id, proposal.harm.value),
        # Grows with every writing of the post: a flag that comes back is never its old revision.
        revision=post.revision,
        post=post.id,
        label=proposal.harm,
        status=proposal.status,
        priority=priority_of(proposal.harm, proposal.score, evidence, spread),
        reasons=_reasons(proposal.codes, evidence, spread),
        signals=proposal.signals,
        evidence=evidence,
        story=spread.story,
        story_size=spread.size,
        versions=f"{post.extractor} {post.analysed_by} triage-{VERSION}",
        source=post.source,
        source_kind=post.source_kind,
        url=post.url,
        title=post.title,
        text=post.text,
        language=post.language,
        capture=post.capture,
        published_at=post.published_at,
        fetched_at=post.fetched_at,
        deleted_at=post.deleted_at,
        indicators=post.indicators,
    )


def _reasons(
    codes: tuple[str, ...], evidence: tuple[Evidence, ...], spread: Spread
) -> tuple[Reason, ...]:
    more = []
    if any(each.passes_gate for each in evidence):
        more.append("contradicted")
    elif any(each.counts for each in evidence):
        more.append("suggested")
    if spread.size > 1:
        more.append("spreads")
    return tuple(reason(code) for code in (*codes, *more))
