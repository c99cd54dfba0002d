"""Rules as weighted cues: what they look for, and how a score comes of it.

The score is the logistic function of the bias plus the weights of the cues that were found.
"""

import math
import re
from collections.abc import Sequence
from itertools import islice

import msgspec

from kiemchung.records import Signal
from kiemchung.text import fold_text
from kiemchung.vocabulary import SignalLabel
from nlp.features import Features

MOST_SPANS = 6
QUOTED = 0.2
"""What a cue within quotation marks still weighs."""


class Cue(msgspec.Struct, frozen=True):
    """Phrases with a weight, counted at most `most` times.

    `reason` is a code of `kiemchung.reasons`; "" for cues that calm. `marked` is for texts written
    with diacritics, over their marked words; `folded` for the others; `plain` for both.
    """

    reason: str
    weight: float
    plain: re.Pattern[str] | None
    marked: re.Pattern[str] | None
    folded: re.Pattern[str] | None
    most: int

    def places(self, features: Features) -> list[tuple[int, int]]:
        """Return the first `most` spans of the text in which a phrase stands."""
        pairs = [(self.plain, features.folded)]
        if features.is_marked:
            pairs.append((self.marked, features.marked))
        else:
            pairs.append((self.folded, features.folded))
        return [
            features.place(joined, *match.span())
            for pattern, joined in pairs
            if pattern
            for match in islice(pattern.finditer(joined.text), self.most)
        ][: self.most]


class Found(msgspec.Struct, frozen=True):
    """What the cues of one detector found in one text."""

    logit: float
    spans: tuple[tuple[str, int, int], ...]
    reasons: frozenset[str]


def cue(reason: str, weight: float, *phrases: str, most: int = 1) -> Cue:
    """Make a cue of alternatives; each is a regular expression over words.

    A space in a phrase is the one space between words; `_` stands for up to three words between.
    A phrase with marks is looked for with its marks where the text has marks, and folded where it
    has none; one that begins with `!` is ambiguous without marks and only looked for with them, one
    that begins with `~` is looked for in texts without marks alone.
    """
    with_marks = [phrase.removeprefix("!") for phrase in phrases if not phrase.isascii()]
    folded = [fold_text(p) for p in phrases if not p.isascii() and p[0] != "!"]
    folded += [phrase[1:] for phrase in phrases if phrase[0] == "~"]
    plain = [phrase for phrase in phrases if phrase.isascii() and phrase[0] != "~"]
    return Cue(reason, weight, _compile(plain), _compile(with_marks), _compile(folded), most)


def _compile(phrases: Sequence[str]) -> re.Pattern[str] | None:
    if not phrases:
        return None
    alternatives = "|".join(phrase.replace(" _ ", r" (?:\S+ ){0,3}") for phrase in phrases)
    return re.compile(rf"(?<!\S)(?:{alternatives})(?!\S)")


def find(features: Features, cues: Sequence[Cue], bias: float) -> Found:
    """Add up what `cues` find in a text."""
    logit = bias
    spans: list[tuple[str, int, int]] = []
    for each in cues:
        places = each.places(features)
        # What is only quoted is mostly told about, not said.
        said = [place for place in places if not features.is_quoted(place)]
        if each.reason and not said:
            logit += QUOTED * each.weight * len(places)
            continue
        logit += each.weight * len(places)
        if each.reason:
            spans.append((each.reason, *said[0]))
    return Found(logit, tuple(spans), frozenset(reason for reason, _, _ in spans))


def score(logit: float) -> float:
    """Return the logistic function of `logit`, rounded so that every machine agrees."""
    return round(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit)))), 4)


def signals(
    name: str, version: str, label: SignalLabel, found: Found, features: Features
) -> list[Signal]:
    """Turn what was found into signals: one a span, or one on the whole post; all of one score."""
    spans = found.spans[:MOST_SPANS] or (("", 0, len(features.text)),)
    return [
        Signal(
            detector=name,
            version=version,
            label=label,
            score=score(found.logit),
            start=start,
            end=end,
            reason=reason,
        )
        for reason, start, end in spans
    ]


# What calms every detector of harm. Opinion and satire are never a class, a score or a field: they
# only take away from a harm's own score (boundary 5).
WARNS = cue(
    "",
    -2.6,
    "cảnh báo",
    "cảnh giác",
    "lừa đảo",
    "thủ đoạn",
    "chiêu trò",
    "!chiêu",
    "mạo danh",
    "giả danh",
    "giả mạo",
    "tin giả",
    "sai sự thật",
    "bác bỏ",
    "!không có chuyện",
    "không hề có",
    "đính chính",
    "kiểm chứng",
    "đừng (?:có )?tin",
    "chưa có bằng chứng",
    "không có bằng chứng",
    "không có cơ sở",
    "!không đúng",
    "!(?:là|nói|viết) sai",
    "đừng (?:bấm|nhập|chuyển tiền|cung cấp|mắc lừa)",
    "không (?:bấm|nhập|cung cấp) _ (?:link|mã|mật khẩu|otp|đường)",
    "kẻ gian",
    "đối tượng",
    "nạn nhân",
    "bị lừa",
    "lừa được",
    "thông tin sai",
    "tin đồn",
    "sập bẫy",
    "dính bẫy",
    "!bẫy",
    "kịch bản",
    "tự xưng",
    "!kẻ (?:gọi|xưng|lạ mặt|xấu)",
    "nhận được (?:tin nhắn|cuộc gọi)",
    "hội (?:bảo vệ )?người tiêu dùng",
    "lời đồn",
    "!thực tế",
    "!thật ra",
    "!may mà",
    "quảng cáo này",
    "đã xác minh",
    "hóa đơn gốc",
    "!nhái",
    "!bịa",
    "không phải vậy",
    "chưa có nghiên cứu",
    "xếp hạng",
    "chúng tôi (?:đã )?(?:tra|hỏi|xác minh|liên hệ)",
    "!bạn đọc",
    "thổi phồng",
    most=3,
)
ASKS = cue(
    "",
    -2.0,
    "!có thật (?:không|vậy|hay)",
    "!thật không",
    "!có phải",
    "!có đúng không",
    "!hay lừa",
    "!ai biết",
    "cho hỏi",
    "hỏi thật",
    "!có ai",
    "!phải không",
    "hỏi xin",
    "!có nên",
    "!là sao",
    "có tin được",
    "nghi quá",
    "khả nghi",
    "co that khong",
    "ai bi giong",
    "!ai bị giống",
    "mọi người thấy sao",
    most=2,
)
TELLS = cue(
    "",
    -1.5,
    "!theo (?:ông|bà|anh|chị|bác sĩ|cơ quan|công an|đại diện|trung tâm|sở|bộ|thông báo|tin từ)",
    "cho biết",
    "cho hay",
    "phóng viên",
    "phát biểu",
    "kết luận",
    "khởi tố",
    "trao đổi với",
)
PLAYS = cue(
    "",
    -2.0,
    "chuyện cà kê",
    "nói chơi",
    "đùa thôi",
    "đùa chút",
    "châm biếm",
    "haha",
    "hihi",
    "kaka",
    "keke",
    "chuyện cười",
    "truyện cười",
    "tiếu lâm",
)
