"""Every type that crosses a stage: frozen, flat, typed. `Flag`'s constructor is the evidence gate.

No type here has a field for a person (boundary 1). Times are aware UTC datetimes. Offsets are code
points, end exclusive, and `text[start:end]` is always a verbatim slice of the post's text.
"""

import hashlib
import re
from datetime import datetime, timedelta, timezone
from typing import ClassVar

import msgspec

from kiemchung.errors import EvidenceError, RecordError
from kiemchung.vocabulary import (
    INDEPENDENT,
    REFUTING,
    AnswerKind,
    Fate,
    Harm,
    IndicatorType,
    MatchState,
    PostKind,
    PublisherType,
    Rating,
    SignalLabel,
    SourceKind,
    Stance,
    Status,
)

VIETNAM = timezone(timedelta(hours=7))
"""The readers' zone: times are shown, days counted and times without a zone read in it."""
SUGGESTED = 0.55
"""Least calibrated score at which a match is listed at all."""
STRONG = 0.80
"""Least calibrated score at which a match may support `contradicted`."""

SHA256 = re.compile("[0-9a-f]{64}")
"""A capture's hash."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all records: immutable, compared by value, no unknown field."""


class Stored(Record, frozen=True, kw_only=True):
    """A record that a store keeps: found by `id`; `revision` counts the times it was rewritten."""

    id: str
    revision: int = 1


class RawPage(Record, frozen=True, kw_only=True):
    """What was fetched. `headers` are (lower-case name, value) pairs; `sha256` is of `body`."""

    url: str
    source: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    sha256: str


class PageFate(Record, frozen=True, kw_only=True):
    """What became of one page in one run. `capture` is "" where nothing was captured.

    `posts` counts what extraction found on it; `undated` and `untitled` those without date, title.
    """

    run: str
    source: str
    url: str
    fate: Fate
    capture: str = ""
    detail: str = ""
    at: datetime
    posts: int = 0
    undated: int = 0
    untitled: int = 0


class Indicator(Record, frozen=True, kw_only=True):
    """Something by which a scam can be recognised. Its value is never kept here, only its place."""

    type: IndicatorType
    start: int
    end: int
    lookalike_of: str | None = None


class Signal(Record, frozen=True, kw_only=True):
    """One piece of evidence in a post. A signal on the whole post has 0 and `len(text)`."""

    detector: str
    version: str
    label: SignalLabel
    score: float
    start: int
    end: int
    reason: str

    def __post_init__(self) -> None:
        """Refuse a score or a span that can't be."""
        if not 0.0 <= self.score <= 1.0 or not 0 <= self.start <= self.end:
            raise RecordError(f"signal of {self.detector}: score or span out of range")


class Match(Record, frozen=True, kw_only=True):
    """A post against a fact-check; `start` and `end` span the words of the post that repeat it."""

    fact_check: str
    score: float
    stance: Stance
    state: MatchState
    start: int
    end: int


class Reason(Record, frozen=True, kw_only=True):
    """Why a post was flagged, in words a reviewer reads."""

    code: str
    vi: str
    en: str


class Post(Stored, frozen=True, kw_only=True):
    """The extracted message, masked. No author.

    `edition` counts the texts that the page has had: an edit is the next one, a reading is none;
    `seen_at` is the fetch that brought it. `fetched_at` is the first fetch and never changes (it
    decides the month's index); `modified_at` is the page's own word. `deleted_at` is when the page
    was found without it. `analysed_by` names the versions that made signals and matches, "" while
    analysis is pending.
    """

    source: str
    source_kind: SourceKind
    url: str
    kind: PostKind
    title: str
    text: str
    text_hash: str
    edition: int = 1
    published_at: datetime | None
    fetched_at: datetime
    language: str
    capture: str
    extractor: str
    truncated: bool = False
    indicators: tuple[Indicator, ...] = ()
    signals: tuple[Signal, ...] = ()
    matches: tuple[Match, ...] = ()
    analysed_by: str = ""
    story: str | None = None
    modified_at: datetime | None = None
    seen_at: datetime | None = None
    deleted_at: datetime | None = None


class Edition(Stored, frozen=True, kw_only=True):
    """A text that a post had before its page was edited, masked; it goes with its post.

    `seen_at` is the fetch that brought it, `modified_at` the page's own word. It holds all that its
    text decided, so that the post can be what it was.
    """

    post: str
    source: str
    edition: int
    title: str
    text: str
    text_hash: str
    capture: str
    extractor: str
    seen_at: datetime
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language: str
    truncated: bool = False
    indicators: tuple[Indicator, ...] = ()


class Story(Stored, frozen=True, kw_only=True):
    """Posts that are near-copies of each other."""

    posts: tuple[str, ...]
    sources: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    size: int


class FactCheck(Stored, frozen=True, kw_only=True):
    """A published check, without its claimant. `capture` is the SHA-256 of its page or line."""

    claim: str
    rating: Rating
    rating_text: str
    publisher: str
    publisher_type: PublisherType
    url: str
    review_date: datetime | None
    summary: str
    capture: str
    fetched_at: datetime
    own: bool = False


class Evidence(Record, frozen=True, kw_only=True):
    """A match with the fact-check as it read at that time; `quote` is the post's own words."""

    fact_check: str
    claim: str
    publisher: str
    publisher_type: PublisherType
    about_itself: bool
    own: bool
    rating: Rating
    rating_text: str
    url: str
    stance: Stance
    score: float
    state: MatchState
    start: int
    end: int
    quote: str
    capture: str
    review_date: datetime | None

    def __post_init__(self) -> None:
        """Refuse a score or a span that can't be, and a capture that is no SHA-256."""
        if not 0.0 <= self.score <= 1.0 or not 0 <= self.start <= self.end:
            raise RecordError(f"evidence of {self.fact_check}: score or span out of range")
        if self.capture and not SHA256.fullmatch(self.capture):
            raise RecordError(f"evidence of {self.fact_check}: the capture is no SHA-256")

    @property
    def counts(self) -> bool:
        """Tell whether this is an independent word against a claim that the post repeats."""
        return (
            self.publisher_type in INDEPENDENT
            and not self.about_itself
            and not self.own
            and self.stance is Stance.REPEATS
            and self.rating in REFUTING
        )

    @property
    def passes_gate(self) -> bool:
        """Tell whether this alone allows `contradicted` (contract, "the evidence gate")."""
        return (
            self.counts
            and self.score >= STRONG
            and bool(self.quote.strip())
            and self.end > self.start
            and bool(self.capture)
            and self.review_date is not None
        )


class Flag(Stored, frozen=True, kw_only=True):
    """The machine's proposal that a human should look. Its constructor is the evidence gate.

    `fetched_at` and `deleted_at` are the post's; `raised_at` is when the flag was raised: its time
    runs from there.

    Raises:
        EvidenceError: the label or the status says more than signals and evidence allow.
    """

    PRIORITIES: ClassVar[range] = range(101)

    post: str
    label: Harm
    status: Status
    priority: int
    reasons: tuple[Reason, ...]
    signals: tuple[Signal, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    story: str | None = None
    story_size: int = 1
    versions: str = ""
    source: str = ""
    source_kind: SourceKind = SourceKind.CHANNEL
    url: str = ""
    title: str = ""
    text: str = ""
    language: str = "vi"
    capture: str = ""
    published_at: datetime | None = None
    fetched_at: datetime
    raised_at: datetime | None = None
    deleted_at: datetime | None = None
    indicators: tuple[Indicator, ...] = ()
    verdict: AnswerKind | None = None

    def __post_init__(self) -> None:
        """Keep the gate (boundaries 2, 3 and 4)."""
        # Decoding turns a plain string into an enum member, but a direct caller could hand one in.
        if not isinstance(self.label, Harm) or not isinstance(self.status, Status):
            raise RecordError(f"flag {self.id}: label or status is not of the closed list")
        if self.priority not in self.PRIORITIES:
            raise RecordError(f"flag {self.id}: priority {self.priority} is not within 0 to 100")
        self._check_quotes()
        if self.label is Harm.FALSE_CLAIM:
            self._check_false_claim()
        else:
            self._check_learned_harm()

    def _check_quotes(self) -> None:
        for evidence in self.evidence:
            if evidence.quote != self.text[evidence.start : evidence.end]:
                raise EvidenceError(f"flag {self.id}: a quote is not a slice of the post's text")

    def _check_false_claim(self) -> None:
        if not any(evidence.counts for evidence in self.evidence):
            raise EvidenceError(
                f"flag {self.id}: false_claim needs an independent check whose claim is repeated"
            )
        if self.status is Status.CONTRADICTED and not any(e.passes_gate for e in self.evidence):
            raise EvidenceError(
                f"flag {self.id}: contradicted needs a strong match, quote, capture and date"
            )

    def _check_learned_harm(self) -> None:
        if self.status is not Status.UNVERIFIED:
            raise EvidenceError(f"flag {self.id}: {self.label} is never more than unverified")
        if not any(signal.label.value == self.label.value for signal in self.signals):
            raise EvidenceError(f"flag {self.id}: {self.label} needs a signal of that label")


class Answer(Record, frozen=True, kw_only=True):
    """One reviewer's word on a flag. `reviewer` is an opaque id of an account of this desk."""

    id: str
    flag: str
    flag_revision: int
    reviewer: str
    answer: AnswerKind
    label: Harm | None
    evidence: tuple[str, ...] = ()
    note: str = ""
    claimed_at: datetime
    given_at: datetime

    def __post_init__(self) -> None:
        """Refuse an answer whose label does not fit (contract, "Answers of a reviewer")."""
        if self.answer is AnswerKind.HARMFUL and self.label in {None, Harm.FALSE_CLAIM}:
            raise RecordError("`harmful` needs one of scam, health, emergency, abuse")
        if self.answer is AnswerKind.CONTRADICTED and self.label is not Harm.FALSE_CLAIM:
            raise RecordError("`contradicted` is the answer for false_claim alone")
        if self.answer is AnswerKind.CONTRADICTED and not self.evidence:
            raise RecordError("`contradicted` needs the evidence attached")


class Quarantined(Stored, frozen=True, kw_only=True):
    """A page or post that broke a stage: what, where, and why. Carries no text of the page."""

    stage: str
    stage_version: str
    subject: str
    source: str
    capture: str
    cause: str
    at: datetime


def stable_id(*parts: str) -> str:
    """Return a 32-character id made of `parts` alone, so that a repeated run meets itself."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
