"""Vietnamese text in windows-1258, the code page that writes most tone marks as characters."""

import unicodedata

TONES = "\u0300\u0301\u0303\u0309\u0323"


def encode_windows_1258(text: str) -> bytes:
    """Return `text` in windows-1258; what the code page lacks becomes a numeric reference.

    It has â, ê, ô, ă, ơ, ư and đ whole but `ậ` only as `â` and a dot below, so each letter is taken
    apart into base and tone mark first.
    """
    return b"".join(map(_encode, unicodedata.normalize("NFC", text)))


def _encode(letter: str) -> bytes:
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", letter)
    base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES))
    tones = "".join(c for c in parts if c in TONES)
    try:
        return (base + tones).encode("cp1258")
    except UnicodeEncodeError:
        return letter.encode("ascii", "xmlcharrefreplace")
