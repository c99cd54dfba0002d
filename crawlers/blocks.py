"""A page's tree as lines of text, each with what it tells of itself, and the boxes they stand in.

One walk over the tree, linear in its elements and its text; as deep as `parse` lets a tree be.
"""

from typing import NamedTuple

from lxml.html import HtmlElement

from crawlers.marks import WIDE, Mark, mark_of

INLINE, LINK, BREAK, SILENT, BOX = range(5)


def _list(words: str) -> list[str]:
    return words.split()


ROLES = {
    **dict.fromkeys(
        _list(
            "b i span em strong font code sub sup u s strike del ins mark small big abbr "
            "acronym q cite time tt kbd samp var bdi bdo wbr ruby rb rt rp dfn data img "
            "picture source"
        ),
        INLINE,
    ),
    **dict.fromkeys(
        _list(
            "script style noscript template svg iframe button select video audio "
            "canvas map dialog textarea input label optgroup option math embed figure "
            "figcaption object"
        ),
        SILENT,
    ),
    "a": LINK,
    "br": BREAK,
}
"""How elements are read; what isn't named is a box, or inline if it is of the page's own making."""
APART = frozenset(("aside", "footer", "nav"))
"""Never the message, unless they hold most of the page: an unclosed menu swallows all behind."""
MENUS = frozenset(("footer", "nav"))
"""Not even looked at, where nothing in them could be a message."""
NESTED = frozenset(("li", "blockquote", "pre"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
CELLS = frozenset(("td", "th"))
LAYOUT = 200
"""Characters in one cell from which on a table lays out a page rather than figures."""


class Block(NamedTuple):
    """A line of text: what a box or a line break ends. `linked` characters of it are links."""

    text: str
    size: int
    linked: int
    tag: str


class Box(NamedTuple):
    """An element that holds the blocks from `start` up to `end`."""

    element: HtmlElement
    start: int
    end: int
    mark: Mark


class Blocks(NamedTuple):
    """All that is read of a page, in its order; a box stands behind the boxes in it."""

    blocks: list[Block]
    boxes: list[Box]


def read(tree: HtmlElement) -> Blocks:
    """Return the blocks and boxes of `tree`; what is hidden or no text is in neither."""
    return _Reader().read(tree)


class _Reader:
    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._boxes: list[Box] = []
        self._parts: list[str] = []
        self._linked = 0
        self._characters = 0
        self._largest_cells: list[int] = []

    def read(self, tree: HtmlElement) -> Blocks:
        body = tree.find("body")
        body = tree if body is None else body
        self._say(body.text or "", linked=False)
        self._below(body, "div", linked=False)
        self._end("div")
        self._boxes.append(Box(body, 0, len(self._blocks), Mark.PLAIN))
        return Blocks(self._blocks, self._boxes)

    def _below(self, parent: HtmlElement, tag: str, *, linked: bool) -> None:
        for child in parent:
            role = ROLES.get(child.tag)
            if role is None:
                role = INLINE if "-" in child.tag else BOX
            if role == INLINE:
                self._inline(child, tag, linked=linked)
            elif role == LINK:
                self._inline(child, tag, linked=linked or _leads_away(child, tag))
            elif role == BOX:
                self._box(child, tag, linked=linked)
            elif role == BREAK:
                self._end(tag)
            else:
                self._parts.append(" ")
            if child.tail:
                self._say(child.tail, linked=linked)

    def _inline(self, element: HtmlElement, tag: str, *, linked: bool) -> None:
        if element.text:
            self._say(element.text, linked=linked)
        if len(element):
            self._below(element, tag, linked=linked)

    def _box(self, element: HtmlElement, above: str, *, linked: bool) -> None:
        tag = str(element.tag)
        if tag in MENUS and next(element.iter("h1", "main", "article", "p"), None) is None:
            self._end(above)
            return
        mark = mark_of(element.items())
        self._end(above)
        if mark == Mark.HIDDEN:
            return
        if tag in APART and mark != Mark.COMMENT:
            mark = Mark.OUT
        elif mark == Mark.NARROW:
            mark = Mark.WEAK if _is_beside(element) else Mark.PLAIN
        kind = above if above in NESTED and tag not in NESTED else tag
        start, before = len(self._blocks), self._characters
        if tag == "table":
            self._largest_cells.append(0)
        self._inline(element, kind, linked=linked)
        self._end(kind)
        mark = self._as_table(tag, mark, self._characters - before)
        if len(self._blocks) > start:
            self._boxes.append(Box(element, start, len(self._blocks), mark))

    def _as_table(self, tag: str, mark: Mark, characters: int) -> Mark:
        if tag in CELLS and self._largest_cells:
            self._largest_cells[-1] = max(self._largest_cells[-1], characters)
        if tag == "table" and self._largest_cells.pop() < LAYOUT and mark == Mark.PLAIN:
            return Mark.DATA
        return mark

    def _say(self, text: str, *, linked: bool) -> None:
        self._parts.append(text)
        if linked:
            self._linked += len(text.strip())

    def _end(self, tag: str) -> None:
        if not self._parts:
            return
        text = " ".join("".join(self._parts).split())
        self._parts.clear()
        if text:
            self._blocks.append(Block(text, len(text), min(self._linked, len(text)), tag))
            self._characters += len(text)
        self._linked = 0


def _is_beside(column: HtmlElement) -> bool:
    """Tell whether a wide column stands next to a narrow one."""
    neighbours = (column.getprevious(), column.getnext())
    return any(each is not None and WIDE.search(each.get("class", "")) for each in neighbours)


def _leads_away(link: HtmlElement, tag: str) -> bool:
    """Tell a link from a name, and from a heading that links to itself."""
    href = link.get("href")
    return href is not None and not (tag in HEADINGS and href.startswith("#"))
