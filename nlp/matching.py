"""Matching of posts to published fact-checks, with stance. When unsure: not found.

A claim's words weigh by how rare they are among the claims. A post matches when a window of its
sentences holds enough of that weight, single words and pairs alike; numbers of the claim that the
window replaces by others count against it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from kiemchung.records import STRONG, SUGGESTED, FactCheck, Match, MatchState, Stance
from kiemchung.text import fold_text
from nlp.cues import cue
from nlp.features import WORD, Features

VERSION = "1"
WINDOW = 60
STEP = 20
"""Words of a post that are compared with a claim at once, and how far the window moves on."""
SHORTEST_CLAIM = 5
CANDIDATES = 20
PAIR_SHARE = 0.35
FEWEST_PAIRS = 0.1
"""Share of the claim's neighbouring words that must stand together; single words alone say little."""
SLOPE, MIDDLE = 12.0, 0.37
COMMON = frozenset(
    "va la cua co cho khong duoc voi cac nhung mot nay do khi den de tu trong ra vao nguoi se da dang bi thi ma o len "
    "xuong cung nhu tai ve theo nen rang con hay hoac neu phai rat qua moi chi cac ca them lai roi nhieu it".split()
)


class Claim(msgspec.Struct, frozen=True):
    """A fact-check's claim as it is compared: the weight of each word and pair, and its numbers."""

    check: FactCheck
    words: dict[str, float]
    pairs: dict[str, float]
    numbers: frozenset[str]


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
        weights: Counter[int] = Counter()
        for word in set(features.words):
            for number in self._by_word.get(word, ()):
                weights[number] += self._claims[number].words[word]  # type: ignore[assignment]
        best = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:CANDIDATES]
        return [self._claims[number] for number, _ in best]


def _words(text: str) -> list[str]:
    return WORD.findall(fold_text(text))


def _claim(check: FactCheck, words: list[str], frequency: Counter[str], total: int) -> Claim:
    def weight(word: str) -> float:
        rare = math.log(1 + (total + 8) / (frequency[word] + 0.5))
        return 0.15 * rare if word in COMMON else rare

    singles = {word: weight(word) for word in words}
    pairs = {f"{a} {b}": weight(a) + weight(b) for a, b in zip(words, words[1:], strict=False)}
    numbers = frozenset(word for word in words if word.isdigit())
    return Claim(check, _shares(singles), _shares(pairs), numbers)


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
    stance = _stance(features, start, end)
    return Match(
        fact_check=claim.check.id, score=score, stance=stance, state=state, start=start, end=end
    )


def _held(window: list[str], claim: Claim) -> float:
    """Return which share of the claim's weight `window` holds, 0 to 1."""
    present = set(window)
    singles = sum(weight for word, weight in claim.words.items() if word in present)
    couples = {f"{a} {b}" for a, b in zip(window, window[1:], strict=False)}
    pairs = sum(weight for pair, weight in claim.pairs.items() if pair in couples)
    return (1 - PAIR_SHARE) * singles + PAIR_SHARE * pairs if pairs >= FEWEST_PAIRS else 0.0


def _span(features: Features, claim: Claim, place: int) -> tuple[int, int]:
    """Return the span from the first to the last word of the claim within the window."""
    window = features.words[place : place + WINDOW]
    hits = [i for i, word in enumerate(window) if word in claim.words and word not in COMMON]
    first, last = place + hits[0], place + hits[-1]
    return features.spans[first][0], features.spans[last][1]


# --- stance -------------------------------------------------------------------------------------

DENIES = cue(
    "", 1.0,
    "tin giả", "sai sự thật", "bác bỏ", "!không có chuyện", "không hề có", "!không đúng", "!không phải vậy", "đính chính",
    "đừng (?:có )?tin", "chưa có (?:bằng chứng|nghiên cứu|thử nghiệm)", "không có (?:bằng chứng|cơ sở|thử nghiệm|nghiên cứu)", "thông tin sai", "tin đồn thất thiệt", "tin thất thiệt",
    "bịa", "!tầm bậy", "!tào lao", "xạo", "!không (?:thể )?(?:thay|chữa|gây|làm|liên quan|nứt|vỡ|có (?:vụ|cháu|trường hợp|dấu hiệu|ai))", "lừa đảo", "!không (?:ai|nhà khoa học nào) (?:dự báo|đoán)", "gây hiểu nhầm", "!xếp hạng sai", "!lừa đó", "cảnh báo",
    "!thiếu cơ sở", "!không có thật", "!sự thật là", "!không phát", "!vẫn (?:bình thường|an toàn|hoạt động)", "!chưa (?:từng )?ghi nhận", "khẳng định không", "!không có (?:cháu|em|trẻ|bé|học sinh) nào", "!không (?:tặng|phát|thu) (?:tiền|qua)", "!dấu gây",
)  # fmt: skip
DISCUSSES = cue(
    "", 1.0,
    "!có thật (?:không|vậy|hay)", "!thật không", "!có đúng không", "!có phải", "!phải không", "co that khong", "cho hỏi", "!ai biết",
    "đang lan truyền", "nghe đồn", "đồn rằng", "!tin đồn", "!thật hay", "khách hàng hỏi", "!có nên", "!liệu",
)  # fmt: skip


def _stance(features: Features, start: int, end: int) -> Stance:
    """Read the stance from the whole post: a denial mostly stands before or behind the claim."""
    if DENIES.places(features) or DENIES.places(Features(features.title)):
        return Stance.DENIES
    asks = DISCUSSES.places(features) or "?" in features.title
    if asks or features.is_quoted((start, end)):
        return Stance.DISCUSSES
    return Stance.REPEATS
