"""How a host in trouble is spared: what counts as trouble, and how long it is left alone."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from twisted.internet.error import ConnectError, ConnectionClosed

LONGEST_WAIT = 60.0
"""Seconds of rest that a run waits for. A host that needs more is left alone for the run."""
LONGEST_REST = 86_400.0
"""Seconds of rest that a host's Retry-After is believed for."""
HARD = 2
"""What a host that can't be reached, or says that it is asked too much, weighs."""
SOFT = 1
"""What a time-out or a broken answer weighs, which may be one page's fault."""
TOO_MANY = 10
"""The weight of failures in a row after which a run leaves a host alone."""
BUSY = frozenset({429, 503})
SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?\Z")
DIGITS = 10


class HostResting(IgnoreRequest):
    """The host is left alone for now; the text says until when, and why."""


class Trouble(msgspec.Struct, frozen=True):
    """A failure of a host: what it weighs, its cause, the rest in seconds that the host asks."""

    points: int
    cause: str
    asked: float = 0.0

    def rest(self, points: int) -> float:
        """Return the seconds of rest after failures in a row that weigh `points` together.

        One, two, four … seconds after hard failures; a minute once they are too many.
        """
        ours = LONGEST_WAIT if points >= TOO_MANY else 2.0 ** (points / 2 - 1)
        return max(self.asked, ours)


def of_answer(status: int, retry_after: str, now: datetime) -> Trouble | None:
    """Return the trouble that an answer tells of; None where the host is well."""
    if status not in BUSY:
        return None
    asked = seconds_of(retry_after, now)
    said = f", Retry-After {asked:.0f} s" if asked else ""
    return Trouble(HARD, f"status {status}{said}", asked)


def of_error(error: Exception, *, sent: bool) -> Trouble | None:
    """Return the trouble of a host that brought no answer; None for what is no fault of its own.

    `sent` says whether a connection was there, and the request on its way.
    """
    cause = type(error).__name__
    if isinstance(error, CannotResolveHostError | DownloadConnectionRefusedError | ConnectError):
        return Trouble(HARD, cause)
    if isinstance(error, DownloadTimeoutError | DownloadFailedError | ConnectionClosed):
        return Trouble(SOFT if sent else HARD, cause)
    return None


def seconds_of(retry_after: str, now: datetime) -> float:
    """Return the seconds, a day at most, that a Retry-After asks for (by number or date)."""
    text = retry_after.strip()
    if SECONDS.match(text):
        whole = text.partition(".")[0].lstrip("0")
        return LONGEST_REST if len(whole) > DIGITS else min(float(text), LONGEST_REST)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_REST)
