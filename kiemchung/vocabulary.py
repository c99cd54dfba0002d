"""The closed lists of words that records may hold: harms, ratings, stances, fates and the like."""

from enum import StrEnum


class Harm(StrEnum):
    """The closed list of harms (boundary 2); nothing else can be flagged."""

    SCAM = "scam"
    HEALTH = "health"
    EMERGENCY = "emergency"
    ABUSE = "abuse"
    FALSE_CLAIM = "false_claim"


class SignalLabel(StrEnum):
    """What a detector may signal: the four learned harms, and check-worthiness."""

    SCAM = "scam"
    HEALTH = "health"
    EMERGENCY = "emergency"
    ABUSE = "abuse"
    CHECK_WORTHINESS = "check_worthiness"


class Status(StrEnum):
    """What the program may say of a flagged post."""

    UNVERIFIED = "unverified"
    CONTRADICTED = "contradicted"


class Rating(StrEnum):
    """What a fact-check's publisher says of the claim, normalised."""

    FALSE = "false"
    MISLEADING = "misleading"
    UNPROVEN = "unproven"
    TRUE = "true"
    OTHER = "other"


class Stance(StrEnum):
    """How a post relates to the claim of a fact-check."""

    REPEATS = "repeats"
    DENIES = "denies"
    DISCUSSES = "discusses"


class MatchState(StrEnum):
    """How sure a match is; `confirmed` only by a settled verdict."""

    SUGGESTED = "suggested"
    STRONG = "strong"
    CONFIRMED = "confirmed"


class PublisherType(StrEnum):
    """Whose word a fact-check is (boundary 4)."""

    INDEPENDENT_CHECKER = "independent_checker"
    MEDICAL_SCIENTIFIC = "medical_scientific"
    PRESS = "press"
    AUTHORITY = "authority"
    COMPANY = "company"
    UNKNOWN = "unknown"


INDEPENDENT = frozenset({PublisherType.INDEPENDENT_CHECKER, PublisherType.MEDICAL_SCIENTIFIC})
REFUTING = frozenset({Rating.FALSE, Rating.MISLEADING})


class IndicatorType(StrEnum):
    """The eight types of indicator."""

    PHONE = "phone"
    BANK_ACCOUNT = "bank_account"
    URL = "url"
    EMAIL = "email"
    TELEGRAM = "telegram"
    ZALO = "zalo"
    CRYPTO = "crypto"
    AMOUNT = "amount"


class SourceKind(StrEnum):
    """What kind of publication a source is."""

    NEWSPAPER = "newspaper"
    FORUM = "forum"
    CHANNEL = "channel"
    ASSOCIATION = "association"
    HOSPITAL = "hospital"
    FACT_CHECKER = "fact_checker"
    PUBLIC_BODY = "public_body"


class PostKind(StrEnum):
    """What kind of message a post is."""

    ARTICLE = "article"
    POST = "post"
    COMMENT = "comment"
    MESSAGE = "message"


class Fate(StrEnum):
    """What became of a page in a run; every page requested has exactly one in the end."""

    FETCHED = "fetched"  # provisional: captured, waits for extraction
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LISTING = "listing"
    REDIRECTED = "redirected"
    DUPLICATE = "duplicate"
    NO_TEXT = "no_text"
    NOT_FOUND = "not_found"
    SOFT_404 = "soft_404"  # says 200, and that there is nothing; or what many addresses say
    LOGIN_WALL = "login_wall"
    ROBOTS_DENIED = "robots_denied"
    REFUSED_ADDRESS = "refused_address"
    TIMED_OUT = "timed_out"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    FAILED = "failed"
    QUARANTINED = "quarantined"


class AnswerKind(StrEnum):
    """A reviewer's word on a flag."""

    HARMFUL = "harmful"
    CONTRADICTED = "contradicted"
    NOT_HARMFUL = "not_harmful"
    OUT_OF_SCOPE = "out_of_scope"
    CANNOT_TELL = "cannot_tell"
