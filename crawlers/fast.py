"""Which lines of a page are its message: linear in the page, and sure of itself or not.

A line's worth is what it says beyond links. The message is the box with the most worth, what
stands around it by its own marks left out; on a thread it is all messages together.
"""

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from crawlers.blocks import Block, Blocks, Box
from crawlers.marks import Mark

PRICE = 20
"""Characters that a line must say to be worth something: menus are short lines."""
LOSS = 0.3
"""How much a worthless line counts against its box."""
KEPT_SHARE = {Mark.COMMENT: 0.6, Mark.OUT: 0.5, Mark.WEAK: 0.2, Mark.DATA: 0.6}
"""A marked box with this share of the page's worth is the message, whatever it is marked."""
BODY_SHARES = ((frozenset((Mark.DECLARED,)), 0.3), (frozenset((Mark.BODY, Mark.MESSAGE)), 0.6))
"""Boxes that say that they are the body, and from which share of the largest one's worth on."""
ALIKE, BODY_ALIKE = 0.9, 0.75
"""The part of the largest box's worth that makes an inner one as good, and of such bodies."""
MESSAGE_SHARE = 0.5
LINKED_SHARE = 0.5
HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
PARAGRAPHS = HEADINGS | {"p", "li", "pre", "blockquote", "dd", "dt"}
PARAGRAPH_SHARE = 0.9
FOLLOWING = frozenset(("li", "pre", "blockquote"))
LONG, SENTENCE = 60, 25
ENDS = ".!?…”\"'"

BODY_MARKS = frozenset((Mark.DECLARED, Mark.BODY, Mark.MESSAGE))
SURE_BODY, SURE_BOX = (100, 0.4), (200, 0.5)
SURE_SHARE = 0.25

TAIL_LENGTH = 60
TAIL = re.compile(
    r"(?:(?:các )?(?:tin|bài|bài viết|tin bài|tin tức)\s+)?(?:liên quan|cùng (?:chuyên mục|chủ đề)|"
    r"khác\b|mới nhất|đọc nhiều|xem nhiều|nổi bật)|xem thêm\b|đọc thêm\b|đọc tiếp\b|"
    r"có thể bạn|bạn có thể quan tâm|bình luận\b|ý kiến (?:bạn đọc|độc giả)|từ khóa\b|chia sẻ\b|"
    r"nguồn tham khảo|tài liệu tham khảo|về tác giả|"
    r"(?:you (?:might|may) also|related\b|recommended\b|more (?:from|posts|articles|stories)\b|"
    r"recent (?:posts|articles)|latest (?:posts|articles|news)|about the (?:author|reviewer)|"
    r"read (?:next|more)|share this|leave a (?:reply|comment)|(?:\d+ )?comments?$|post navigation|"
    r"sign up\b|subscribe|popular posts|trending|keep reading|what to read next|"
    r"how we reviewed|references$|sources$)",
    re.IGNORECASE,
)
"""How headings begin behind which nothing of the message follows."""


CREDIT = re.compile(
    r"\(?\s*(?:theo|nguồn(?: tin| bài)?|tổng hợp|source|via)\b[^.!?]*\)?\Z", re.IGNORECASE
)
"""A last line that says only where the text was taken from."""


DATED = re.compile(r"\D{0,25}\d{1,2}[./-]\d{1,2}[./-]\d{4}.{0,25}\Z")
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
    out = _marked(page.boxes, worth)
    inner = [LOSS * -PRICE if out[i] else worth[i] for i in range(len(worth))]
    top = _chosen(page.boxes, inner)
    messages = _messages(page, top)
    said = {i for box in messages for i in range(box.start, box.end)}
    if messages and _good(worth[i] for i in said) >= _good(inner) - _good(inner[i] for i in said):
        left_out = _left_out(page.boxes, messages, said)
        return Found(sorted(said - left_out), sure=True)
    # Else it is an article, and what its readers answered.
    kept = [i for i in range(top.start, top.end) if not out[i] and i not in said]
    places = _article(page.blocks, worth, kept, top.mark)
    found = _good(worth[i] for i in places)
    return Found(places, sure=_is_sure(top.mark, found, _good(inner), _good(worth)))


def _is_sure(mark: Mark, found: float, unmarked: float, total: float) -> bool:
    """Tell by the worth of what was found, of all that isn't marked, and of the whole page."""
    least, share = SURE_BODY if mark in BODY_MARKS else SURE_BOX
    return found >= least and found >= share * unmarked and found >= SURE_SHARE * total


def _good(worth: Iterable[float]) -> float:
    return sum(each for each in worth if each > 0)


def _worth(block: Block) -> float:
    worth = block.size - 2 * block.linked - PRICE if block.tag != "h1" else -PRICE
    return worth if worth > 0 else LOSS * worth


def _sums(worth: Iterable[float]) -> list[float]:
    return list(accumulate(worth, initial=0.0))


def _marked(boxes: list[Box], worth: list[float]) -> list[bool]:
    """Tell of each block whether it stands in a box that is marked as not the message."""
    sums = _sums(max(0.0, each) for each in worth)
    total = sums[-1]
    out = [False] * len(worth)
    for box in boxes:
        share = KEPT_SHARE.get(box.mark)
        if share is not None and sums[box.end] - sums[box.start] < share * total:
            out[box.start : box.end] = [True] * (box.end - box.start)
    return out


def _chosen(boxes: list[Box], worth: list[float]) -> Box:
    """Return the box with the most worth, or the innermost one that holds nearly all of it.

    A box that says that it is the body needs less.
    """
    sums = _sums(worth)
    sizes = [sums[box.end] - sums[box.start] for box in boxes]
    top = max(sizes)
    for marks, share in BODY_SHARES:
        fit = [i for i, box in enumerate(boxes) if box.mark in marks and sizes[i] >= share * top]
        if fit and (largest := max(sizes[i] for i in fit)) > 0:
            return boxes[next(i for i in fit if sizes[i] >= BODY_ALIKE * largest)]
    alike = min(top, ALIKE * top)
    return boxes[next(i for i in range(len(boxes)) if sizes[i] >= alike)]


def _messages(page: Blocks, top: Box) -> list[Box]:
    """Return a box for each message of what may be a thread; none if the page can't be one.

    Of boxes in each other it is the innermost that holds most of what the outermost says.
    """
    sizes = _sums(block.size for block in page.blocks)
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
        if box.mark in {Mark.OUT, Mark.WEAK, Mark.QUOTE} and (box.start, box.end) not in whole
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
    sums = _sums(max(0.0, worth[i]) for i in kept)
    before: list[int] = []
    for number, i in enumerate(kept):
        if (number < TOP and DATED.match(blocks[i].text)) or CLOCK.fullmatch(blocks[i].text):
            continue
        if not _is_label(blocks[i]):
            before.append(i)
        elif sums[number] > sums[-1] * (0.5 if blocks[i].tag in HEADINGS else 0.8):
            break
    return before


def _is_label(block: Block) -> bool:
    is_short = block.size < TAIL_LENGTH and block.text[-1] not in ".!"
    return is_short and TAIL.match(block.text) is not None


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
