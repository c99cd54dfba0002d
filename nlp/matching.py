"""Matching of posts to published fact-checks, with stance. When unsure: not found.

A claim's words weigh by how rare they are among the claims. A post matches when a window of its
words holds enough of that weight, single words and pairs of neighbours alike.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from kiemchung.records import STRONG, SUGGESTED, FactCheck, Match
from kiemchung.text import fold_text, normalise
from kiemchung.vocabulary import MatchState, Stance
from nlp.cues import cue
from nlp.features import WORD, Features

VERSION = "2"
WINDOW = 60
STEP = 20
"""Words of a post that are compared with a claim at once, and how far the window moves on."""
SHORTEST_CLAIM = 5
COMMON_SHARE, MEASURE_SHARE = 0.15, 0.4
"""What function words, numbers and dates weigh: a date or a count alone is no claim."""
FEWEST_TOLD = 0.4
"""Share of the words that say what is claimed; names, numbers and dates are not the claim."""
NAME = re.compile(r"(?<=[^\W_] )[A-ZÀ-ỸĐ][^\W_]*")
CANDIDATES = 20
PAIR_SHARE = 0.35
NEAR_WORDS = 5
NEGATIONS = frozenset({"khong", "chang", "sai", "lao"})
FEWEST_PAIRS = 0.1
"""Share of the claim's pairs of words that must stand together: single words say little."""
SLOPE, MIDDLE = 12.0, 0.34
# fmt: off
MEASURES = frozenset((
    "ngay", "thang", "nam", "gio", "tuan", "thu", "sang", "chieu", "toi", "dem", "do", "tinh",
    "huyen", "xa", "phuong", "trieu", "nghin", "ngan", "ty", "dong",
))
# fmt: on
"""Folded words of dates, amounts and places."""
# fmt: off
COMMON = frozenset((
    "bi", "ca", "cac", "chi", "cho", "co", "con", "cua", "cung", "da", "dang", "de", "den",
    "do", "duoc", "hay", "hoac", "it", "khi", "khong", "la", "lai", "len", "ma", "moi", "mot",
    "nay", "nen", "neu", "nguoi", "nhieu", "nhu", "nhung", "o", "phai", "qua", "ra", "rang",
    "rat", "roi", "se", "tai", "them", "theo", "thi", "trong", "tu", "va", "vao", "ve", "voi",
    "xuong",
))
# fmt: on
"""Folded function words: they say little about a claim."""


class Claim(msgspec.Struct, frozen=True):
    """A fact-check's claim as it is compared: the weight of each word and of each pair.

    `told` are the words that say what is claimed: no names, numbers, dates or function words.
    """

    check: FactCheck
    words: dict[str, float]
    pairs: dict[str, float]
    told: frozenset[str]


class Matcher:
    """An index of claims. Build once a batch; `match` reads it only."""

    def __init__(self, checks: Sequence[FactCheck]) -> None:
        """Index `checks`; claims of fewer than SHORTEST_CLAIM words are left out."""
        usable = [(check, _words(check.claim)) for check in checks]
        usable = [(check, words) for check, words in usable if len(words) >= SHORTEST_CLAIM]
        frequency = Counter(word for _, words in usable for word in set(words))
        self._claims = [_claim(check, words, frequency, len(usable)) for check, words in usable]
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for number, claim in enumerate(self._claims):
            for word in claim.words:
                self._by_word[word].append(number)

    def match(self, features: Features) -> tuple[Match, ...]:
        """Return the matches of a post, best first; () when none is sure enough to be named."""
        found = [
            match
            for claim in self._candidates(features)
            if (match := _compare(features, claim)) is not None
        ]
        return tuple(sorted(found, key=lambda match: (-match.score, match.fact_check)))

    def _candidates(self, features: Features) -> list[Claim]:
        weights: dict[int, float] = defaultdict(float)
        for word in set(features.words):
            for number in self._by_word.get(word, ()):
                weights[number] += self._claims[number].words[word]
        best = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:CANDIDATES]
        return [self._claims[number] for number, _ in best]


def _words(text: str) -> list[str]:
    return WORD.findall(fold_text(text))


def _claim(check: FactCheck, words: list[str], frequency: Counter[str], total: int) -> Claim:
    def weight(word: str) -> float:
        rare = math.log(1 + (total + 8) / (frequency[word] + 0.5))
        if word in COMMON:
            return COMMON_SHARE * rare
        return MEASURE_SHARE * rare if word.isdigit() or word in MEASURES else rare

    singles = {word: weight(word) for word in words}
    pairs = {f"{a} {b}": weight(a) + weight(b) for a, b in pairwise(words)}
    names = _names(check.claim)
    told = frozenset(w for w in words if w not in names and not _measures(w))
    return Claim(check, _shares(singles), _shares(pairs), told)


def _measures(word: str) -> bool:
    return word.isdigit() or word in MEASURES or word in COMMON


def _names(claim: str) -> frozenset[str]:
    """Return the folded words that are names: written with a capital letter within a sentence."""
    words = NAME.findall(claim)
    return frozenset(fold_text(word) for word in words)


def _shares(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values()) or 1.0
    return {key: value / total for key, value in weights.items()}


def _compare(features: Features, claim: Claim) -> Match | None:
    words = features.words
    best, place = 0.0, 0
    for start in range(0, max(1, len(words) - WINDOW + STEP), STEP):
        held = _held(words[start : start + WINDOW], claim)
        if held > best:
            best, place = held, start
    score = round(1 / (1 + math.exp(-SLOPE * (best - MIDDLE))), 4)
    if score < SUGGESTED:
        return None
    start, end = _span(features, claim, place)
    state = MatchState.STRONG if score >= STRONG else MatchState.SUGGESTED
    stance = _stance(features, claim, start, end)
    return Match(
        fact_check=claim.check.id, score=score, stance=stance, state=state, start=start, end=end
    )


def _held(window: list[str], claim: Claim) -> float:
    """Return which share of the claim's weight `window` holds, 0 to 1."""
    present = set(window)
    singles = sum(weight for word, weight in claim.words.items() if word in present)
    couples = {f"{a} {b}" for a, b in pairwise(window)}
    pairs = sum(weight for pair, weight in claim.pairs.items() if pair in couples)
    told = len(present & claim.told) / max(1, len(claim.told))
    if pairs < FEWEST_PAIRS or told < FEWEST_TOLD:
        return 0.0
    return (1 - PAIR_SHARE) * singles + PAIR_SHARE * pairs


def _span(features: Features, claim: Claim, place: int) -> tuple[int, int]:
    """Return the span from the first to the last word of the claim within the window."""
    words, wanted = features.words, claim.words.keys() - COMMON
    if features.is_marked:
        # `thứ` is no word of `ung thư`, though both fold alike.
        marked = frozenset(WORD.findall(normalise(claim.check.claim).lower()))
        words = [
            folded if word in marked else ""
            for folded, word in zip(words, features.marked.words, strict=True)
        ]
    window = words[place : place + WINDOW]
    hits = [i for i, word in enumerate(window) if word in wanted] or [0, len(window) - 1]
    return features.spans[place + hits[0]][0], features.spans[place + hits[-1]][1]


# --- stance -------------------------------------------------------------------------------------

DENIES = cue(
    "",
    1.0,
    "tin giả",
    "sai sự thật",
    "bác bỏ",
    "!không có chuyện",
    "không hề có",
    "!không đúng",
    "!không phải vậy",
    "đính chính",
    "đừng (?:có )?tin",
    "chưa có (?:bằng chứng|nghiên cứu|thử nghiệm)",
    "không có (?:bằng chứng|cơ sở|thử nghiệm|nghiên cứu)",
    "thông tin sai",
    "tin đồn thất thiệt",
    "tin thất thiệt",
    "!bịa",
    "!tầm bậy",
    "!tào lao",
    "xạo",
    "!không (?:thể )?(?:thay|chữa|gây|làm|liên quan|nứt|vỡ|có (?:vụ|cháu|trường hợp|dấu hiệu|ai))",
    "lừa đảo",
    "!không (?:ai|nhà khoa học nào) (?:dự báo|đoán)",
    "gây hiểu nhầm",
    "!xếp hạng sai",
    "!lừa đó",
    "cảnh báo",
    "!thiếu cơ sở",
    "!không có thật",
    "!sự thật là",
    "!không phát",
    "!vẫn (?:bình thường|an toàn|hoạt động)",
    "!chưa (?:từng )?ghi nhận",
    "khẳng định không",
    "!không có (?:cháu|em|trẻ|bé|học sinh) nào",
    "!không (?:tặng|phát|thu) (?:tiền|qua)",
    "!dấu gây",
    "tin vịt",
    "tung tin",
    "fake(?: news)?",
    "false",
    "!(?:là|nói|viết) sai",
    "xin lỗi (?:vì|về) (?:đã )?(?:đăng|chia sẻ|tập|bài|tin|video|clip)",
    "gỡ (?:bài|tập|tin|video|clip)",
    "!sai (?:hoàn toàn|rồi|nhé|nha|bét|sự thật|hết)",
    "!(?:điều|tin|chuyện) (?:này|đó|ấy) (?:là )?(?:sai|không)",
    "!không có (?:thật|đâu|vết nứt)",
    "~khong (?:dung|co that|co chuyen|phai|he|co dau|nut|vo)",
    "~bia dat",
    "~(?:la )?sai(?: su that| hoan toan| roi| nha| nhe)?",
    "~tin gia",
    "~yen tam",
)


DISCUSSES = cue(
    "",
    1.0,
    "!có thật (?:không|vậy|hay)",
    "!thật không",
    "!có đúng không",
    "!có phải",
    "!phải không",
    "co that khong",
    "cho hỏi",
    "!ai biết",
    "đang lan truyền",
    "nghe đồn",
    "đồn rằng",
    "!tin đồn",
    "!thật hay",
    "khách hàng hỏi",
    "!có nên",
    "!liệu",
)


def _stance(features: Features, claim: Claim, start: int, end: int) -> Stance:
    """Read the stance from the whole post: a denial mostly stands before or behind the claim.

    Without marks a denial is easily missed (`chua` is *chữa* and *chưa*), so a negation near the
    claim that the claim itself doesn't have makes the stance `discusses`: when unsure, no flag.
    """
    if DENIES.places(features) or DENIES.places(Features(features.title)):
        return Stance.DENIES
    asks = DISCUSSES.places(features) or "?" in features.title
    if asks or features.is_quoted((start, end)) or _is_unclear(features, claim, start, end):
        return Stance.DISCUSSES
    return Stance.REPEATS


def _is_unclear(features: Features, claim: Claim, start: int, end: int) -> bool:
    if features.is_marked:
        return False
    inside = [i for i, (begin, _) in enumerate(features.spans) if start <= begin < end]
    near = features.words[max(0, inside[0] - NEAR_WORDS) : inside[-1] + 1 + NEAR_WORDS]
    return bool((NEGATIONS & set(near)) - claim.words.keys())
