"""Lines that only say who wrote, without any mark: told by their shape, at both ends of a message.

A name is two to five capitalised words, or initials. Places and slogans can look like one; where
nothing but such words stands alone behind the last full stop, it is who signed (boundary 1).
"""

import re
import unicodedata
from collections.abc import Iterable

from crawlers.syllables import is_syllable
from kiemchung.ratings import MARKED

LENGTH, ENGLISH = 90, 60
WORDS = range(1, 6)
LAST_LINES, FIRST_LINES = 3, 3
LONG, SHORT = 60, 120
RUN = 3
"""More lines like names in a row than this are a list of people, which is content."""

TITLES = re.compile(
    r"\A(?:(?:bác sĩ|bs|bscki{1,2}|ths|thạc sĩ|ts|tiến sĩ|pgs|gs|giáo sư|dược sĩ|ds|luật sư|ls|"
    r"nhà báo|(?:nhóm )?phóng viên|(?:nhóm )?pv|ctv|cộng tác viên|chuyên gia|by|dr|prof)\b"
    r"[.:,]*\s*)+",
    re.IGNORECASE,
)
"""What stands before the name of who signs."""
LABEL = re.compile(
    r"\A(?:theo|nguồn(?: tin| bài)?|tác giả|(?:tin|bài|chùm)(?:(?:,| và|,? ?-| &) ?ảnh)?|"
    r"ảnh(?:, video)?|video|clip|đồ họa|trình bày|thiết kế|thực hiện|nội dung|ghi chép|biên tập|"
    r"biên soạn|(?:lược |biên )?dịch|sưu tầm|tổng hợp|text|words|photos?|story|reporting|edited)\b"
    r"\s*(?:của|by)?\s*[:：]?\s*",
    re.IGNORECASE,
)
"""What a part of a signature may begin with."""
ASIDE = re.compile(r"\s*[(\[][^()\[\]]{0,60}[)\]][\s.]*\Z")
HOW = re.compile(
    r"[\s,(–-]+(?:tổng hợp|theo|ghi|lược (?:dịch|ghi|thuật)|biên (?:dịch|soạn|tập)|dịch|thực hiện|"
    r"sưu tầm|t/h|via)\b[^.!?]{0,50}\Z",
    re.IGNORECASE,
)
"""What may stand behind a name: how the text was made, and from what."""
NO_NAME = re.compile(
    r"(?:e-?mail\s*:?\s*)?[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+|"
    r"(?:ngày )?\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{4})?|\d{1,2}[:h]\d{2}",
    re.IGNORECASE,
)
"""Addresses and days, which may stand beside a name."""
SEPARATORS = re.compile(r"\s+[-–—]+\s+|\s*[–—,/&|;+•·]\s*|\s+(?:và|and)\s+")
VERDICTS = frozenset(MARKED.whole)
"""What fact-checkers stamp under a text, in words like names."""
AROUND = " *–—->_\"“”'.()[]"
INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.\s?){1,4}[^\W\d_]{0,7}\.?")
ACCOUNT = re.compile(
    r"tài khoản|\bs?tk\b|ngân hàng|bank|momo|chuyển khoản|\d{6}|:\s*\Z", re.IGNORECASE
)
"""What stands before the name of an account's holder, which is part of a message."""
ENDED = re.compile(r"[.!?…][\"”’')\]]*(?:/\.)?\s*\Z")
STOP = re.compile(r"(?<=[^\W\d_])([.!?…][\"”’')\]]*(?:/\.)?)\s+(?=[(*\-–—]?\s?[^\W\d_])")
ABBREVIATED = re.compile(r"(?:\b(?i:tp|tx|tt|bs|ths|ts|pgs|ks|st|mr|mrs|ms|dr|vs|no)|[A-ZĐ])\Z")
HANDLE = re.compile(r"\s*[—–-]{1,2}\s?.{1,80}\(@[\w.]+\)")
"""What stands under an embedded post: whose it is."""
SURNAMES = re.compile(
    r"(?:nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|đào|đoàn|vương|"
    r"trịnh|trương|đinh|lâm|phùng|mai|tô|hà|tạ|lương|quách|thái|chu|châu|đàm|thạch|kiều|khúc|tống|"
    r"lưu|cao|nghiêm|doãn|triệu|ninh|kim|từ|văn|quang|la|mạc|âu|đồng|khổng|thân|vi|hứa|tăng|giang)"
)


def unsigned(lines: Iterable[str]) -> list[str]:
    """Return `lines` without those that only say who wrote, at both ends; never without all."""
    kept = [line for line in lines if not HANDLE.match(line)]
    run = 0
    while run < len(kept) and is_signature(kept[-1 - run]):
        run += 1
    if run <= RUN and run < len(kept) and not _is_account(kept[-1 - run]):
        del kept[len(kept) - run :]
    if kept:
        kept[-1] = _without_name(kept[-1])
    return _without_firsts(_without_lasts(kept))


def is_signature(line: str) -> bool:
    """Tell whether `line` has the shape of one: names, and at most how the text was made."""
    if not 0 < len(line) <= (ENGLISH if line.isascii() else LENGTH) or line[-1] in "!?:":
        return False
    line = unicodedata.normalize("NFC", line).lstrip(AROUND)
    bare = NO_NAME.sub("", HOW.sub("", ASIDE.sub("", line)))
    if not bare.strip(AROUND):
        return True
    if bare.strip(AROUND).lower().removeprefix("tin ") in VERDICTS:
        return False
    parts = [part.strip(AROUND) for part in SEPARATORS.split(bare)]
    parts = [named for part in parts if (named := _unlabelled(part))]
    if not parts:
        return bool(LABEL.match(line) or TITLES.match(line))
    return _is_name(parts[0]) and all(part[:1].isupper() and _few(part) for part in parts[1:])


def _unlabelled(part: str) -> str:
    return TITLES.sub("", LABEL.sub("", part)).strip()


def _few(part: str) -> bool:
    return len(part.split()) in WORDS


def _is_name(text: str) -> bool:
    if INITIALS.fullmatch(text):
        return True
    words = text.split()
    return len(words) in WORDS and all(map(_is_name_word, words))


def _is_name_word(word: str) -> bool:
    return (word[0].isupper() and word.replace("-", "").isalpha()) or bool(
        INITIALS.fullmatch(word) and word[0].isupper()
    )


def _is_full_name(line: str) -> bool:
    """Tell a line of two words and more, or of initials: a shape that is hardly anything else."""
    return is_signature(line) and (" " in line.strip() or INITIALS.fullmatch(line) is not None)


def _is_account(line: str) -> bool:
    return ENDED.search(line) is None and ACCOUNT.search(line) is not None


def _without_name(line: str) -> str:
    """Return the last line without the name behind its last full stop."""
    start = max(0, len(line) - LENGTH)
    for stop in STOP.finditer(line, start):
        if ABBREVIATED.search(line[start : stop.start()]) or not _is_full_name(line[stop.end() :]):
            continue
        return line[: stop.end(1)]
    return line


def _without_lasts(lines: list[str]) -> list[str]:
    """Leave out a name that stands behind a full stop, and before nothing but short lines."""
    for i in range(len(lines) - 2, max(0, len(lines) - 1 - LAST_LINES), -1):
        if len(lines[i + 1]) > SHORT:
            break
        if ENDED.search(lines[i - 1]) and _is_full_name(lines[i]) and _is_vietnamese(lines[i]):
            return [*lines[:i], *lines[i + 1 :]]
    return lines


def _is_vietnamese(line: str) -> bool:
    """Tell names from the titles of chapters, which are written like names in English alone."""
    words = unicodedata.normalize("NFC", line).lower().split()
    if SURNAMES.fullmatch(words[0]):
        return True
    return not line.isascii() and not line.isupper() and all(map(is_syllable, words))


def _without_firsts(lines: list[str]) -> list[str]:
    """Leave out a name that stands above the first paragraphs."""
    for i, line in enumerate(lines[: min(FIRST_LINES, len(lines) - 1)]):
        if len(lines[i + 1]) >= LONG and _is_full_name(line) and _is_vietnamese(line):
            return [*lines[:i], *lines[i + 1 :]]
    return lines
