"""The one definition of what is masked in a text before it is first written (boundary 8).

Phone numbers, identity numbers, bank accounts, e-mails, wallets, Zalo and Telegram contacts and
@-mentions. Every pattern is linear: runs are bounded, and classes that follow each other never
overlap. Digits are read through the disguises of the field: dots and spaces between them, `o` for
zero, number words, zero-width characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from kiemchung.text import ZERO_WIDTH, Mapped, fold

MASK = "•"


class ContactType(StrEnum):
    """What is masked; the first six are indicator types of the contract as well."""

    PHONE = "phone"
    BANK_ACCOUNT = "bank_account"
    EMAIL = "email"
    TELEGRAM = "telegram"
    ZALO = "zalo"
    CRYPTO = "crypto"
    IDENTITY = "identity"
    MENTION = "mention"


class Contact(msgspec.Struct, frozen=True, order=True):
    """A span of the text as given that leads to a person or an account."""

    start: int
    end: int
    type: ContactType


def find_contacts(text: str, folded: Mapped | None = None) -> list[Contact]:
    """Return the contacts in `text` in order, none overlapping another. Linear in its length.

    Where two readings overlap the earlier in this order wins: e-mail, link or handle of Zalo or
    Telegram, wallet, number. `folded` is `fold(text, shorten=False)`, where it is known already.
    """
    folded = folded or fold(text, shorten=False)
    found: list[Contact] = []
    taken = bytearray(len(folded.text) + 1)
    bare = folded.text
    readable = bare if bare.isascii() else bare.translate(READABLE)
    for finder in (_emails, _handles, _wallets, _numbers):
        for start, end, kind in finder(readable, text, folded):
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                found.append(Contact(*_original(text, folded, start, end), kind))
    return sorted(found)


def mask(text: str, contacts: Iterable[Contact] | None = None) -> str:
    """Replace every letter and digit of each contact by `•`; the length stays the same.

    `mask(mask(x)) == mask(x)`.
    """
    parts: list[str] = []
    last = 0
    for contact in find_contacts(text) if contacts is None else contacts:
        parts.append(text[last : contact.start])
        span = text[contact.start : contact.end]
        parts.append("".join(MASK if c.isalnum() or c == MASK else c for c in span))
        last = contact.end
    return "".join([*parts, text[last:]])


def _readable() -> dict[int, str]:
    """Map every decimal digit to ASCII, every dash and space to one each; all one for one."""
    digits = {
        code: str(unicodedata.decimal(chr(code)))
        for code in range(0x660, 0x1FC00)
        if chr(code).isdecimal()
    }
    dashes = dict.fromkeys((*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63), "-")
    spaces = dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
    return {**digits, **dashes, **spaces}


READABLE = _readable()
Found = Iterator[tuple[int, int, ContactType]]


def _original(text: str, folded: Mapped, start: int, end: int) -> tuple[int, int]:
    """Map a span back; zero-width characters that follow it stay outside."""
    start, end = folded.span(start, end)
    while end > start and text[end - 1] in ZERO_WIDTH:
        end -= 1
    return start, end


# --- e-mails, handles, wallets ------------------------------------------------------------------

LOCAL = re.compile(r"[a-z0-9._%+-]{1,64}\Z")
DOMAIN = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}")
HANDLE = re.compile(r"[a-z0-9_](?:[a-z0-9_.]{0,30}[a-z0-9_])?")
AT = re.compile(r"@|\s?[\[(]\s?(?:at|a cong)\s?[\])]\s?")
MENTION = re.compile("@")
TELEGRAM_CUE = re.compile(r"\b(?:tele(?:gram)?|tlg|tg)\b[^@\n]{0,24}\Z")
DOT = r"\s?(?:\.|\[\.\]|\(\.\))\s?"
LINK = re.compile(
    r"(?<![a-z0-9.-])(?:h(?:tt|xx)ps?://)?(?:www\.)?(?:"
    rf"(t{DOT}me|telegram{DOT}(?:me|org)|tg{DOT}dev)|(zalo{DOT}me|zaloapp{DOT}com))"
    r"\s?/\s?[a-z0-9_+./?=&%-]{0,200}[a-z0-9_=/]|(tg://resolve\?domain=[a-z0-9_]{3,40})"
)
NAMED = re.compile(r"\b(?:telegram|tele|tlg)\s?[:=]\s?(?=[a-z_]*\d|[a-z0-9]+_)([a-z0-9_]{5,32})\b")
WALLET = re.compile(
    r"\b(?:bc1[a-z0-9]{25,60}|BC1[A-Z0-9]{25,60}|[13][A-HJ-NP-Za-km-z1-9]{25,34}|0x[0-9A-Fa-f]{40}"
    r"|T[A-HJ-NP-Za-km-z1-9]{33})\b"
)


def _emails(folded: str, text: str, mapped: Mapped) -> Found:
    for at in AT.finditer(folded):
        left = LOCAL.search(folded, max(0, at.start() - 64), at.start())
        right = DOMAIN.match(folded, at.end())
        if left and right and (end := _domain_end(right, text, mapped)):
            yield left.start(), end, ContactType.EMAIL


def _domain_end(domain: re.Match[str], text: str, mapped: Mapped) -> int:
    """Return where a domain ends; a sentence that begins right behind it is none of its labels."""
    end, labels = domain.start(), 0
    for label in domain.group().split("."):
        begin, stop = mapped.span(end + bool(labels), end + bool(labels) + len(label))
        written = text[begin:stop]
        if labels > 1 and not (written.isascii() and (written.islower() or not written.istitle())):
            break
        end += bool(labels) + len(label)
        labels += 1
    return end if labels > 1 else 0


def _handles(folded: str, _text: str, _map: Mapped) -> Found:
    for link in LINK.finditer(folded) if "/" in folded else ():
        kind = ContactType.ZALO if link.group(2) else ContactType.TELEGRAM
        yield link.start(), link.end(), kind
    for named in NAMED.finditer(folded):
        yield *named.span(1), ContactType.TELEGRAM
    for at in MENTION.finditer(folded):
        if name := HANDLE.match(folded, at.end()):
            before = folded[max(0, at.start() - 40) : at.start()]
            kind = ContactType.TELEGRAM if TELEGRAM_CUE.search(before) else ContactType.MENTION
            yield at.start(), name.end(), kind


def _wallets(folded: str, text: str, mapped: Mapped) -> Found:
    # Wallets are read in the text as given: their letters' case is part of them.
    for wallet in WALLET.finditer(text):
        if any(c.isdigit() for c in wallet.group()):
            end = mapped.find(wallet.end()) if wallet.end() < len(text) else len(folded)
            yield mapped.find(wallet.start()), end, ContactType.CRYPTO


# --- numbers ------------------------------------------------------------------------------------

WORDS = {
    "khong": "0", "mot": "1", "hai": "2", "ba": "3", "bon": "4", "tu": "4", "nam": "5",
    "lam": "5", "sau": "6", "bay": "7", "tam": "8", "chin": "9",
}  # fmt: skip
# No look behind: it would keep the engine from skipping to a letter that may begin a piece.
PIECE = re.compile(rf"[0-9][0-9o]*|(?:{'|'.join(WORDS)}|o{{1,4}})(?![a-z])")
WITHIN = re.compile(r"[a-z](?<![0-9]o)(?<![0-9]oo)")
"""The letter before what only looks like a word: the rest of one, and not of a number."""
GAP = re.compile("(?:[ ._()\\-\u00b7•*\ufe0f\u20e3]{0,3}|[,/])\\Z")
DATE = re.compile(
    r"(?<!\d)\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[:h]\d{2}(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d-\d{1,2}(?:-\d{1,2})?(?!\d)"
)
DIGITS = re.compile(r"\d+")
MOBILE = re.compile(r"0[35789]\d{8}|01[2689]\d{8}|02\d{8,9}|1[89]00\d{4}(?:\d\d)?")
CUE = re.compile(
    r"\b(?:(?P<account>stk|so tk|tk|tai khoan|account|acc|ck|chuyen khoan|so nhan phi)"
    r"|(?P<identity>cccd|cmnd|cmt|can cuoc|chung minh)|(?P<zalo>zalo|zl|da-?lo)"
    r"|(?P<phone>goi|sdt|dt|dien thoai|hotline|lien he|lh|tong dai)"
    r"|(?P<transfer>(?:chuyen|nop|gui|dong)(?: \S{1,12}){0,5} (?:vao|vo|qua|toi|cho)"
    r"|ngan hang|vietcombank|vcb|techcombank|tcb|bidv|agribank|mb ?bank|acb|vpbank|tpbank|sacombank"
    r"|vietinbank))\b"
)
"""What the words before a number say that it is; the nearest one counts."""
CUE_REACH = 45
MONEY = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
MOST_DIGITS = 19
WIDEST_GAP = 3
SHORTEST_ACCOUNT = 6
IDENTITY_DIGITS = 12
OLD_IDENTITY_DIGITS = 9
FOREIGN = range(9, 16)
"""Digits of a phone number that is written with its country's code."""


class _Piece(msgspec.Struct, frozen=True):
    """A digit, several, or a word that means one."""

    start: int
    end: int
    digits: str
    word: bool = False


def _numbers(folded: str, _text: str, _map: Mapped) -> Found:
    for run in _runs(folded):
        if sum(len(piece.digits) for piece in run) < SHORTEST_ACCOUNT:
            continue
        place = 0
        while place < len(run):
            first = run[place]
            before = folded[max(0, first.start - 60) : first.start]
            length, kind = _read(run[place : place + MOST_DIGITS], before)
            end = run[place + length - 1].end
            if kind and not _is_money(kind, folded[first.start : end]):
                yield first.start - _ahead(before, folded[first.start : end]), end, kind
            place += length


def _is_money(kind: ContactType, written: str) -> bool:
    return kind is ContactType.BANK_ACCOUNT and MONEY.fullmatch(written) is not None


def _ahead(before: str, written: str) -> int:
    """Return how many signs before a number belong to it: `+`, and a bracket that it closes."""
    plus = before.endswith("+")
    bracket = ")" in written and before[: len(before) - plus].endswith("(")
    return plus + bracket


def _runs(folded: str) -> Iterator[list[_Piece]]:
    """Yield digit-like pieces that stand together, dates and times left out."""
    run: list[_Piece] = []
    for piece in _pieces(folded, _dates(folded)):
        if run and (piece is None or not _touches(folded, run[-1], piece)):
            yield run
            run = []
        if piece:
            run.append(piece)
    if run:
        yield run


def _dates(folded: str) -> list[tuple[int, int]]:
    """Return where dates and times stand: each begins with a run of digits."""
    spans: list[tuple[int, int]] = []
    for digits in DIGITS.finditer(folded):
        begins = not spans or digits.start() >= spans[-1][1]
        if begins and (date := DATE.match(folded, digits.start())):
            spans.append(date.span())
    return spans


def _touches(folded: str, before: _Piece, after: _Piece) -> bool:
    gap = folded[before.end : after.start]
    return len(gap) <= WIDEST_GAP and bool(GAP.match(gap))


def _pieces(folded: str, dates: list[tuple[int, int]]) -> Iterator[_Piece | None]:
    """Yield digits and words that mean some; None within a date.

    Other words are passed over: their letters part what they stand between.
    """
    pending = iter(dates)
    date = next(pending, None)
    for match in PIECE.finditer(folded):
        while date and date[1] <= match.start():
            date = next(pending, None)
        yield None if date and date[0] <= match.start() else _piece(match, folded)


def _piece(match: re.Match[str], folded: str) -> _Piece | None:
    token = match.group()
    if token[0].isdigit():
        # `123o` at a word's start belongs to the word, `09o5` to the number.
        digits = token if match.end() == len(folded) or not folded[match.end()].isalpha() else ""
        return _Piece(match.start(), match.end(), digits.replace("o", "0")) if digits else None
    if match.start() and WITHIN.match(folded, match.start() - 1):
        return None
    digit = WORDS.get(token) or "0" * len(token)
    return _Piece(match.start(), match.end(), digit, word=True)


def _read(pieces: list[_Piece], before: str) -> tuple[int, ContactType | None]:
    """Return how many of `pieces` make one number, and its type (None: the first is no number)."""
    digits = ""
    spelled = False
    best: tuple[int, ContactType | None] = (1, None)
    cue = _cue(before[-CUE_REACH:])
    plus = before.endswith("+")
    for length, piece in enumerate(pieces, 1):
        digits += piece.digits
        spelled |= piece.word
        if len(digits) > MOST_DIGITS:
            break
        if kind := _kind(digits, cue, plus=plus, spelled=spelled):
            best = (length, kind)
    return best


def _cue(before: str) -> str | None:
    """Return the name of the nearest cue in the words before a number, None without one."""
    last = None
    for match in CUE.finditer(before):
        last = match
    return last.lastgroup if last else None


def _kind(digits: str, cue: str | None, *, plus: bool, spelled: bool) -> ContactType | None:
    if cue == "identity" and len(digits) in {OLD_IDENTITY_DIGITS, IDENTITY_DIGITS}:
        return ContactType.IDENTITY
    if cue == "account" and len(digits) >= SHORTEST_ACCOUNT and not spelled:
        return ContactType.BANK_ACCOUNT
    if _is_phone(digits, plus=plus):
        return ContactType.ZALO if cue == "zalo" else ContactType.PHONE
    if cue == "transfer" and len(digits) >= OLD_IDENTITY_DIGITS and not spelled:
        return ContactType.BANK_ACCOUNT
    if len(digits) == IDENTITY_DIGITS and digits[0] == "0" and not spelled:
        return ContactType.IDENTITY
    return None


def _is_phone(digits: str, *, plus: bool) -> bool:
    if plus and len(digits) in FOREIGN:
        return True
    local = "0" + digits.removeprefix("00")[2:] if digits.startswith(("84", "0084")) else digits
    return bool(MOBILE.fullmatch(local.replace("00", "0", 1) if local.startswith("00") else local))
