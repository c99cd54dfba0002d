"""Bytes of a page → text, whatever charset they are in or claim to be in."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
KNOWN = re.compile(
    r"utf-?(8|16|32)(-?[lb]e)?|windows-?\d+|x-windows-\d+|cp-?\d+|iso-?8859-?\d+|latin-?1|gbk?|"
    r"gb\d+|big5|shift[-_]?jis|euc-\w+|koi8-\w|tis-?620|(us-)?ascii",
    re.IGNORECASE,
)
"""Charsets taken at their word; others (`punycode` is quadratic) are guessed."""
VAGUE = re.compile(r"(us-)?ascii|latin-?1|iso-?8859-?1|(windows-?|cp-?)1252", re.IGNORECASE)
"""Charsets that servers claim by default: believed only when nothing better fits."""
DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,30})", re.IGNORECASE)
HEAD = 4096
"""Bytes at the beginning in which a page may declare its charset."""
SAMPLE = 50_000
"""Bytes of running text that a guess is made on."""
BAD_SHARE = 50
"""One broken byte in so many foreign ones still counts as UTF-8."""

MARKUP = re.compile(rb"<[^<>]*>|[\x00-\x1f ]+")
# The five tone marks of windows-1258, which stand right behind a vowel (Microsoft's code page).
TONES_1258 = re.compile(rb"[\xcc\xd2\xde\xec\xf2]")
TONED_1258 = re.compile(rb"[aeiouyAEIOUY\xc2\xc3\xca\xd4\xd5\xdd\xe2\xe3\xea\xf4\xf5\xfd]\Z")
LEAST_TONES = 3
TONED_SHARE = 0.95


def decode(body: bytes, content_type: str = "") -> str:
    """Return `body` as text; what no charset explains becomes U+FFFD.

    A byte-order mark decides, then valid UTF-8, then what header and page declare, then a guess.
    """
    for mark, charset in BOMS:
        if body.startswith(mark):
            return body.removeprefix(mark if charset == "utf-8" else b"").decode(charset, "replace")
    declared = list(_declared(body, content_type))
    return _as_utf8(body) or _as_declared(body, declared) or _guess(body, declared)


def _as_utf8(body: bytes) -> str | None:
    if body.count(0) * 10 > len(body):
        return None  # UTF-16 without a mark
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    foreign = sum(not c.isascii() for c in text) if bad else 1
    return text if bad * BAD_SHARE <= foreign - bad or not bad else None


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    if header := HEADER.search(content_type):
        yield header[1]
    for match in DECLARED.finditer(body[:HEAD]):
        yield match[1].decode("ascii", "replace")


def _as_declared(body: bytes, declared: list[str]) -> str | None:
    for name in declared:
        if KNOWN.fullmatch(name) and not VAGUE.fullmatch(name):
            try:
                return body.decode(name.removeprefix("x-").replace("windows-", "cp"))
            except (UnicodeDecodeError, LookupError):
                continue
    return None


def _guess(body: bytes, declared: list[str]) -> str:
    sample = MARKUP.sub(b" ", body[: SAMPLE * 10])[:SAMPLE] if not body.count(0) else body[:SAMPLE]
    if _is_1258(sample):
        return body.decode("cp1258", "replace")
    if any(VAGUE.fullmatch(name) for name in declared):
        return body.decode("cp1252", "replace")
    best = from_bytes(sample).best()
    return body.decode(best.encoding if best else "utf-8", "replace")


def _is_1258(sample: bytes) -> bool:
    places = [match.start() for match in TONES_1258.finditer(sample)]
    toned = sum(bool(TONED_1258.search(sample[max(0, place - 1) : place])) for place in places)
    return len(places) >= LEAST_TONES and toned >= TONED_SHARE * len(places)
