"""Bytes of a page → text, whatever charset they are in or claim to be in."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from crawlers.legacy import charset_named, to_unicode
from crawlers.mending import SEARCHED, charset_of, mend, words_of

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = (
    ("utf-32-le", 4, (2, 3), 0),
    ("utf-32-be", 4, (0, 1), 3),
    ("utf-16-le", 2, (1,), 0),
    ("utf-16-be", 2, (0,), 1),
)
"""Charsets, the bytes of a character in them, which of these are mostly null, and which isn't."""
NULLS, OTHERS = 0.5, 0.1
"""The least share of nulls there, and the most elsewhere."""
LEAST_GOOD = 4
"""Characters of UTF-8 for each foreign byte that make a page UTF-8."""
TRAIL, LEAD = b"\x80", b"\xc0"
"""Where the bytes begin that go on with, and that open, a character of UTF-8."""
KNOWN = re.compile(
    r"(x-)?(utf-?(8|16|32)(-?[lb]e)?|windows-?\d+|cp-?\d+|iso-?8859-?\d+|latin-?1|gbk?|"
    r"gb\d+|big5|shift[-_]?jis|euc-\w+|koi8-\w|tis-?620|(us-)?ascii)",
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
MARKUP = re.compile(rb"<[^<>]*>|[\x00-\x1f ]+")
VIETNAMESE = re.compile(rb"\xe1[\xba\xbb][\x80-\xbf]")
"""A letter of Vietnamese in UTF-8; no other charset has a use for these three bytes."""
QUOTED = re.compile(rb"[\xe3-\xf4][\x85\x91-\x97\xa0\xab\xbb]")
"""A letter of windows-1252 and a quote behind it, which look like a character's beginning."""
STRAY = "kiemchung.stray"


def decode(body: bytes, content_type: str = "") -> str:
    """Return `body` as text; what no charset explains becomes U+FFFD. Never raises.

    A byte-order mark decides, then UTF-16 by its nulls, then UTF-8 that is nearly valid, then
    Vietnamese in an old code page by its syllables, then what header and page declare, then a
    guess. Text that was misread before it came here is mended (`crawlers.mending`).
    """
    for mark, charset in MARKS:
        if body.startswith(mark):
            marked = body.removeprefix(mark if charset == "utf-8" else b"")
            return mend(marked.decode(charset, "replace"))
    if wide := _wide(body[:SAMPLE]):
        return mend(body.decode(wide, "replace"))
    text = _as_utf8(body)
    if text is None:
        declared = list(_declared(body, content_type))
        old = _as_old(body, declared)
        if old is not None:
            return old.replace("\0", "")
        text = _as_declared(body, declared) or _guess(body, declared)
    # Browsers pass over nulls, too.
    return mend(text.replace("\0", ""))


def _wide(sample: bytes) -> str | None:
    """Return UTF-16 or UTF-32, told by the nulls that every ASCII character has in them."""
    for charset, size, empty, full in WIDE:
        most = len(sample) // size
        nulls = min(sample[place::size].count(0) for place in empty)
        if nulls > NULLS * most and sample[full::size].count(0) <= OTHERS * most:
            return charset
    return None


def _as_utf8(body: bytes) -> str | None:
    """Return UTF-8, foreign bytes in it read as windows-1252; None where most are foreign."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd") - body.count("\ufffd".encode())
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    if bad * LEAST_GOOD <= good or len(VIETNAMESE.findall(body)) > bad:
        return body.decode("utf-8", STRAY)
    return None


def _read_stray(error: UnicodeError) -> tuple[str, int]:
    """Read a byte that is no UTF-8 as windows-1252, unless it is a part of broken UTF-8."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    place, end = error.start, error.end
    if QUOTED.fullmatch(error.object, place, end):
        return error.object[place:end].decode("cp1252"), end
    before, byte, behind = (error.object[max(0, at) : at + 1] for at in (place - 1, place, end))
    if byte < LEAD:
        broken = before >= TRAIL if place else False
    else:
        broken = end - place > 1 or not behind or TRAIL <= behind < LEAD
    return "\ufffd" if broken else byte.decode("cp1252", "replace"), end


codecs.register_error(STRAY, _read_stray)


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    if header := HEADER.search(content_type):
        yield header[1]
    for match in DECLARED.finditer(body[:HEAD]):
        yield match[1].decode("ascii", "replace")


def _as_old(body: bytes, declared: list[str]) -> str | None:
    """Return Vietnamese in an old code page; the declared one needs less to be believed."""
    words = words_of(body[:SEARCHED].decode("latin-1"))
    named = [charset for name in declared if (charset := charset_named(name))]
    charset = charset_of(words, named) or charset_of(words, named, only_these=True)
    return to_unicode(body.decode("latin-1"), charset) if charset else None


def _as_declared(body: bytes, declared: list[str]) -> str | None:
    for name in declared:
        if not KNOWN.fullmatch(name) or VAGUE.fullmatch(name):
            continue
        if name[:6].lower() in {"utf-16", "utf-32"} and not body.count(0):
            continue  # nearly any bytes would do
        try:
            return body.decode(name.lower().removeprefix("x-").replace("windows-", "cp"))
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def _guess(body: bytes, declared: list[str]) -> str:
    if any(VAGUE.fullmatch(name) for name in declared):
        return body.decode("cp1252", "replace")
    best = from_bytes(MARKUP.sub(b" ", body[: SAMPLE * 10])[:SAMPLE]).best()
    return body.decode(best.encoding if best else "utf-8", "replace")
