"""Charsets, declared rightly, wrongly or not at all."""

import unicodedata

import pytest

from crawlers.charset import decode

TEXT = (
    "Nước lũ trên sông Mây đã rút, người dân thành phố Bến Sen dọn dẹp nhà cửa. "
    "Bác sĩ khuyên đun sôi nước uống và rửa tay bằng xà phòng trước khi ăn."
)


def in_1258(text: str) -> bytes:
    """Encode Vietnamese as windows-1258 does: letters with their shape, tones behind them."""
    out = b""
    for letter in unicodedata.normalize("NFC", text):
        decomposed = unicodedata.normalize("NFD", letter)
        tones = "".join(c for c in decomposed if c in "\u0300\u0301\u0303\u0309\u0323")
        base = "".join(c for c in decomposed if c not in tones)
        out += (unicodedata.normalize("NFC", base) + tones).encode("cp1258")
    return out


HEAD = b"<html><head><meta charset='%s'><title>x</title></head><body><div class='post'>"
CASES = {
    "utf-8": (TEXT.encode(), ""),
    "utf-8 with mark": (TEXT.encode("utf-8-sig"), "text/html; charset=windows-1252"),
    "utf-8 called windows-1258": (TEXT.encode(), "text/html; charset=windows-1258"),
    "utf-8 with a broken byte": (TEXT.encode() + b"\xff", "text/html; charset=utf-8"),
    "utf-16 with mark": (TEXT.encode("utf-16"), ""),
    "utf-16 declared": (TEXT.encode("utf-16-le"), "text/html; charset=utf-16le"),
    "1258 in the header": (in_1258(TEXT), "text/html; charset=windows-1258"),
    "1258 in the page": (HEAD % b"windows-1258" + in_1258(TEXT), "text/html"),
    "1258 not declared": (HEAD % b"" + in_1258(TEXT), "text/html"),
    "1258 called utf-8": (in_1258(TEXT), "text/html; charset=utf-8"),
    "1258 called latin-1": (HEAD % b"iso-8859-1" + in_1258(TEXT), "text/html"),
    "1258 called nonsense": (in_1258(TEXT), "text/html; charset=punycode"),
}


@pytest.mark.parametrize("case", CASES)
def test_vietnamese_comes_out_right(case: str) -> None:
    """Every mark is right after NFC, whatever the page says of itself."""
    body, declared = CASES[case]

    assert TEXT in unicodedata.normalize("NFC", decode(body, declared))


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Élève naïf, où est l'été ? Là-bas, très loin, à côté.", "cp1252"),
        ("Perché no? Però è così, più o meno, già da ieri.", "cp1252"),
        ("Москва, как много в этом звуке для сердца русского слилось.", "cp1251"),
    ],
)
def test_others_are_not_taken_for_vietnamese(text: str, charset: str) -> None:
    """Other languages' charsets are read as declared."""
    assert decode(text.encode(charset), f"text/html; charset={charset}") == text


@pytest.mark.parametrize("body", [b"", b"\x00" * 1000, bytes(range(256)) * 20, b"\xff\xfe"])
def test_anything_decodes(body: bytes) -> None:
    """No bytes raise."""
    assert isinstance(decode(body), str)
