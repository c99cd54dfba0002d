"""The application: routes, errors, and the one page that writes, a reviewer's answer."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kiemchung.desk import Desk
from kiemchung.errors import KiemchungError
from kiemchung.paths import STATIC
from kiemchung.store.base import Store
from kiemchung.web.answers import make_answer, read_form
from kiemchung.web.health import BoardOf, HealthPages
from kiemchung.web.pages import Desktop
from kiemchung.web.queue import next_flag, read_filters
from kiemchung.web.render import flag_path, page
from kiemchung.web.security import HEADERS, HOSTS, Forms, SecurityHeaders, is_own_page
from kiemchung.web.words import WORDS

BODY_LIMIT = 64_000
FIELDS_LIMIT = 100
FORM_TYPE = "application/x-www-form-urlencoded"


def build_app(
    store: Store, desk: Desk, *, reviewer: str = "local", board_of: BoardOf = lambda _: ()
) -> Starlette:
    """Build the review pages over `store` and `desk`, both of which the caller closes.

    `reviewer` is the one local account's opaque id; accounts come with the desk's own. `board_of`
    returns the health of all sources that are switched on; by default there are none.
    """
    desktop = Desktop(store, desk, Forms(), reviewer)
    health = HealthPages(board_of)

    async def answer(request: Request) -> Response:
        fields = await _read_fields(request)
        return await run_in_threadpool(_take_answer, desktop, request, fields)

    return Starlette(
        routes=[
            Route("/", desktop.queue),
            Route("/flags/{flag}", desktop.flag),
            Route("/flags/{flag}", answer, methods=["POST"]),
            Route("/search", desktop.search),
            Route("/fact-checks", desktop.fact_checks),
            Route("/health", health.sources),
            Route("/health/{source}", health.source),
            Route("/about", desktop.about),
            Route("/healthz", desktop.health),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
        ],
        exception_handlers={
            HTTPException: _refused,
            KiemchungError: _in_trouble,
            Exception: _broken,
        },
    )


async def _read_fields(request: Request) -> dict[str, list[str]]:
    """Read a form's fields, from one of our own pages only, never more than BODY_LIMIT bytes."""
    if not is_own_page(request):
        raise HTTPException(403)
    if request.headers.get("content-type", "").partition(";")[0].strip() != FORM_TYPE:
        raise HTTPException(400)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise HTTPException(413)
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=FIELDS_LIMIT)
    except ValueError:
        raise HTTPException(400) from None


def _take_answer(
    desktop: Desktop, request: Request, fields: Mapping[str, Sequence[str]]
) -> Response:
    """Keep the answer and lead to the next flag, or show the form again with what is wrong."""
    flag = desktop.find(request)
    form = read_form(fields)
    mark = desktop.forms.browser(request)
    claim = desktop.forms.read(mark, "".join(fields.get("token", ())[:1])) if mark else None
    if claim is None or claim.flag != flag.id:
        return desktop.show(request, flag, form, problem="form.expired", status=403)
    if claim.revision != flag.revision:
        return desktop.show(request, flag, form, problem="form.changed", status=409)
    answer = make_answer(form, flag, claim, desktop.reviewer)
    if isinstance(answer, str):
        return desktop.show(request, flag, form, problem=answer, status=422)
    desktop.desk.answer(answer)
    filters = read_filters(request.query_params)
    following = next_flag(desktop.store, filters, desktop.desk.answered(desktop.reviewer), flag)
    if following is None:
        return RedirectResponse("/" + filters.query(done="1"), status_code=303)
    return RedirectResponse(flag_path(following.id, filters.query(saved=flag.id)), status_code=303)


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    key = f"error.{status}" if f"error.{status}" in WORDS else "error.400"
    return page(request, "error.html", status=status, key=key, detail="")


def _in_trouble(request: Request, error: Exception) -> Response:
    return page(request, "error.html", status=503, key="error.503", detail=str(error))


def _broken(request: Request, _error: Exception) -> Response:
    """Answer outside the middleware, where nothing else would add the headers."""
    response = page(request, "error.html", status=500, key="error.500", detail="")
    response.headers.update(HEADERS)
    return response
