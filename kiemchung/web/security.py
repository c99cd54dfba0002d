"""What keeps a foreign page from looking at the desk or answering in a reviewer's name."""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ["localhost", "127.0.0.1"]
"""The names under which the desk answers: any other is a rebound name (boundary: loopback only)."""

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
COOKIE = "kiemchung_form"


class SecurityHeaders:
    """ASGI middleware that puts HEADERS on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers to what comes back."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def is_own_page(request: Request) -> bool:
    """Tell whether a form was sent by one of the desk's own pages, as the browser says.

    Under `no-referrer` browsers send `Origin: null` with a form (Fetch, "append a request Origin
    header"), and say in Sec-Fetch-Site whose page it was. One of both must be there and right.
    """
    origin = request.headers.get("origin", "null")
    if origin != "null":
        return origin == f"{request.url.scheme}://{request.headers.get('host', '')}"
    return request.headers.get("sec-fetch-site") == "same-origin"


class Claim(msgspec.Struct, frozen=True):
    """What a form says of itself: the flag as it was shown, and when."""

    flag: str
    revision: int
    claimed_at: datetime


class Forms:
    """Signs forms, so that only one that was given to this browser is taken back.

    The secret lives as long as the process: after a restart a reviewer sends the form again.
    """

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def browser(self, request: Request) -> str | None:
        """Return the browser's mark from its cookie; None if it has none of ours."""
        mark, _, signature = request.cookies.get(COOKIE, "").partition(".")
        return mark if hmac.compare_digest(signature.encode(), self._sign("", mark)) else None

    def set_browser(self, response: Response, mark: str) -> None:
        """Give the browser its mark."""
        value = f"{mark}.{self._sign('', mark).decode()}"
        response.set_cookie(COOKIE, value, httponly=True, samesite="strict")

    def token(self, mark: str, claim: Claim) -> str:
        """Return the form's token for that browser."""
        body = base64.urlsafe_b64encode(msgspec.json.encode(claim)).decode()
        return f"{body}.{self._sign(mark, body).decode()}"

    def read(self, mark: str, token: str) -> Claim | None:
        """Return what the form says of itself; None if it was not given to that browser."""
        body, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(mark, body)):
            return None
        return msgspec.json.decode(base64.urlsafe_b64decode(body), type=Claim)

    def _sign(self, mark: str, body: str) -> bytes:
        message = json.dumps([mark, body]).encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest().encode()


def new_mark() -> str:
    """Return a mark that nobody can guess."""
    return secrets.token_hex(16)
