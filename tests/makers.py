"""Makes records for tests: fictional, valid, and different only where a test says so."""

from datetime import UTC, datetime
from typing import Any

from kiemchung.publishers import Publisher, Publishers
from kiemchung.records import Edition, Evidence, FactCheck, Flag, Match, Post, Signal
from kiemchung.vocabulary import (
    Harm,
    MatchState,
    PostKind,
    PublisherType,
    Rating,
    SignalLabel,
    SourceKind,
    Stance,
    Status,
)

CHECKERS = Publishers(
    {
        "kiemtin.example": Publisher(
            host="kiemtin.example",
            name="Kiểm Tin",
            type=PublisherType.INDEPENDENT_CHECKER,
            said_by="the tests",
        )
    }
)
"""A publisher table in which Kiểm Tin is an independent checker."""
WHEN = datetime(2026, 11, 18, 8, 15, tzinfo=UTC)
HASH = "a" * 64


def make_signal(**changes: Any) -> Signal:
    """Make a signal of scam."""
    given = {
        "detector": "scam",
        "version": "1",
        "label": SignalLabel.SCAM,
        "score": 0.9,
        "start": 0,
        "end": 4,
        "reason": "asks_for_secret",
    }
    return Signal(**{**given, **changes})


def make_evidence(**changes: Any) -> Evidence:
    """Make evidence that passes the gate for a text that begins with `đập nứt`."""
    given = {
        "fact_check": "c1",
        "claim": "Đập Sông Mây nứt",
        "publisher": "Kiểm Tin",
        "publisher_type": PublisherType.INDEPENDENT_CHECKER,
        "about_itself": False,
        "own": False,
        "rating": Rating.FALSE,
        "rating_text": "Sai",
        "url": "http://kiemtin.example/c1",
        "stance": Stance.REPEATS,
        "score": 0.9,
        "state": MatchState.STRONG,
        "start": 0,
        "end": 7,
        "quote": "đập nứt",
        "capture": HASH,
        "review_date": WHEN,
    }
    return Evidence(**{**given, **changes})


def make_flag(**changes: Any) -> Flag:
    """Make a flag that says `contradicted` and may."""
    given = {
        "id": "f1",
        "post": "p1",
        "label": Harm.FALSE_CLAIM,
        "status": Status.CONTRADICTED,
        "priority": 50,
        "reasons": (),
        "evidence": (make_evidence(),),
        "text": "đập nứt rồi",
        "fetched_at": WHEN,
    }
    return Flag(**{**given, **changes})


def make_check(**changes: Any) -> FactCheck:
    """Make an independent check that rates a claim false."""
    given = {
        "id": "c1",
        "claim": "Thân đập thủy điện Sông Mây đã nứt toác, đêm 18/11 sẽ vỡ",
        "rating": Rating.FALSE,
        "rating_text": "Sai",
        "publisher": "Kiểm Tin",
        "publisher_type": PublisherType.INDEPENDENT_CHECKER,
        "url": "http://kiemtin.example/c1",
        "review_date": WHEN,
        "summary": "",
        "capture": HASH,
        "fetched_at": WHEN,
    }
    return FactCheck(**{**given, **changes})


def make_post(**changes: Any) -> Post:
    """Make a post that says nothing in particular."""
    given = {
        "id": "p1",
        "source": "xom_cho",
        "source_kind": SourceKind.CHANNEL,
        "url": "http://xomcho.example/kenh/1",
        "kind": PostKind.MESSAGE,
        "title": "",
        "text": "đập nứt rồi",
        "text_hash": HASH,
        "published_at": WHEN,
        "fetched_at": WHEN,
        "language": "vi",
        "capture": HASH,
        "extractor": "extract-1",
    }
    return Post(**{**given, **changes})


def make_edition(**changes: Any) -> Edition:
    """Make the first edition of a post that was edited."""
    given = {
        "id": "e1",
        "post": "p1",
        "source": "xom_cho",
        "edition": 1,
        "title": "",
        "text": "đập nứt",
        "text_hash": HASH,
        "capture": HASH,
        "extractor": "extract-1",
        "seen_at": WHEN,
        "language": "vi",
    }
    return Edition(**{**given, **changes})


def make_match(**changes: Any) -> Match:
    """Make a strong match that repeats."""
    given = {
        "fact_check": "c1",
        "score": 0.9,
        "stance": Stance.REPEATS,
        "state": MatchState.STRONG,
        "start": 0,
        "end": 7,
    }
    return Match(**{**given, **changes})
