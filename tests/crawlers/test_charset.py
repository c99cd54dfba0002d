"""Charsets, declared rightly, wrongly or not at all (F9)."""

import random
import unicodedata
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.charset import decode
from kiemchung.paths import ROOT
from kiemchung.text import clean
from tests.crawlers.encodings import CHARSETS, encode, misread

TEXT = (
    "Nước lũ trên sông Mây đã rút, người dân thành phố Bến Sen dọn dẹp nhà cửa. "
    "Bác sĩ khuyên đun sôi nước uống và rửa tay bằng xà phòng trước khi ăn."
)
SHORT = "Đập Sông Mây không vỡ"


def in_1258(text: str) -> bytes:
    """Encode Vietnamese as windows-1258 does: letters with their shape, tones behind them."""
    return encode(text, "windows-1258")


def shown_as_1252(body: bytes) -> bytes:
    """Return a page of an old code page as somebody saved it: taken for windows-1252, in UTF-8."""
    return body.decode("cp1252", "replace").encode()


HEAD = b"<html><head><meta charset='%s'><title>x</title></head><body><div class='post'>"
UNDECLARED = {f"{charset} not declared": (encode(TEXT, charset), "") for charset in CHARSETS}
WRONG = {
    f"{charset} called {called}": (encode(TEXT, charset), f"text/html; charset={called}")
    for charset in CHARSETS
    for called in ("utf-8", "iso-8859-1", "utf-16", "gb2312")
}
NAMED = {
    f"{charset} called {called}": (HEAD % called.encode() + encode(SHORT, charset), "text/html")
    for called, charset in {
        "windows-1258": "windows-1258",
        "tcvn": "tcvn3",
        "tcvn-5712": "tcvn3",
        "x-viet-tcvn5712": "tcvn3",
        "viscii": "viscii",
        "vni": "vni",
        "x-viet-vni": "vni",
    }.items()
}
MISREAD = {
    f"utf-8 read as {charset} {times} times": (misread(TEXT, charset, times=times).encode(), "")
    for charset, times in (("cp1252", 1), ("cp1252", 2), ("cp1252", 3), ("latin-1", 1),
                           ("latin-1", 2), ("cp1258", 1))
}  # fmt: skip
FONTS = {
    f"{charset} in the font of a UTF-8 page": (shown_as_1252(encode(TEXT, charset)), "")
    for charset in CHARSETS
}
CASES = {
    "utf-8": (TEXT.encode(), ""),
    "utf-8 with mark": (TEXT.encode("utf-8-sig"), "text/html; charset=windows-1252"),
    "utf-8 called windows-1258": (TEXT.encode(), "text/html; charset=windows-1258"),
    "utf-8 called utf-16 in the page": (HEAD % b"utf-16" + TEXT.encode(), ""),
    "utf-8 with a broken byte": (TEXT.encode() + b"\xff", "text/html; charset=utf-8"),
    "utf-8 cut at its end": (TEXT.encode() + b" ti\xe1\xba", "text/html; charset=utf-8"),
    "utf-8 with nulls": (TEXT.encode().replace(b" ", b"\0 \0"), ""),
    "utf-8 padded with nulls": (b"\0" * 1000 + TEXT.encode() + b"\0" * 1000, ""),
    "utf-16 with mark": (TEXT.encode("utf-16"), ""),
    "utf-16 declared": (TEXT.encode("utf-16-le"), "text/html; charset=utf-16le"),
    "utf-16 without a mark": (f"<p>{TEXT}</p>".encode("utf-16-le"), ""),
    "utf-16 big end first": (f"<p>{TEXT}</p>".encode("utf-16-be"), "text/html; charset=utf-8"),
    "utf-32 without a mark": (f"<p>{TEXT}</p>".encode("utf-32-le"), ""),
    "1258 in the page": (HEAD % b"windows-1258" + in_1258(TEXT), "text/html"),
    "1258 called nonsense": (in_1258(TEXT), "text/html; charset=punycode"),
    **UNDECLARED,
    **WRONG,
    **MISREAD,
    **FONTS,
}


@pytest.mark.parametrize("case", CASES)
def test_vietnamese_comes_out_right(case: str) -> None:
    """Every mark is right after NFC, whatever the page says of itself (F9)."""
    body, declared = CASES[case]

    text = unicodedata.normalize("NFC", decode(body, declared))
    assert TEXT in text or ("tcvn3" in case and TEXT.lower() in text.lower())


@pytest.mark.parametrize("case", NAMED)
def test_a_few_words_need_a_name(case: str) -> None:
    """A page of five words is read in the old code page that it declares (F9)."""
    body, declared = NAMED[case]

    assert SHORT in decode(body, declared)


@pytest.mark.parametrize("charset", [*CHARSETS, "utf-8"])
@pytest.mark.parametrize("called", ["windows-1258", "tcvn", "viscii", "vni"])
def test_a_wrong_old_name_does_no_harm(charset: str, called: str) -> None:
    """A page that names another old code page than its own is read in its own (F9)."""
    body = TEXT.encode() if charset == "utf-8" else encode(TEXT, charset)

    assert decode(body, f"text/html; charset={called}") == TEXT


def test_a_foreign_advertisement_is_read_too() -> None:
    """A part of a UTF-8 page that is in windows-1252 is read as that (F9)."""
    advertisement = "Le café “Été” – déjà à 5 €"
    body = TEXT.encode() + advertisement.encode("cp1252") + TEXT.encode()

    assert decode(body, "text/html; charset=utf-8") == TEXT + advertisement + TEXT


@pytest.mark.parametrize(
    "broken",
    [
        b"\xc0\xaf",  # `/`, overlong
        b"\xe0\x80\xaf",
        b"\xf0\x80\x80\xaf",
        b"\xc0\xbcscript\xc0\xbe",
        b"\xed\xa0\x80",  # half of a surrogate pair
        b"\xed\xa0\xbd\xed\xb8\x80",
        b"\xf4\x90\x80\x80",  # past the last code point
        b"\xf8\x88\x80\x80\x80",
        b"\xe1\xba",
    ],
)
def test_broken_utf8_stays_broken(broken: bytes) -> None:
    """Overlong, cut and surrogate bytes become U+FFFD and nothing else; the rest stays (F9)."""
    text = decode(
        TEXT.encode() + b" [" + broken + b"] " + TEXT.encode(), "text/html; charset=utf-8"
    )

    start, end = text.index("["), text.rindex("]")
    assert text[: start - 1] == text[end + 2 :] == TEXT
    assert set(text[start + 1 : end]) - set("script") == {"\ufffd"}


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Élève naïf, où est l'été ? Là-bas, très loin, à côté.", "cp1252"),
        ("Perché no? Però è così, più o meno, già da ieri.", "cp1252"),
        ("Über schöne Straßen fährt man größere Umwege.", "cp1252"),
        ("Não há informação à disposição dos órgãos.", "cp1252"),
        ("El niño comió también piñón y más jalapeños, ¿qué más?", "cp1252"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy.", "cp1250"),
        ("Москва, как много в этом звуке для сердца русского слилось.", "cp1251"),
        ("越南的天氣很好，我們去吃河粉。", "big5"),
        ("สวัสดีครับ ประเทศเวียดนาม", "tis-620"),
    ],
)
def test_others_are_not_taken_for_vietnamese(text: str, charset: str) -> None:
    """Other languages' charsets are read as declared (F9)."""
    assert decode(text.encode(charset), f"text/html; charset={charset}") == text


@pytest.mark.parametrize(
    "body", [b"", b"\x00" * 1000, bytes(range(256)) * 20, b"\xff\xfe", b"\xff"]
)
def test_anything_decodes(body: bytes) -> None:
    """No bytes raise (F9)."""
    assert isinstance(decode(body), str)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["", "utf-16", "vni", "tcvn", "gbk", "latin-1"]))
def test_random_bytes_become_storable_text(body: bytes, called: str) -> None:
    """Whatever the bytes, cleaned text has no lone surrogate and no null (F9, F16)."""
    text = clean(decode(body, f"text/html; charset={called}"))

    assert "\0" not in text
    assert text.encode().decode() == text


def demo_lines() -> list[str]:
    """Return lines of the demo's texts that have five words and marks at least."""
    paths = sorted((ROOT / "demo" / "content").glob("*/*.txt"))
    lines = [line.strip() for path in paths for line in path.read_text("utf-8").splitlines()[4:]]
    return [line for line in lines if len(line) > 60 and not line.isascii()]


@pytest.mark.parametrize("charset", CHARSETS)
def test_what_the_demo_says_goes_there_and_back(charset: str) -> None:
    """Sentences in an old code page come back as NFC, letter for letter (F9)."""
    for line in random.Random(1).sample(demo_lines(), 100):
        found = decode(encode(line, charset), "text/html")

        assert unicodedata.is_normalized("NFC", found)
        wanted = line.lower() if charset == "tcvn3" else line
        assert unescape(found.lower() if charset == "tcvn3" else found) == wanted
