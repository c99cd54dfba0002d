"""What all detectors share of a text, computed once: folded words with their places."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from kiemchung.masking import MASK
from kiemchung.records import Indicator
from kiemchung.text import fold, fold_text, normalise
from kiemchung.vocabulary import IndicatorType

WORD = re.compile(rf"[^\W_{MASK}]+|{MASK}+|%")
QUOTE = re.compile(r"“[^“”]{1,600}”|\"[^\"]{1,600}\"|«[^«»]{1,600}»")
LONGEST_WORD = 40
TEENCODE = {
    "ko": "không", "k": "không", "k0": "không", "hok": "không", "hong": "không", "hông": "không",
    "kg": "không", "khg": "không", "hem": "không", "kh": "không", "hk": "không", "dc": "được",
    "đc": "được", "dk": "được", "r": "rồi", "rùi": "rồi", "mn": "mọi người", "ng": "người",
    "trg": "trường", "trc": "trước", "ck": "chuyển khoản", "tk": "tài khoản", "vs": "với",
    "ms": "mới", "bít": "biết", "bik": "biết", "kon": "con", "j": "gì", "cn": "công nhân",
    "dt": "điện thoại", "đt": "điện thoại", "sdt": "số điện thoại", "ib": "inbox",
    "nt": "nhắn tin", "ae": "anh em", "mk": "mình", "vô": "vào", "zô": "vào", "xài": "dùng",
    "đừg": "đừng", "nhìu": "nhiều", "thiệt": "thật", "hổng": "không", "chớ": "chứ", "lẹ": "nhanh",
}  # fmt: skip
FOLDED_TEENCODE = {fold_text(word): fold_text(meant) for word, meant in TEENCODE.items()}
MARKED_SHARE = 0.25
"""From this share of words with a mark on, missing marks mean something."""


class Joined:
    """Words with one space between them: `text`, and where each begins in it."""

    def __init__(self, words: Iterable[str], teencode: Mapping[str, str]) -> None:
        """Take words in order; abbreviations become what they mean."""
        self.words = [teencode.get(word, word) for word in (w[:LONGEST_WORD] for w in words)]
        self.text = " ".join(self.words)
        self._starts = [0, *accumulate(len(word) + 1 for word in self.words)]

    def word_at(self, position: int) -> int:
        """Return the number of the word at `position` of `text`."""
        return bisect_right(self._starts, position) - 1


class Features:
    """One text as detectors read it: its words, folded and with marks, joined by single spaces.

    Matching phrases there sees through case, teencode, emoji and punctuation between syllables;
    `place` leads from there back to a verbatim span of `text`.
    """

    def __init__(self, text: str, *, title: str = "", indicators: Sequence[Indicator] = ()) -> None:
        """Take a masked `text` of at most `TEXT_LIMIT` characters."""
        self.text = text
        self.title = title
        self.types = frozenset(indicator.type for indicator in indicators)
        folded = fold(text)
        self.spans = tuple(folded.span(*word.span()) for word in WORD.finditer(folded.text))
        self.folded = Joined(WORD.findall(folded.text), FOLDED_TEENCODE)

    @cached_property
    def marked(self) -> "Joined":
        """Return the lower-case words with their marks."""
        return Joined((normalise(self.text[a:b]).lower() for a, b in self.spans), TEENCODE)

    @cached_property
    def is_marked(self) -> bool:
        """Tell whether the text is written with diacritics."""
        with_marks = sum(not word.isascii() and MASK not in word for word in self.marked.words)
        return with_marks >= MARKED_SHARE * len(self.marked.words)

    def place(self, joined: "Joined", start: int, end: int) -> tuple[int, int]:
        """Return the span of `text` behind `joined.text[start:end]`."""
        first, last = joined.word_at(start), joined.word_at(max(start, end - 1))
        return self.spans[first][0], self.spans[last][1]

    @property
    def words(self) -> list[str]:
        """Return the folded words."""
        return self.folded.words

    @cached_property
    def quotes(self) -> list[tuple[int, int]]:
        """Return the spans of `text` that stand between quotation marks."""
        return [match.span() for match in QUOTE.finditer(self.text)]

    def is_quoted(self, place: tuple[int, int]) -> bool:
        """Tell whether the span `place` of `text` lies within quotation marks."""
        return any(start <= place[0] and place[1] <= end for start, end in self.quotes)

    @cached_property
    def has_contact(self) -> bool:
        """Tell whether the text names a way to reach or pay somebody."""
        return bool(self.types - {IndicatorType.AMOUNT})
