"""Which lines of a page are its message: linear in the page, and sure of itself or not.

A line's worth is what it says beyond links. The message is the box with the most worth, what
stands around it by its own marks left out; on a thread it is all messages together.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from crawlers.around import ENDS, stands_around, sums
from crawlers.blocks import Block, Blocks, Box
from crawlers.marks import Mark

PRICE = 20
"""Characters that a line must say to be worth something: menus are short lines."""
LOSS = 0.3
"""How much a worthless line counts against its box."""
BODY_SHARES = (
    (frozenset((Mark.DECLARED,)), 0.3),
    (frozenset((Mark.BODY,)), 0.3),
    (frozenset((Mark.BODY, Mark.MESSAGE)), 0.6),
)
"""Boxes that say that they are the body, and from which share of the largest one's worth on."""
ARTICLES = frozenset(("article", "main"))
TITLED_SHARE = 0.3
ALIKE, BODY_ALIKE = 0.9, 0.75
"""The part of the largest box's worth that makes an inner one as good, and of such bodies."""
MESSAGE_SHARE = 0.5
LINKED_SHARE = 0.5
HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
PARAGRAPHS = HEADINGS | {"p", "li", "pre", "blockquote", "dd", "dt", "td", "th"}
PARAGRAPH_SHARE = 0.9
FOLLOWING = frozenset(("li", "pre", "blockquote"))
LONG, SENTENCE = 60, 25

BODY_MARKS = frozenset((Mark.DECLARED, Mark.BODY, Mark.MESSAGE))
SURE_BODY, SURE_BOX = (100, 0.4), (200, 0.5)
SURE_SHARE = 0.25
SURE_LINE = 40
"""What is found at least where readers' answers stand below: the long way would take them along."""

TAIL_LENGTH = 60
TAIL = re.compile(
    r"(?:(?:các )?(?:tin|bài|bài viết|tin bài|tin tức)\s+)?(?:liên quan|cùng (?:chuyên mục|chủ đề)|"
    r"khác\b|mới nhất|đọc nhiều|xem nhiều|nổi bật)|xem thêm\b|đọc thêm\b|đọc tiếp\b|"
    r"có thể bạn|bạn có thể (?:quan tâm|thích|muốn)|bạn đang xem:|đang được quan tâm|bình luận\b|"
    r"(?:phản hồi|nhận xét)\s*[:(]?\s*\d*\)?\Z|"
    r"\d+ (?:bình luận|ý kiến|phản hồi|nhận xét|trả lời)\s*:?\Z|"
    r"ý kiến (?:bạn đọc|độc giả|của bạn|người đọc)|(?:viết|gửi) (?:bình luận|ý kiến|câu hỏi)|"
    r"đặt câu hỏi|(?:các )?câu hỏi (?:khác|liên quan)\b|"
    r"mời (?:quý )?(?:bạn đọc|độc giả|bạn (?:xem|đón))\b|"
    r"theo dõi (?:chúng tôi|báo|trang|kênh)\b.{0,30} trên\b|tags?\s*:|từ kh(?:óa|oá)\b|chia sẻ\b|"
    r"nguồn tham khảo|tài liệu tham khảo|về tác giả|"
    r"(?:you (?:might|may) also|related\b|recommended\b|more (?:from|posts|articles|stories)\b|"
    r"recent (?:posts|articles)|latest (?:posts|articles|news)|about the (?:author|reviewer)|"
    r"read (?:next|more)|share this|leave a (?:reply|comment)|(?:\d+ )?comments?$|post navigation|"
    r"sign up\b|subscribe|popular posts|trending|keep reading|what to read next|"
    r"how we reviewed|references$|sources$)",
    re.IGNORECASE,
)
"""How headings begin behind which nothing of the message follows."""


COMMENTS = re.compile(
    r"(?:\d+ )?(?:bình luận|ý kiến (?:bạn đọc|độc giả)|comments?)\s*[:(]?\s*\d*\)?:?\Z|"
    r"\d+ (?:ý kiến|phản hồi|nhận xét)\s*:?\Z|leave a (?:comment|reply)\b",
    re.IGNORECASE,
)
"""The heading of what readers answered, wherever it stands below a sentence."""
PROMOTION = re.compile(
    r"(?:>+\s*)?mời (?:quý )?(?:bạn đọc|độc giả)\b.{0,60}(?:theo dõi|đón (?:đọc|xem)|tham gia|"
    r"gửi|xem|truy cập|đăng ký)\b|(?:hãy )?theo dõi (?:chúng tôi|báo|trang|kênh)\b.{0,60}\b"
    r"(?:google news|zalo|youtube|telegram|facebook|tiktok)\b|follow us on\b|subscribe to our\b",
    re.IGNORECASE,
)
PROMOTION_LENGTH = 200
"""A line in which the site speaks of itself."""


CREDIT = re.compile(
    r"\(?\s*(?:theo|nguồn(?: tin| bài)?|tổng hợp|source|via)\b[^.!?]*\)?\Z", re.IGNORECASE
)
"""A last line that says only where the text was taken from."""


DATED = re.compile(
    r"\D{0,25}(?:\d{1,2} ?[:hg] ?\d{2}(?::\d{2})?\D{1,25})?\d{1,2}[./-]\d{1,2}[./-]\d{4}.{0,25}\Z"
)
"""A line that is hardly more than a date; one of the first TOP lines."""
TOP = 4
CLOCK = re.compile(r"\d{1,2}[:h]\d{2}(?:[ ,-]+\d{1,2}/\d{1,2}(?:/\d{4})?)?")


class Found(NamedTuple):
    """The lines of a page that are its message, as places in its blocks."""

    places: list[int]
    sure: bool


def find(page: Blocks) -> Found:
    """Return the message of `page`; unsure where it is short, or leaves too much of the page."""
    worth = [_worth(block) for block in page.blocks]
    out, answers = stands_around(page, worth)
    inner = [LOSS * -PRICE if out[i] else worth[i] for i in range(len(worth))]
    titles = [i for i, block in enumerate(page.blocks) if block.tag == "h1"]
    top = _chosen(page.boxes, inner, titles)
    messages = _messages(page, top)
    said = {i for box in messages for i in range(box.start, box.end)}
    if messages and _good(worth[i] for i in said) >= _good(inner) - _good(inner[i] for i in said):
        left_out = _left_out(page.boxes, messages, said)
        return Found(sorted(said - left_out), sure=True)
    # Else it is an article, and what its readers answered.
    kept = [i for i in range(top.start, top.end) if not out[i] and i not in said]
    places = _article(page.blocks, worth, kept, top.mark)
    found = _good(worth[i] for i in places)
    total = _good(worth[i] for i in range(len(worth)) if not answers[i])
    sure = _is_sure(top.mark, found, _good(inner), total)
    return Found(places, sure or (any(answers) and found >= SURE_LINE))


def _is_sure(mark: Mark, found: float, unmarked: float, total: float) -> bool:
    """Tell by the worth of what was found, of all that isn't marked, and of what may be it."""
    least, share = SURE_BODY if mark in BODY_MARKS else SURE_BOX
    return found >= least and found >= share * unmarked and found >= SURE_SHARE * total


def _good(worth: Iterable[float]) -> float:
    return sum(each for each in worth if each > 0)


def _worth(block: Block) -> float:
    worth = block.size - 2 * block.linked - PRICE if block.tag != "h1" else -PRICE
    return worth if worth > 0 else LOSS * worth


def _chosen(boxes: list[Box], worth: list[float], titles: list[int]) -> Box:
    """Return the box with the most worth, or the innermost one that holds nearly all of it.

    A box that says that it is the body needs less.
    """
    before = sums(worth)
    sizes = [before[box.end] - before[box.start] for box in boxes]
    top = max(sizes)
    for marks, share in BODY_SHARES:
        fit = [i for i, box in enumerate(boxes) if box.mark in marks and sizes[i] >= share * top]
        if fit and (largest := max(sizes[i] for i in fit)) > 0:
            return boxes[next(i for i in fit if sizes[i] >= BODY_ALIKE * largest)]
    if outer := _titled(boxes, sizes, titles, TITLED_SHARE * top):
        inside = [
            i for i, box in enumerate(boxes) if outer.start <= box.start < box.end <= outer.end
        ]
        top = max(sizes[i] for i in inside)
    else:
        inside = list(range(len(boxes)))
    alike = min(top, ALIKE * top)
    return boxes[next(i for i in inside if sizes[i] >= alike)]


def _titled(boxes: list[Box], sizes: list[float], titles: list[int], least: float) -> Box | None:
    """Return the innermost article that holds the page's title and is worth `least`."""
    for box, size in zip(boxes, sizes, strict=True):
        if size < least or least <= 0 or box.element.tag not in ARTICLES:
            continue
        at = bisect_left(titles, box.start)
        if at < len(titles) and titles[at] < box.end:
            return box
    return None


def _messages(page: Blocks, top: Box) -> list[Box]:
    """Return a box for each message of what may be a thread; none if the page can't be one.

    Of boxes in each other it is the innermost that holds most of what the outermost says.
    """
    sizes = sums(block.size for block in page.blocks)
    kept: list[Box] = []
    boxes = (box for box in page.boxes if box.mark == Mark.MESSAGE)
    for box in sorted(boxes, key=lambda box: (box.start, -box.end)):
        if not kept or box.start >= kept[-1].end:
            kept.append(box)
            outer = sizes[box.end] - sizes[box.start]
        elif sizes[box.end] - sizes[box.start] >= MESSAGE_SHARE * outer:
            kept[-1] = box
    opens = any(box.start <= top.start and top.end <= box.end for box in kept)
    return kept if len(kept) > 1 and (opens or top.mark != Mark.DECLARED) else []


def _left_out(boxes: list[Box], messages: list[Box], said: set[int]) -> set[int]:
    """Return the blocks in the messages' own marked boxes: signatures, votes, quotes, adverts."""
    whole = {(box.start, box.end) for box in messages}
    marked = [
        range(box.start, box.end)
        for box in boxes
        if box.mark in {Mark.OUT, Mark.WEAK, Mark.QUOTE, Mark.CAPTION}
        and (box.start, box.end) not in whole
    ]
    return {i for places in marked if len(places) < len(said) for i in places}


def _article(blocks: list[Block], worth: list[float], kept: list[int], mark: Mark) -> list[int]:
    kept = [i for i in kept if _speaks(blocks[i])]
    for step in (_below_title, _before_tail, _without_strays):
        kept = step(blocks, worth, kept)
    while kept and _is_credit(blocks[kept[-1]]):
        kept.pop()
    return _trimmed(blocks, kept, mark)


def _speaks(block: Block) -> bool:
    """Tell a line that says something from a link, whose text is a title without a full stop."""
    is_sentence = block.size >= LONG and block.text.endswith(".")
    return is_sentence or block.linked <= LINKED_SHARE * block.size


def _below_title(blocks: list[Block], worth: list[float], kept: list[int]) -> list[int]:
    """Leave out what stands above the page's title, if that is the lesser part."""
    titles = [number for number, i in enumerate(kept) if blocks[i].tag == "h1"]
    if not titles:
        return kept
    above, below = kept[: titles[0]], kept[titles[0] + 1 :]
    is_less = _good(worth[i] for i in above) < LOSS * _good(worth[i] for i in below)
    return below if is_less else kept


def _without_strays(blocks: list[Block], worth: list[float], kept: list[int]) -> list[int]:
    """Leave out short lines that are no paragraph, where nearly all the others are one."""
    paragraphs = _good(worth[i] for i in kept if blocks[i].tag in PARAGRAPHS)
    if paragraphs < PARAGRAPH_SHARE * _good(worth[i] for i in kept):
        return kept
    return [i for i in kept if blocks[i].tag in PARAGRAPHS or _is_whole(blocks[i], Mark.PLAIN)]


def _before_tail(blocks: list[Block], worth: list[float], kept: list[int]) -> list[int]:
    """Leave out labels like "Tin liên quan", and what stands behind one near the end."""
    said = sums(max(0.0, worth[i]) for i in kept)
    before: list[int] = []
    for number, i in enumerate(kept):
        if (number < TOP and DATED.match(blocks[i].text)) or CLOCK.fullmatch(blocks[i].text):
            continue
        if _is_promotion(blocks[i]):
            continue
        if not _is_label(blocks[i]):
            before.append(i)
        elif said[number] > said[-1] * _share_above(blocks[i]):
            break
    return before


def _share_above(label: Block) -> float:
    """Return how much of a message stands above a label behind which nothing of it follows."""
    if COMMENTS.match(label.text):
        return 0.0
    return 0.5 if label.tag in HEADINGS else 0.8


def _is_label(block: Block) -> bool:
    is_short = block.size < TAIL_LENGTH and block.text[-1] not in ".!"
    return is_short and TAIL.match(block.text) is not None


def _is_promotion(block: Block) -> bool:
    return block.size <= PROMOTION_LENGTH and PROMOTION.match(block.text) is not None


def _trimmed(blocks: list[Block], kept: list[int], mark: Mark) -> list[int]:
    """Leave out the short lines at both ends, but for headings, and the items of a list.

    In a box that says that it is the body, a paragraph is one however short it is.
    """
    whole = [number for number, i in enumerate(kept) if _is_whole(blocks[i], mark)]
    if not whole:
        return kept
    first, last = whole[0], whole[-1]
    while first > 0 and blocks[kept[first - 1]].tag in HEADINGS:
        first -= 1
    while last + 1 < len(kept) and blocks[kept[last + 1]].tag in FOLLOWING:
        last += 1
    return kept[first : last + 1]


def _is_whole(block: Block, mark: Mark) -> bool:
    if block.tag == "h1" or (block.tag in HEADINGS and block.size < LONG):
        return False
    if mark == Mark.DECLARED or (block.tag == "p" and mark in BODY_MARKS):
        return True
    return block.size >= LONG or (block.size > SENTENCE and block.text[-1] in ENDS)


def _is_credit(block: Block) -> bool:
    return block.tag in HEADINGS or (block.size < TAIL_LENGTH and bool(CREDIT.match(block.text)))
