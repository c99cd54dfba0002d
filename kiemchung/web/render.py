"""Turns records into HTML: every value is escaped, every crawled address is checked first."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from kiemchung.paths import TEMPLATES
from kiemchung.records import STRONG, VIETNAM, Evidence, Flag, Reason
from kiemchung.text import clean
from kiemchung.vocabulary import INDEPENDENT, REFUTING, Stance
from kiemchung.web.words import LANGUAGES, NAMES, choose_language, say

HEADLINE = 110
LANGUAGE_COOKIE = "lang"
YEAR = 365 * 24 * 3600


def language_of(request: Request) -> str:
    """Return the reader's language: `?lang=`, else the cookie, else Accept-Language."""
    return choose_language(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language", ""),
    )


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page of `template`, in the reader's language."""
    language = language_of(request)
    html = ENVIRONMENT.get_template(template).render(
        language=language,
        t=partial(say, language),
        moment=partial(moment, language),
        links=[(name, NAMES[name], _in_language(request, name)) for name in LANGUAGES],
        path=request.url.path,
        **context,
    )
    response = HTMLResponse(clean(html), status_code=status)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, language, max_age=YEAR, httponly=True, samesite="strict"
        )
    return response


def _in_language(request: Request, language: str) -> str:
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return "?" + urlencode([*others, ("lang", language)])


def moment(language: str, time: datetime | None) -> str:
    """Return a time as it is read in Vietnam (UTC+7): `12/03/2026 14:05`, `12 Mar 2026, 14:05`."""
    if time is None:
        return say(language, "flag.undated")
    local = time.astimezone(VIETNAM)
    return local.strftime("%d/%m/%Y %H:%M" if language == "vi" else "%-d %b %Y, %H:%M")


def number(value: float, language: str) -> str:
    """Return a number with one digit at most behind the comma, as it is read in that language."""
    text = f"{value:.1f}".removesuffix(".0")
    return text.replace(".", ",") if language == "vi" else text


def verbatim(text: str) -> Markup:
    """Escape `text` so that a browser reads back every character: a bare CR would become a LF."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704 - escaped just before


def safe_link(url: str) -> str:
    """Return `url` if it is a page of the web, else "": no `javascript:`, no `data:`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def headline(flag: Flag) -> str:
    """Return the title, or the first words of the text."""
    words = " ".join((flag.title.strip() or flag.text[: HEADLINE * 2]).split())
    if len(words) <= HEADLINE:
        return words
    return words[:HEADLINE].rsplit(" ", 1)[0] + "…"


def flag_path(flag_id: str, query: str = "") -> str:
    """Return the address of a flag's page."""
    return f"/flags/{quote(flag_id, safe='')}{query}"


def reason_text(reason: Reason, language: str) -> str:
    """Return a reason in the reader's language."""
    return reason.vi if language == "vi" else reason.en


def signal_text(reason: str, flag: Flag, language: str) -> str:
    """Return a signal's reason in words: those of the flag's reason of that code, if it has one."""
    for known in flag.reasons:
        if known.code == reason:
            return reason_text(known, language)
    return reason


def gate_gaps(evidence: Evidence) -> list[str]:
    """Return the words for what keeps `evidence` from allowing `contradicted`; [] if nothing."""
    gaps = {
        "gate.publisher": evidence.publisher_type not in INDEPENDENT,
        "gate.itself": evidence.about_itself,
        "gate.own": evidence.own,
        "gate.stance": evidence.stance is not Stance.REPEATS,
        "gate.rating": evidence.rating not in REFUTING,
        "gate.score": evidence.score < STRONG,
    }
    missing = [key for key, is_missing in gaps.items() if is_missing]
    return missing if missing or evidence.passes_gate else ["gate.capture"]


def publishers(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Return one piece of evidence of each publisher, in order."""
    return list({(e.publisher, e.publisher_type): e for e in evidence}.values())


ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters["verbatim"] = verbatim
ENVIRONMENT.globals |= {
    "safe_link": safe_link,
    "headline": headline,
    "number": number,
    "flag_path": flag_path,
    "reason_text": reason_text,
    "signal_text": signal_text,
    "gate_gaps": gate_gaps,
    "publishers": publishers,
}
