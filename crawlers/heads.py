"""A bound on what a server may say before its page: Twisted keeps a head of any length in memory.

It bounds each line alone. What is cut off fails, like an answer that breaks off.
"""

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed, ResponseNeverReceived

from crawlers.packing import AnswerBroken, AnswerTooLarge

HEAD_BYTES = 100_000
"""Bytes of a status line and its headers, those of earlier 1xx answers included."""
PACKINGS = 3
"""How often over a body may be packed."""
HEAD = frozenset({"STATUS", "HEADER"})


class BoundedHeadProtocol(_LenientHTTP11ClientProtocol):
    """Gives a server up whose head has no end."""

    _head = 0

    def request(self, request: Any) -> "Deferred[Any]":
        """Send `request`, whose answer's head is counted anew."""
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        """Take `data`, if the head isn't too long with it."""
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is None or self._parser.state not in HEAD:
            return
        self._head += len(data)
        if self._head > HEAD_BYTES:
            error = AnswerBroken(f"more than {HEAD_BYTES} bytes of headers")
            self._giveUp(Failure(error))  # type: ignore[no-untyped-call]


class BoundedHeadFactory(_LenientHTTP11ClientFactory):
    """Makes such protocols."""

    def buildProtocol(self, _: object) -> BoundedHeadProtocol:  # noqa: N802 (Twisted's name)
        """Return a protocol for a new connection."""
        return BoundedHeadProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


def check_packing(response: Response) -> None:
    """Refuse a body that is packed too often over: each unpacking costs time.

    Raises:
        AnswerTooLarge: it is.
    """
    encodings = b",".join(response.headers.getlist("Content-Encoding")).split(b",")
    if sum(bool(encoding.strip()) for encoding in encodings) > PACKINGS:
        raise AnswerTooLarge(f"packed more than {PACKINGS} times over")


def broken_answer(error: DownloadFailedError) -> AnswerBroken | None:
    """Return what is wrong with an answer that could not be read; None where there was none."""
    failed = error.__cause__
    if not isinstance(failed, ResponseFailed) or isinstance(failed, ResponseNeverReceived):
        return None
    for reason in failed.reasons:
        told = reason.value
        cause = str(told) if isinstance(told, AnswerBroken) else type(told).__name__
        return AnswerBroken(f"broken answer: {cause}")
    return None
