"""The paragraph that sums an article up, where it stands above the body and not in it.

Vietnamese papers set it (the sapo) outside of the body's element, often behind a stamp of the place
or of the paper's name.
"""

import re
from collections.abc import Iterator

from crawlers.blocks import Block, Blocks
from crawlers.marks import Mark
from kiemchung.text import fold_text

LENGTHS = range(40, 1_000)
DESCRIBED = 60
"""Folded characters of the page's description that a lead begins with."""
STAMP = 30
"""Folded characters that may stand before it."""
AROUND = frozenset((Mark.OUT, Mark.WEAK, Mark.COMMENT, Mark.DATA, Mark.QUOTE, Mark.CAPTION))
LEAD = re.compile(
    r"(?:^|[-_\s])(?:sapo|lead|chapeau|standfirst|tom-?tat|summary|excerpt|dek|mo-?ta|description)",
    re.IGNORECASE,
)
"""Words in class, id and itemprop of what is a lead by its own mark."""
NEAR = 60
"""Lines above the message that are looked at."""
LINKED_SHARE = 0.3
SENTENCE = 80
"""Characters from which on a line without a full stop is a sentence."""
NO_LEAD = re.compile(
    r"\A[^.,:]{1,40}:|google news|theo dõi|lượt xem|đăng ký|\d{1,2}[./-]\d{1,2}[./-]\d{4}",
    re.IGNORECASE,
)
"""Labels, dates, and what asks readers to come back."""
ENDS = ".!?…”\"')"


def lead_of(page: Blocks, first: int, title: str, described: str, text: str) -> str:
    """Return the lead of a message that begins at block `first` of `page`; "" if `text` has it.

    It begins like the page's description, or is marked as a lead, or is the only sentence between
    the title and the message.
    """
    if sum(box.mark == Mark.MESSAGE for box in page.boxes) > 1:
        return ""  # What stands above a thread's messages is none of them.
    lines = _sentences(page, first)
    described = fold_text(" ".join(described.split()))[:DESCRIBED]
    lead = _described(lines, described) or _marked(page, lines) or _alone(page, lines, first, title)
    return "" if not lead or _has(text, lead) else lead


def _sentences(page: Blocks, first: int) -> dict[int, str]:
    """Return what stands above the message and could be a lead, by its place."""
    start = max(0, first - NEAR)
    around = {
        i
        for box in page.boxes
        if box.mark in AROUND and not box.start <= first < box.end
        for i in range(max(start, box.start), min(box.end, first))
    }
    near = range(start, first)
    return {i: page.blocks[i].text for i in near if i not in around and _could_be(page.blocks[i])}


def _could_be(block: Block) -> bool:
    return (
        block.size in LENGTHS
        and block.tag != "h1"
        and block.linked <= LINKED_SHARE * block.size
        and (block.text[-1] in ENDS or block.size >= SENTENCE)
    )


def _described(lines: dict[int, str], described: str) -> str:
    reach = len(described) + STAMP
    return next(
        (line for line in lines.values() if described and described in fold_text(line)[:reach]), ""
    )


def _marked(page: Blocks, lines: dict[int, str]) -> str:
    for box in page.boxes:
        within = [line for i, line in lines.items() if box.start <= i < box.end]
        if within and LEAD.search(" ".join(_told(box.element.items()))):
            return "\n".join(within)
    return ""


def _told(attributes: list[tuple[str, str]]) -> Iterator[str]:
    yield from (value for name, value in attributes if name in {"class", "id", "itemprop"})


def _alone(page: Blocks, lines: dict[int, str], first: int, title: str) -> str:
    folded = fold_text(title)
    start = max(0, first - NEAR)
    heads = [i for i in range(start, first) if fold_text(page.blocks[i].text) == folded]
    if not heads:
        return ""
    between = [line for i, line in lines.items() if i > heads[-1] and not NO_LEAD.search(line)]
    return between[0] if len(between) == 1 and between[0][-1] in ENDS else ""


def _has(text: str, lead: str) -> bool:
    begins = fold_text(lead)[:DESCRIBED]
    return lead in text or begins in fold_text(text[: 3 * len(lead) + 200])
