"""Which fate an answer, or the lack of one, gives a page."""

import re

import msgspec
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response

from crawlers.address import AddressRefused
from crawlers.backoff import HostResting
from crawlers.document import PICTURES, TYPES
from crawlers.robots import RobotsDenied
from kiemchung.vocabulary import Fate

REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
SUCCESSES = range(200, 300)
NOT_MODIFIED = 304
MARKUP = re.compile(rb"[\xef\xbb\xbf\s]*[<{\[]")


class Outcome(msgspec.Struct, frozen=True):
    """A fate, and what is to be said of it."""

    fate: Fate
    detail: str = ""


def header(response: Response, name: str) -> str:
    """Return a header of `response` as text; "" where it is missing."""
    return (response.headers.get(name) or b"").decode("latin-1").strip()


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
    return None


def of_failure(error: BaseException | None) -> Outcome:
    """Return the fate of a page that brought no answer."""
    if isinstance(error, RobotsDenied):
        return Outcome(Fate.ROBOTS_DENIED, str(error))
    if isinstance(error, AddressRefused):
        return Outcome(Fate.REFUSED_ADDRESS, str(error))
    if isinstance(error, HostResting):
        return Outcome(Fate.FAILED, str(error))
    if isinstance(error, DownloadTimeoutError):
        return Outcome(Fate.TIMED_OUT)
    # Scrapy cancels a download, or ignores a decompressed body, for its size alone.
    if isinstance(error, DownloadCancelledError | IgnoreRequest):
        return Outcome(Fate.TOO_LARGE)
    return Outcome(Fate.FAILED, type(error).__name__)
