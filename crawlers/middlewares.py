"""Scrapy's middlewares, as we need them: bodies are whole or broken, retries remember why."""

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from crawlers.fates import FIRST, of_failure, of_status
from crawlers.packing import unpack


class Unpacking(HttpCompressionMiddleware):
    """Unpacks bodies. Scrapy's own takes one that breaks off for the page."""

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        return unpack(body, encoding.decode("latin-1"), max_size)


class Retrying(RetryMiddleware):
    """Asks once more where that may help, and notes what went wrong the first time."""

    def process_response(  # type: ignore[override]  # no spider is handed on
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return `response`, or the request that is made instead."""
        again: Request | Response = super().process_response(request, response)
        if isinstance(again, Request):
            again.meta[FIRST] = of_status(response, conditional=False)
        return again

    def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception
    ) -> Request | Response | None:
        """Return the request that is made instead, if there is one."""
        again: Request | Response | None = super().process_exception(request, exception)
        if isinstance(again, Request):
            again.meta[FIRST] = of_failure(exception)
        return again
