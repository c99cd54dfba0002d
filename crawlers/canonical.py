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
STEP = re.compile(r"/(?:\.|%2e){1,2}(?=/|\Z)", re.IGNORECASE)
NETLOC = re.compile(r"(\[[^\]]*\]|[^:]*)(?::(\d*))?")
DEFAULT_PORTS = {"http": 80, "https": 443}


def bare(url: str) -> str:
    """Return the address to ask for `url` at: no fragment, trackers, session ids, or user.

    Its path is what the host will take it for, without `.` and `..`: robots.txt is asked of that.
    """
    parts = urlsplit(url)
    kept = [each for each in parts.query.split("&") if not _is_personal(each)]
    path = _without_steps(PATH_SESSION.sub("", parts.path))
    path = path or ("/" if parts.netloc else "")
    return urlunsplit((parts.scheme, _place(parts.scheme, parts.netloc), path, "&".join(kept), ""))


def host_key(host: str) -> str:
    """Return the one name of `host`, whatever the case, the last dot, or the alphabet."""
    bare = host.strip("[]").rstrip(".").lower()
    try:
        return bare if bare.isascii() else bare.encode("idna").decode("ascii")
    except UnicodeError:
        return bare


def host_of(url: str) -> str:
    """Return the one name of the host of `url`; "" where it has none.

    Raises:
        ValueError: `url` is no address.
    """
    return host_key(urlsplit(url).hostname or "")


def same_listing(url: str) -> str:
    """Return a text that is equal for addresses of one listing; it is no address to ask for."""
    parts = urlsplit(bare(url))
    query = "&".join(sorted(filter(None, parts.query.split("&"))))
    return f"{parts.netloc.lower()}{unquote(parts.path).rstrip('/')}?{query}"


def _without_steps(path: str) -> str:
    """Return `path` without steps up or on the spot (RFC 3986, 5.2.4), however they are spelt."""
    if not STEP.search(path):
        return path
    kept: list[str] = []
    plain = ""
    for segment in path.split("/")[1:]:
        plain = segment.lower().replace("%2e", ".")
        if plain == "..":
            del kept[-1:]
        elif plain != ".":
            kept.append(segment)
    end = [""] if plain in {".", ".."} else []
    return "/" + "/".join(kept + end)


def _is_personal(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    if TRACKERS.fullmatch(name) or SESSIONS.fullmatch(name):
        return True
    shape = SHORT_SESSIONS.get(name.lower())
    return shape is not None and shape.match(value) is not None


def _place(scheme: str, netloc: str) -> str:
    """Return host and port, the one name of each; the default port and whom to ask as left out."""
    found = NETLOC.fullmatch(netloc.rpartition("@")[2])
    if found is None:
        return netloc
    host = f"[{host_key(found[1])}]" if ":" in found[1] else host_key(found[1])
    port = "" if found[2] == str(DEFAULT_PORTS.get(scheme.lower(), "")) else found[2]
    return f"{host}:{port}" if port else host
