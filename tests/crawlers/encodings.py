"""Vietnamese text as old pages hold it: the tables of `crawlers.legacy`, turned round."""

import unicodedata

from crawlers.legacy import TABLES
from demo.windows1258 import encode_windows_1258

CHARSETS = ("windows-1258", "tcvn3", "vni", "viscii")
CAPITALS = "ĂÂÊÔƠƯĐ"
"""The only capitals with a mark that TCVN3 has."""


def encode(text: str, charset: str) -> bytes:
    """Return `text` in one of CHARSETS; capitals that TCVN3 lacks become small letters."""
    text = unicodedata.normalize("NFC", text)
    if charset == "windows-1258":
        return encode_windows_1258(text)
    return b"".join(_letter(letter, charset) for letter in text)


def _letter(letter: str, charset: str) -> bytes:
    known = LETTERS[charset]
    if charset == "tcvn3" and letter not in CAPITALS and letter.lower() in known:
        letter = letter.lower()
    if letter in known:
        return known[letter].encode("latin-1")
    byte = letter.encode("latin-1" if charset == "viscii" else "cp1252", "xmlcharrefreplace")
    # Where the charset has another letter, as TCVN3 at the place of ³, pages write an entity.
    taken = len(byte) == 1 and TABLES[charset].get(byte[0], letter) != letter
    return letter.encode("ascii", "xmlcharrefreplace") if taken else byte


def _turned(charset: str) -> dict[str, str]:
    """Return letter → bytes; a letter of VNI is taken apart, and put together from two."""
    if charset != "vni":
        return {letter: chr(code) for code, letter in TABLES[charset].items() if letter.isalpha()}
    # Of a mark's two bytes the second one stays, which is that of small letters.
    marks = {to: chr(code) for code, to in sorted(TABLES["vni"].items())}
    pairs = {base + mark: base for base in "aeouyơưAEOUYƠƯ" for mark in marks}
    table = {to: byte for to, byte in marks.items() if to.isalpha()}
    for pair, base in pairs.items():
        whole = unicodedata.normalize("NFC", pair)
        byte = marks[pair[1:]]
        if len(whole) == 1:
            table.setdefault(
                whole, marks.get(base, base) + (byte if base.islower() else byte.upper())
            )
    return table


LETTERS = {charset: _turned(charset) for charset in CHARSETS}


def misread(text: str, charset: str = "cp1252", *, times: int = 1) -> str:
    """Return `text` as it looks when its UTF-8 is read as another charset, as browsers do."""
    for _ in range(times):
        text = "".join(_read(byte, charset) for byte in text.encode())
    return text


def _read(byte: int, charset: str) -> str:
    letter = bytes([byte]).decode(charset, "replace")
    return chr(byte) if letter == "\ufffd" else letter
