"""Addresses that differ and are the same: trackers and session ids go, listings are compared.

Only what is known to name a reader or a campaign is taken away: what is left may decide the page.
"""

import re
from urllib.parse import unquote, urlsplit, urlunsplit

TRACKERS = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|zarsrc"
    r"|mc_[ce]id|_ga|_gl",
    re.IGNORECASE,
)
"""Names of parameters that say where a reader comes from (`zarsrc` is Zalo's)."""
SESSIONS = re.compile(
    r"phpsessid|jsessionid|aspsessionid\w*|session_?id|cfid|cftoken", re.IGNORECASE
)
SHORT_SESSIONS = {
    # `sid` is a story's number on some sites, `s` a search on most.
    "sid": re.compile(r"(?=.*[a-z])(?=.*\d)\w{6,}\Z|\w{16,}\Z", re.IGNORECASE),
    "s": re.compile(r"[0-9a-f]{32}\Z", re.IGNORECASE),
}
PATH_SESSION = re.compile(r";jsessionid=[^/?#;]*|/\(S\([0-9a-z]{24}\)\)(?=/)", re.IGNORECASE)
DEFAULT_PORTS = {"http": 80, "https": 443}


def bare(url: str) -> str:
    """Return the address to ask for `url` at: no fragment, trackers, session ids, or user."""
    parts = urlsplit(url)
    kept = [each for each in parts.query.split("&") if not _is_personal(each)]
    path = PATH_SESSION.sub("", parts.path)
    return urlunsplit((parts.scheme, _place(parts.scheme, parts.netloc), path, "&".join(kept), ""))


def same_listing(url: str) -> str:
    """Return a text that is equal for addresses of one listing; it is no address to ask for."""
    parts = urlsplit(bare(url))
    query = "&".join(sorted(filter(None, parts.query.split("&"))))
    return f"{parts.netloc.lower()}{unquote(parts.path).rstrip('/')}?{query}"


def _is_personal(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    if TRACKERS.fullmatch(name) or SESSIONS.fullmatch(name):
        return True
    shape = SHORT_SESSIONS.get(name.lower())
    return shape is not None and shape.match(value) is not None


def _place(scheme: str, netloc: str) -> str:
    """Return host and port, the default one and whom to ask as left out."""
    netloc = netloc.rpartition("@")[2]
    host, colon, port = netloc.rpartition(":")
    if colon and port == str(DEFAULT_PORTS.get(scheme.lower(), "")):
        return host
    return netloc if not colon or port else host
