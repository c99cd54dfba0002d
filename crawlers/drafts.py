"""What extraction yields: drafts of posts and fact-checks. No author, by type (boundary 1)."""

from datetime import datetime

from kiemchung.records import Record
from kiemchung.vocabulary import Fate, PostKind, Rating


class Draft(Record, frozen=True, kw_only=True):
    """A message as it stands on its page, unmasked: never stored like this.

    `url` is the page's canonical address, with a fragment for a reply. `text` is NFC, a line a
    paragraph, at most TEXT_LIMIT + ASTRIDE code points; `truncated` says whether any were cut.
    """

    url: str
    kind: PostKind
    title: str
    text: str
    published_at: datetime | None
    language: str
    truncated: bool = False
    modified_at: datetime | None = None


class CheckDraft(Record, frozen=True, kw_only=True):
    """A published check, without its claimant.

    `publisher` is what the page calls itself: its type comes from its address alone. `url` lies
    on the host that the page was fetched from.
    """

    claim: str
    rating: Rating
    rating_text: str
    publisher: str
    url: str
    review_date: datetime | None
    summary: str


class Extracted(Record, frozen=True, kw_only=True):
    """All that a page yields. `fate` is set where the page alone decides it (`no_text`)."""

    drafts: tuple[Draft, ...]
    fact_checks: tuple[CheckDraft, ...]
    canonical_url: str
    extractor: str
    fate: Fate | None = None


class Failure(Record, frozen=True, kw_only=True):
    """Why a page could not be extracted. Carries no text of the page."""

    cause: str
    extractor: str
