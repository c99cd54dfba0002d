"""What stands around a page's message: marked boxes, readers' comments, cards, captions.

A mark is outweighed by what it holds, where nothing else on the page says anything.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from lxml.html import HtmlElement

from crawlers.blocks import HEADINGS, Block, Blocks, Box
from crawlers.marks import Mark

KEPT_SHARE = {Mark.COMMENT: 0.6, Mark.OUT: 0.5, Mark.WEAK: 0.2, Mark.DATA: 0.6}
"""A marked box with this share of the page's worth is the message, whatever it is marked."""
BODIES = frozenset((Mark.BODY, Mark.DECLARED))
"""Boxes that say that they are the body: a table in one is part of what it says."""
APART = Mark.CAPTION, Mark.COMMENT
SENTENCE = 60
ENDS = ".!?…”\"'"

CARD_LINES, CARDS = range(2, 6), 3
"""Lines of a card, and how many alike make a row of them."""
TITLE, SUMMARY = 20, 300
"""Characters of a card's linked title at least, and of each line at most."""
LINKED = 0.9
CAPTIONS = 2
"""Captions of whole sentences that may be a message together."""


class Around(NamedTuple):
    """Of each block whether it is not the message, and whether it is a reader's answer to it."""

    out: list[bool]
    answers: list[bool]


def stands_around(page: Blocks, worth: list[float]) -> Around:
    """Tell which blocks of `page`, each of some `worth`, are not the message."""
    captions, comments = ([box for box in page.boxes if box.mark == mark] for mark in APART)
    shown = _covered(page, captions)
    if captions:
        worth = [0.0 if shown[i] else each for i, each in enumerate(worth)]
    out, answers = _marked(page, worth), [False] * len(worth)
    for boxes in (comments, _cards(page.boxes, page.blocks)):
        if not boxes:
            continue
        some = _covered(page, boxes)
        others = (i for i in _below_title(page.blocks) if not (out[i] or some[i] or shown[i]))
        if any(_is_sentence(page.blocks[i]) for i in others):
            out = _either(out, some)
            answers = some if boxes is comments else answers
    if captions and not _are_told(page.blocks, shown, out):
        out = _either(out, shown)
    return Around(out, answers)


def _either(some: list[bool], others: list[bool]) -> list[bool]:
    return [one or other for one, other in zip(some, others, strict=True)]


def sums(worth: Iterable[float]) -> list[float]:
    """Return what all before each place are worth together."""
    return list(accumulate(worth, initial=0.0))


def _covered(page: Blocks, boxes: Iterable[Box]) -> list[bool]:
    covered = [False] * len(page.blocks)
    for box in boxes:
        covered[box.start : box.end] = [True] * (box.end - box.start)
    return covered


def _marked(page: Blocks, worth: list[float]) -> list[bool]:
    """Tell of each block whether it stands in a box that is marked as not the message."""
    before = sums(max(0.0, each) for each in worth)
    inside = _covered(page, (box for box in page.boxes if box.mark in BODIES))
    return _covered(
        page,
        (
            box
            for box in page.boxes
            if (share := KEPT_SHARE.get(box.mark)) is not None
            and (box.mark != Mark.DATA or not inside[box.start])
            and before[box.end] - before[box.start] < share * before[-1]
        ),
    )


def _below_title(blocks: list[Block]) -> range:
    title = next((i for i, block in enumerate(blocks) if block.tag == "h1"), -1)
    return range(title + 1, len(blocks))


def _is_sentence(block: Block) -> bool:
    is_said = block.size >= SENTENCE and 2 * block.linked <= block.size
    return is_said and block.text[-1] in ENDS and block.tag not in HEADINGS


def _cards(boxes: list[Box], blocks: list[Block]) -> list[Box]:
    """Return the boxes that stand in a row and lead to other pages: a title, a few words."""
    before = sums(each.linked >= max(TITLE, LINKED * each.size) for each in blocks)
    rows: dict[tuple[HtmlElement | None, str, str], list[tuple[str, Box]]] = defaultdict(list)
    for box in boxes:
        if box.end - box.start not in CARD_LINES or before[box.end] == before[box.start]:
            continue
        lines = blocks[box.start : box.end]
        if box.mark != Mark.MESSAGE and max(line.size for line in lines) <= SUMMARY:
            title = next(
                each.text for each in lines if each.linked >= max(TITLE, LINKED * each.size)
            )
            element = box.element
            key = (element.getparent(), str(element.tag), element.get("class") or "")
            rows[key].append((title, box))
    return [
        box for row in rows.values() if len({title for title, _ in row}) >= CARDS for _, box in row
    ]


def _are_told(blocks: list[Block], shown: list[bool], out: list[bool]) -> bool:
    """Tell whether pictures tell the message: whole sentences, more than all else says."""
    told = [block.size for i, block in enumerate(blocks) if shown[i] and _is_sentence(block)]
    if len(told) < CAPTIONS:
        return False
    others = (i for i in _below_title(blocks) if not shown[i] and not out[i])
    return sum(told) > sum(blocks[i].size for i in others if _is_sentence(blocks[i]))
