"""A publisher's rating, in the publisher's own words, normalised to one of five.

Words decide; numbers only where the words say nothing. What is not understood is `other`: never
guess `false`, since a flag may stand on it.
"""

import re
from typing import Any

from kiemchung.text import fold_text, normalise
from kiemchung.vocabulary import Rating

VIETNAMESE: dict[Rating, str] = {
    Rating.UNPROVEN: (
        "chưa có cơ sở|không có cơ sở|thiếu cơ sở|chưa có căn cứ|không có căn cứ|thiếu căn cứ|"
        "chưa kiểm chứng|chưa được kiểm chứng|"
        "chưa xác thực|chưa được xác thực|chưa xác minh|chưa được xác minh|chưa rõ|không rõ|"
        "chưa đủ bằng chứng|thiếu bằng chứng|không có bằng chứng|chưa có bằng chứng|"
        "chưa thể kết luận|không thể kiểm chứng|chưa thể xác định"
    ),
    Rating.MISLEADING: (
        "gây hiểu nhầm|gây hiểu lầm|dễ gây hiểu nhầm|dễ gây hiểu lầm|đánh lạc hướng|"
        "sai một phần|một phần sai|đúng một phần|một phần đúng|sai lệch|thiếu ngữ cảnh|"
        "thiếu bối cảnh|sai ngữ cảnh|sai bối cảnh|cắt ghép|phóng đại|nửa thật nửa giả|"
        "nửa đúng nửa sai|vừa đúng vừa sai|phần lớn đúng"
    ),
    Rating.FALSE: (
        "sai|sai sự thật|sai hoàn toàn|hoàn toàn sai|phần lớn sai|không đúng|không đúng sự thật|"
        "không chính xác|không có thật|không phải sự thật|giả|giả mạo|tin giả|bịa đặt|tin đồn sai"
    ),
    Rating.TRUE: "đúng|đúng sự thật|đúng hoàn toàn|hoàn toàn đúng|chính xác|sự thật|có thật|thật",
}
ENGLISH: dict[Rating, str] = {
    Rating.UNPROVEN: (
        "unproven|unverified|unsupported|no evidence|lacks evidence|insufficient evidence|"
        "not proven|inconclusive|unfounded"
    ),
    Rating.MISLEADING: (
        "misleading|partly false|partially false|partly true|partially true|half true|half-true|"
        "mostly true|mixture|mixed|missing context|lacks context|out of context|exaggerated|"
        "distorted|altered"
    ),
    Rating.FALSE: (
        "false|mostly false|fake|incorrect|untrue|not true|inaccurate|fabricated|hoax|pants on fire"
    ),
    Rating.TRUE: "true|correct|accurate|confirmed",
}
AMBIGUOUS = frozenset({"sai", "gia", "dung", "that"})
"""Bare, these are other words too (`giá`, `dùng`, English `that`): they count only alone."""
ALONE = frozenset(
    form(words)
    for words in ("chưa có căn cứ", "không có căn cứ", "thiếu căn cứ")
    for form in (normalise, fold_text)
)
"""With more words behind them ("… để nói là sai") these leave open what they alone decide."""
LABEL = re.compile(r"(?:đánh giá|kết luận|xếp hạng|danh gia|ket luan|rating|verdict)\s*[:\-–—]\s*")
UNSURE = re.compile(
    r"(?<![^\W_])(?:không|chưa|chẳng|khong|chua|chang|not|never|no|isn't|cannot|can't|couldn't|"
    r"có thể|có lẽ|co the|co le|liệu|lieu|may|might|could|whether|if|possibly|probably)\b"
)
"""Before a word, in its clause, these turn it around or leave it open."""
CLAUSE = re.compile(r"[,.;:!?…]")
OPEN = re.compile(r"\s*\?|\s+(?:hay|or)\s")
"""Behind a word, these make a question of it."""
NUMBER = re.compile(r"-?\d{1,6}(?:\.\d{1,6})?\Z")
EDGE = 0.2
"""Share of a numeric scale, at either end, that counts as false or true."""
ORDER = (Rating.UNPROVEN, Rating.MISLEADING)


def _words(*, marked: bool) -> dict[str, Rating]:
    form = normalise if marked else fold_text
    words: dict[str, Rating] = {}
    for rating, vietnamese in VIETNAMESE.items():
        forms = map(form, vietnamese.split("|"))
        words |= dict.fromkeys([*forms, *ENGLISH[rating].split("|")], rating)
    return words


def _pattern(words: dict[str, Rating], rating: Rating | None = None) -> re.Pattern[str]:
    chosen = [word for word in words if rating in {None, words[word]}]
    longest_first = sorted(chosen, key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, longest_first))})(?![^\W_])")


class _Lexicon:
    """The words in one form, marked or bare."""

    def __init__(self, *, marked: bool) -> None:
        self.whole = _words(marked=marked)
        unsure = ALONE if marked else ALONE | AMBIGUOUS
        inside = {word: rating for word, rating in self.whole.items() if word not in unsure}
        self.first = _pattern(inside)
        self.kinds = {rating: _pattern(inside, rating) for rating in ORDER}


MARKED = _Lexicon(marked=True)
BARE = _Lexicon(marked=False)


def rating_of(words: str, value: Any = None, worst: Any = None, best: Any = None) -> Rating:
    """Return the rating that a publisher's `words` mean.

    Where they say nothing, `value` between `worst` and `best` decides: the lowest fifth is false,
    the highest true, what lies between misleading. Without words and scale: `other`.
    """
    plain = " ".join(normalise(words).casefold().replace("_", " ").split())
    if plain.endswith("?"):
        return Rating.OTHER
    said = LABEL.sub("", plain).strip(" .!:;\"'“”()[]*")
    if NUMBER.match(said):
        return _on_scale(_number(said if value is None else value), _number(worst), _number(best))
    if said:
        return _read(said, BARE if said.isascii() else MARKED)
    return _on_scale(_number(value), _number(worst), _number(best))


def _read(said: str, lexicon: _Lexicon) -> Rating:
    if whole := lexicon.whole.get(said):
        return whole
    for rating, pattern in lexicon.kinds.items():
        if pattern.search(said):
            return rating
    # Of `false` and `true` the first counts: "Sai: sự thật là …", "không đúng" (holds "đúng").
    found = lexicon.first.search(said)
    if found is None or _is_open(said[: found.start()], said[found.end() :]):
        return Rating.OTHER
    return lexicon.whole[found.group()]


def _is_open(before: str, after: str) -> bool:
    """Tell whether the words around turn a rating around, or don't decide ("may be false")."""
    clause = CLAUSE.split(before)[-1]
    return UNSURE.search(clause) is not None or OPEN.match(after) is not None


def _number(value: Any) -> float | None:
    text = str(value).strip().replace(",", ".") if value is not None else ""
    return float(text) if NUMBER.match(text) else None


def _on_scale(value: float | None, worst: float | None, best: float | None) -> Rating:
    if value is None or worst is None or best is None or worst == best:
        return Rating.OTHER
    share = (value - worst) / (best - worst)
    if not 0.0 <= share <= 1.0:
        return Rating.OTHER
    if share <= EDGE:
        return Rating.FALSE
    return Rating.TRUE if share >= 1.0 - EDGE else Rating.MISLEADING
