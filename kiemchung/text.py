"""The one definition of normal and folded text, each with an exact map back to the input.

Detectors, stores and search alike use it, so that `da nang`, `Đà Nẵng` and its decomposed form
are one text. Facts: Unicode NFC; Vietnamese marks; `đ` is a letter of its own, not d plus a mark.
"""

import re
import unicodedata
from bisect import bisect_right

import msgspec

TEXT_LIMIT = 20_000
"""Code points of a text that are read; the rest is cut, and the cut is said."""
ASTRIDE = 300
"""Code points behind the limit that are looked at, so that a number astride it is masked."""
RUN_LIMIT = 100
"""Characters without a space that a tokeniser is given at most."""

SURROGATES = re.compile("[\ud800-\udfff\x00]")
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e"
DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HOMOGLYPHS = dict(
    zip(
        "аеорсухіјѕԁһкмнвтαορυνικΑΒΕΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХ",
        "aeopcyxijsdhkmhbtaopuvikabehikmnoptyxabekmhopctyx",
        strict=True,
    )
)
TONES = "\u0300\u0301\u0303\u0309\u0323"


class Mapped(msgspec.Struct, frozen=True):
    """A text made from another, with the place of each of its characters there.

    `starts[i]` is where character i of `text` began in the input, `starts[len(text)]` the input's
    length. None means that both are the same place for place.
    """

    text: str
    starts: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the input that `text[start:end]` came from (whole characters)."""
        if self.starts is None:
            return start, end
        return self.starts[start], self.starts[end] if end > start else self.starts[start]

    def find(self, position: int) -> int:
        """Return the index in `text` of the character made from `position` of the input."""
        if self.starts is None:
            return position
        return bisect_right(self.starts, position) - 1


def clean(text: str) -> str:
    """Replace lone surrogates and nulls one for one, so that offsets and every store hold."""
    return SURROGATES.sub("\ufffd", text) if SURROGATES.search(text) else text


def _folds() -> dict[int, str]:
    table = {ord(mark): "" for mark in ZERO_WIDTH + DIRECTIONS}
    for code in (*range(0x41, 0x250), *range(0x1E00, 0x1F00), *range(0xFF01, 0xFF5F)):
        base = unicodedata.normalize("NFKD", chr(code))
        bare = "".join(c for c in base if not unicodedata.combining(c)).lower()
        if bare and bare != chr(code):
            table[code] = bare
    table |= {ord(mark): "" for mark in map(chr, range(0x300, 0x370))}
    table |= {ord(glyph): latin for glyph, latin in HOMOGLYPHS.items()}
    table |= {ord("đ"): "d", ord("Đ"): "d", ord("ð"): "d", ord("Ð"): "d", 0x131: "i"}
    return table


FOLDS = _folds()
# Everything that `FOLDS` turns into exactly one character keeps its place.
ONE_TO_ONE = {code: to for code, to in FOLDS.items() if len(to) == 1}
MOVES = re.compile(
    "[" + "".join(re.escape(chr(code)) for code, to in FOLDS.items() if len(to) != 1) + "]"
)
STRETCHED = re.compile(r"([a-z])\1{2,}")


def fold(text: str, *, shorten: bool = True) -> Mapped:
    """Fold case, marks, đ, homoglyphs, zero-width characters and (if `shorten`) stretched letters.

    Idempotent: `fold(fold(x).text).text == fold(x).text`. Linear in the length of `text`.
    """
    moves = MOVES.search(text) is not None
    lowered = _fold_each(text) if moves else Mapped(text.translate(ONE_TO_ONE))
    return _shorten(lowered, len(text)) if shorten else lowered


def fold_text(text: str) -> str:
    """Return `fold(text).text`, for callers that need no places."""
    return fold(text).text


def _fold_each(text: str) -> Mapped:
    parts: list[str] = []
    starts: list[int] = []
    for place, character in enumerate(text):
        folded = FOLDS.get(ord(character), character)
        parts.append(folded)
        starts.extend([place] * len(folded))
    starts.append(len(text))
    return Mapped("".join(parts), tuple(starts))


def _shorten(folded: Mapped, length: int) -> Mapped:
    """Cut three or more of the same letter in a row down to one (`ngonnnn`)."""
    if not STRETCHED.search(folded.text):
        return folded
    parts: list[str] = []
    starts: list[int] = []
    places = folded.starts or range(length + 1)
    last = 0
    for run in STRETCHED.finditer(folded.text):
        parts.append(folded.text[last : run.start() + 1])
        starts.extend(places[last : run.start() + 1])
        last = run.end()
    parts.append(folded.text[last:])
    starts.extend(places[last:])
    return Mapped("".join(parts), tuple(starts))


# --- the exact form -----------------------------------------------------------------------------

VOWEL_PAIRS = {
    "òa": "oà",
    "óa": "oá",
    "õa": "oã",
    "ỏa": "oả",
    "ọa": "oạ",
    "òe": "oè",
    "óe": "oé",
    "õe": "oẽ",
    "ỏe": "oẻ",
    "ọe": "oẹ",
    "ùy": "uỳ",
    "úy": "uý",
    "ũy": "uỹ",
    "ủy": "uỷ",
    "ụy": "uỵ",
}
PAIRS = re.compile("(?<![qQ])(" + "|".join(VOWEL_PAIRS) + r")(?![^\W\d_])", re.IGNORECASE)


def normalise(text: str) -> str:
    """Return NFC without zero-width characters, tone marks placed the new way (`hoà`).

    The form for exact search: case and marks are kept. No map back: search shows no places.
    """
    bare = unicodedata.normalize("NFC", "".join(c for c in clean(text) if c not in ZERO_WIDTH))
    return PAIRS.sub(lambda pair: _place(pair.group(0)), bare)


def _place(pair: str) -> str:
    placed = VOWEL_PAIRS.get(pair.lower(), pair)
    return "".join(
        new.upper() if old.isupper() else new for old, new in zip(pair, placed, strict=True)
    )


def tokens(text: str) -> list[str]:
    """Split `text` at everything that is neither letter nor digit."""
    return TOKEN.findall(text)


TOKEN = re.compile(r"[^\W_]+")


def truncate(text: str) -> tuple[str, bool]:
    """Return at most TEXT_LIMIT characters of `text`, and whether any were cut."""
    return text[:TEXT_LIMIT], len(text) > TEXT_LIMIT
