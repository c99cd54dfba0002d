"""Indicators: the eight types of the contract, with the exact spans a reader would copy."""

import re
from collections.abc import Iterator

from kiemchung.masking import Contact, ContactType, find_contacts
from kiemchung.records import Indicator
from kiemchung.text import ZERO_WIDTH, Mapped, fold
from kiemchung.vocabulary import IndicatorType

TLDS = (
    "com|net|org|vn|info|biz|xyz|top|site|online|shop|store|club|vip|cc|me|io|app|link|live|pro|asia|work|icu|"
    "tk|ml|ga|cf|gq|click|fun|win|bet|fit|life|world|website|space|cloud|dev|ly|co|to|gl|us|uk|cn|ru|"
    "example|test|invalid|localhost"
)
DOT = r"(?:\.|\s?\[\s?\.\s?\]\s?|\s?\(\s?\.\s?\)\s?|\s?\((?:cham|dot)\)\s?|\s?\[(?:cham|dot)\]\s?)"
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
SCHEME = re.compile(r"h(?:tt|xx)ps?(?:://|\[:\]//|:\\\\)")
HOST = re.compile(rf"{LABEL}(?:{DOT}{LABEL}){{1,5}}(?::\d{{2,5}})?")
BARE = re.compile(
    rf"(?<![a-z0-9@._-])(?:www\.)?{LABEL}(?:{DOT}{LABEL}){{0,4}}{DOT}(?:{TLDS})(?![a-z0-9-])(?::\d{{2,5}})?"
)
END = re.compile(rf"[.)\]]\s?(?:{TLDS})(?![a-z0-9-])")
"""What every address without a scheme ends on: a quick look before the long one."""
PATH = re.compile(r"[/?#][a-z0-9_\-./?=&%+#~:,;!$*']{0,300}")
TRAILING = ".,;:!?'*"

UNIT = r"(?:ty|trieu|tr|cu|nghin|ngan|k|vnd|dong|d|usd|do la|do|usdt)"
AMOUNT = re.compile(
    r"(?<![a-z0-9.,])"
    r"(?:(?:[$]\s?)?\d{1,3}(?:[.,]\d{3}){1,4}\s?(?:vnd|dong|d|usd|do la|k)(?![a-z0-9])"
    r"|\d{1,3}(?:[.,]\d{3}){2,4}(?![a-z0-9])|[$]\s?\d{1,9}(?![a-z0-9])"
    rf"|\d{{1,9}}(?:[.,]\d{{1,2}})?\s?{UNIT}(?:\s?\d{{1,3}})?(?:\s(?:dong|vnd|d))?(?![a-z0-9]))"
)
FIGURE = re.compile(r"[$\d]")
"""What an amount in figures begins with."""
SPELLED = re.compile(
    r"(?<![a-z0-9])(?:mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|vai|may)(?:\s(?:tram|muoi))?"
    r"\s(?:trieu|ty)(?:\s(?:dong|vnd))?(?![a-z0-9])"
)
MOVES = re.compile(
    r"\b(?:chuyen|ck|nop|dong|coc|nap|phi|nhan|thuong|tang|trung|tri gia|hoan|lai|loi nhuan|mat"
    r"|lua|vay|ho tro|thu nhap|luong|hoa hong|phat|no|rut|den|bo tui|gop|ung ho|muon|tra"
    r"|giai ngan|cuoc|thue|linh|tru|huy giao dich|boi thuong|von|len|con|bop|kiem|the|giup"
    r"|quyen gop|can|du|moi nguoi|cong them|treo)\b"
)
"""Money that is asked for, promised, moved or lost has one of these before it."""
PRICES = re.compile(
    r"(?<!tri )\b(?:gia|ban|niem yet|chi tu|khuyen mai|giam con|thanh ly|dong gia|mua|bia|to pho"
    r"|ca phe)\b[^.\n]{0,24}\Z"
)
BEFORE = 70
NUMBERS = frozenset({ContactType.PHONE, ContactType.BANK_ACCOUNT, ContactType.IDENTITY})


def find_indicators(text: str) -> tuple[Indicator, ...]:
    """Return the indicators of `text` as given (not masked), in order, never overlapping."""
    folded = fold(text, shorten=False)
    return indicators_of(text, find_contacts(text, folded), folded)


def indicators_of(text: str, contacts: list[Contact], folded: Mapped) -> tuple[Indicator, ...]:
    """Return the indicators of `text`, of which `contacts` are known already.

    `folded` is `fold(text, shorten=False)`.
    """
    urls = [_back(text, folded, *span) for span in _urls(folded.text)]
    # A number within an address is part of the address; messenger links and e-mails are not.
    kept = [each for each in contacts if each.type not in NUMBERS or not _lies_in(each, urls)]
    taken = bytearray(len(text) + 1)
    for contact in kept:
        taken[contact.start : contact.end] = b"\x01" * (contact.end - contact.start)
    found = [
        Indicator(type=IndicatorType(contact.type.value), start=contact.start, end=contact.end)
        for contact in kept
        if contact.type not in {ContactType.IDENTITY, ContactType.MENTION}
    ]
    amounts = [_back(text, folded, *span) for span in _amounts(folded.text)]
    for kind, spans in ((IndicatorType.URL, urls), (IndicatorType.AMOUNT, amounts)):
        for begin, stop in spans:
            if not any(taken[begin:stop]):
                taken[begin:stop] = b"\x01" * (stop - begin)
                found.append(Indicator(type=kind, start=begin, end=stop))
    return tuple(sorted(found, key=lambda indicator: indicator.start))


def _lies_in(contact: Contact, urls: list[tuple[int, int]]) -> bool:
    return any(start <= contact.start and contact.end <= end for start, end in urls)


def _back(text: str, folded: Mapped, start: int, end: int) -> tuple[int, int]:
    begin, stop = folded.span(start, end)
    while stop > begin and text[stop - 1] in ZERO_WIDTH:
        stop -= 1
    return begin, stop


def _urls(folded: str) -> Iterator[tuple[int, int]]:
    last = 0
    for scheme in SCHEME.finditer(folded):
        if scheme.start() >= last and (host := HOST.match(folded, scheme.end())):
            last = _path_end(folded, host.end())
            yield scheme.start(), last
    for bare in BARE.finditer(folded) if END.search(folded) else ():
        yield bare.start(), _path_end(folded, bare.end())


def _path_end(folded: str, end: int) -> int:
    path = PATH.match(folded, end)
    if not path:
        return end
    return end + len(path.group().rstrip(TRAILING))


def _amounts(folded: str) -> Iterator[tuple[int, int]]:
    for match in (*_figures(folded), *_spelled(folded)):
        before = folded[max(0, match.start() - BEFORE) : match.start()]
        if not match.group().isdigit() and MOVES.search(before) and not PRICES.search(before):
            yield match.start(), match.start() + len(match.group().rstrip())


def _figures(folded: str) -> Iterator[re.Match[str]]:
    last = 0
    for figure in FIGURE.finditer(folded):
        if figure.start() >= last and (amount := AMOUNT.match(folded, figure.start())):
            last = amount.end()
            yield amount


def _spelled(folded: str) -> Iterator[re.Match[str]]:
    return SPELLED.finditer(folded) if "trieu" in folded or "ty" in folded else iter(())
