"""Which fate an answer, or the lack of one, gives a page."""

import re

import msgspec
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response

from crawlers.address import AddressRefused
from crawlers.backoff import HostResting
from crawlers.document import PICTURES, TYPES
from crawlers.packing import AnswerBroken, AnswerTooLarge
from crawlers.rules import SUCCESSES, RobotsDenied
from kiemchung.vocabulary import Fate

REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
NOT_MODIFIED = 304
FIRST = "kiemchung_first"
"""Where the request of a second try has the fate that the first one would have been."""
BINARY = re.compile(rb"%PDF-|\x89PNG|\xff\xd8\xff|GIF8|RIFF|PK\x03\x04|\x1f\x8b|\x00\x00\x00.ftyp")
"""How files begin that some hosts send as HTML."""
TOLD = {
    RobotsDenied: Fate.ROBOTS_DENIED,
    AddressRefused: Fate.REFUSED_ADDRESS,
    AnswerTooLarge: Fate.TOO_LARGE,
    AnswerBroken: Fate.FAILED,
    HostResting: Fate.FAILED,
}
"""What says itself what went wrong, the narrower first."""
MARKUP = re.compile(rb"[\xef\xbb\xbf\s]*[<{\[]")


class Outcome(msgspec.Struct, frozen=True):
    """A fate, and what is to be said of it. `is_try` says that the page may have been asked for."""

    fate: Fate
    detail: str = ""
    is_try: bool = True


def header(response: Response, name: str) -> str:
    """Return a header of `response` as text; "" where it is missing."""
    return (response.headers.get(name) or b"").decode("latin-1").strip()


def location(response: Response) -> str:
    """Return where `response` redirects to; "" where it doesn't say. Many write UTF-8 as it is."""
    raw = (response.headers.get("Location") or b"").strip()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def of_status(response: Response, *, conditional: bool) -> Outcome | None:
    """Return the fate that the status of `response` decides; None for a page to be read.

    `conditional` says that we asked for what is newer than we know; only then is 304 an answer.
    """
    status = response.status
    if status == NOT_MODIFIED and conditional:
        return Outcome(Fate.UNCHANGED)
    if status in REDIRECTS and header(response, "Location"):
        return Outcome(Fate.REDIRECTED)
    if status in GONE:
        return Outcome(Fate.NOT_FOUND, f"status {status}")
    return None if status in SUCCESSES else Outcome(Fate.FAILED, f"status {status}")


def of_type(response: Response) -> Outcome | None:
    """Return the fate of a page that can't be read for its type; None for one that can."""
    kind = header(response, "Content-Type")
    if PICTURES.match(kind):
        return Outcome(Fate.NO_TEXT, "picture, sound or video")
    if (kind and not TYPES.match(kind)) or (not kind and not MARKUP.match(response.body)):
        return Outcome(Fate.WRONG_TYPE, kind[:100])
    if BINARY.match(response.body):
        return Outcome(Fate.WRONG_TYPE, f"binary, sent as {kind.partition(';')[0][:100]}")
    return None


def of_failure(error: BaseException | None) -> Outcome:
    """Return the fate of a page that brought no answer."""
    for kind, fate in TOLD.items():
        if isinstance(error, kind):
            return Outcome(fate, str(error), is_try=kind is not HostResting)
    if isinstance(error, DownloadTimeoutError):
        return Outcome(Fate.TIMED_OUT)
    # Scrapy cancels a download, or ignores a decompressed body, for its size alone.
    if isinstance(error, DownloadCancelledError | IgnoreRequest):
        return Outcome(Fate.TOO_LARGE)
    return Outcome(Fate.FAILED, type(error).__name__)
