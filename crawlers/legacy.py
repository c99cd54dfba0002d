"""The code pages that Vietnamese was written in before Unicode, as tables.

Facts, not code, are taken from: TCVN 5712:1993 (VN1 to VN3; VN3 is what the `.Vn` fonts of ABC
hold), RFC 1456 (VISCII 1.1), Microsoft's code page 1258, and the key chart of VNI-Windows, where a
letter is its base and a mark behind it. Bytes are written as latin-1 reads them.

VN3 has no capitals with a tone: a heading in a font such as `.VnTimeH` holds small letters that
the font draws as capitals, so it comes out in small letters; nothing in its bytes tells them apart.
"""

import codecs
import re
import unicodedata

TCVN3 = (
    "\xa0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
    "éẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
"""Bytes A0 to FF; VN3 proper has none of its capitals with a tone."""
TCVN_CAPITALS = "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
"""Bytes 80 to 9F in VN1 and VN2, where VN3's pages have the quotes and dashes of Windows."""
TCVN_CONTROLS = dict(zip(b"\1\2\4\5\6\x11\x12\x13\x14\x15\x16\x17", "ÚỤỪỬỮỨỰỲỶỸÝỴ", strict=True))
VISCII = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
"""Bytes 80 to FF."""
VISCII_CONTROLS = dict(zip(b"\2\5\6\x14\x19\x1e", "ẲẴẪỶỸỴ", strict=True))

VNI_LETTERS = dict(zip("ñôöíìæóòî", "đơưíìỉĩịỵ", strict=True))
VNI_TONES = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
VNI_MARKS = {
    **VNI_TONES,
    **dict(zip("âáàåãä", ("\u0302" + tone for tone in ("", *VNI_TONES.values())), strict=True)),
    **dict(zip("êéèúüë", ("\u0306" + tone for tone in ("", *VNI_TONES.values())), strict=True)),
}
"""What stands behind a base: a tone, and a circumflex or a breve with or without one."""

WINDOWS = {
    ord(bytes([code]).decode("cp1252")): code
    for code in range(0x80, 0xA0)
    if code not in b"\x81\x8d\x8f\x90\x9d"
}
"""The characters of windows-1252 that latin-1 lacks → their bytes."""
_QUOTES = {code: chr(letter) for letter, code in WINDOWS.items()}


def _vni() -> dict[int, str]:
    small = VNI_LETTERS | VNI_MARKS
    return {ord(letter): to for letter, to in small.items()} | {
        ord(letter.upper()): to.upper() for letter, to in small.items()
    }


def _page_1258() -> dict[int, str]:
    letters = {code: bytes([code]).decode("cp1258", "replace") for code in range(0x80, 0x100)}
    return {code: letter for code, letter in letters.items() if letter != "\ufffd"}


_VN3 = dict(enumerate(TCVN3, 0xA0))
TABLES: dict[str, dict[int, str]] = {
    "windows-1258": _QUOTES | _page_1258(),
    "tcvn3": _QUOTES | _VN3,
    "vni": _QUOTES | _vni(),
    "viscii": dict(enumerate(VISCII, 0x80)) | VISCII_CONTROLS,
    "tcvn-5712": _VN3 | dict(enumerate(TCVN_CAPITALS, 0x80)) | TCVN_CONTROLS,
}
"""Charset → what its bytes mean where latin-1 means something else."""
_LETTERS = {
    charset: "".join(table.get(code, chr(code)) for code in range(0x100))
    for charset, table in TABLES.items()
    if charset != "vni"
}
NAMES = {
    "windows-1258": re.compile(r"(?:x-)?(?:windows-?|cp-?)1258", re.IGNORECASE),
    "viscii": re.compile(r"(?:x-viet-|cs)?viscii[\d.-]*", re.IGNORECASE),
    "vni": re.compile(r"(?:x-viet-|x-)?vni(?:-?win(?:dows)?)?", re.IGNORECASE),
    "tcvn3": re.compile(r"(?:x-viet-|x-)?(?:tcvn3?|abc)", re.IGNORECASE),
    "tcvn-5712": re.compile(r"(?:x-viet-|x-)?tcvn-?5712(?:[-:]\d+)*", re.IGNORECASE),
}
"""What a page may call each of them."""


def charset_named(name: str) -> str | None:
    """Return which of TABLES a declared `name` means; None where it means another charset."""
    return next((charset for charset, names in NAMES.items() if names.fullmatch(name)), None)


def as_bytes(text: str) -> str:
    """Return `text` with what windows-1252 decoded made bytes again, as latin-1 writes them."""
    return text.translate(WINDOWS)


def as_windows(text: str) -> str:
    """Return `text`, bytes as latin-1 writes them, read as windows-1252."""
    return text.translate(_QUOTES)


def to_unicode(text: str, charset: str) -> str:
    """Return `text`, bytes as latin-1 writes them, read in one of TABLES; NFC, and linear."""
    if charset == "vni":
        read = text.translate(TABLES[charset])
    else:
        read, _ = codecs.charmap_decode(text.encode("latin-1"), "replace", _LETTERS[charset])
    return unicodedata.normalize("NFC", read)
