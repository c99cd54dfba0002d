"""A page's tree as lines of text, each with what it tells of itself, and the boxes they stand in.

One walk over the tree, linear in its elements and its text; as deep as `parse` lets a tree be.
"""

from typing import NamedTuple

from lxml.html import HtmlElement

from crawlers.marks import WIDE, Mark, is_hidden, is_tiny, mark_of

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
            "canvas map dialog textarea input label optgroup option math embed object"
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
NESTED = frozenset(("li", "blockquote", "pre", "figcaption"))
PICTURES = frozenset(("figure", "figcaption"))
IN_LINKS = frozenset(
    ("h2", "h3", "h4", "h5", "h6", "p", "div", "ul", "section", "article", "figure")
)
CARD_LENGTH = 600
"""Characters up to which a link around boxes is a card that leads to another page."""
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


class _Table:
    """What is counted of a table while its cells are read."""

    def __init__(self) -> None:
        self.cells = self.largest = 0


class _Reader:
    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._boxes: list[Box] = []
        self._parts: list[str] = []
        self._linked = 0
        self._characters = 0
        self._tables: list[_Table] = []

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
                style = child.get("style")
                if style is None or not is_hidden(style) or _is_shown_within(child, style):
                    self._inline(child, tag, linked=linked)
            elif role == LINK:
                self._link(child, tag, linked=linked)
            elif role == BOX:
                self._box(child, tag, linked=linked)
            elif role == BREAK:
                self._end(tag)
            else:
                self._parts.append(" ")
            if child.tail:
                self._say(child.tail, linked=linked)

    def _link(self, element: HtmlElement, tag: str, *, linked: bool) -> None:
        away = _leads_away(element, tag)
        if not away or linked or not _may_be_card(element):
            self._inline(element, tag, linked=linked or away)
            return
        self._end(tag)
        start, before = len(self._blocks), self._characters
        self._inline(element, tag, linked=True)
        self._end(tag)
        is_card = len(self._blocks) > start + 1 and self._characters - before <= CARD_LENGTH
        if is_card and element.find(".//h1") is None:
            self._boxes.append(Box(element, start, len(self._blocks), Mark.OUT))

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
        if mark == Mark.HIDDEN and not _is_shown_within(element, element.get("style") or ""):
            return
        if tag in PICTURES:
            mark = Mark.CAPTION
        elif tag in APART and mark != Mark.COMMENT:
            mark = Mark.OUT
        elif mark == Mark.NARROW:
            mark = Mark.WEAK if _is_beside(element) else Mark.PLAIN
        kind = above if above in NESTED and tag not in NESTED else tag
        start, before = len(self._blocks), self._characters
        if tag == "table":
            self._tables.append(_Table())
        self._inline(element, kind, linked=linked)
        self._end(kind)
        if self._tables:
            mark = self._as_table(element, tag, mark, self._characters - before)
        if len(self._blocks) > start:
            self._boxes.append(Box(element, start, len(self._blocks), mark))

    def _as_table(self, element: HtmlElement, tag: str, mark: Mark, characters: int) -> Mark:
        table = self._tables[-1]
        if tag in CELLS:
            table.cells += 1
            table.largest = max(table.largest, characters)
        elif tag == "table":
            self._tables.pop()
            if mark == Mark.PLAIN and table.largest < LAYOUT and not _is_frame(table, element):
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


def _is_frame(table: _Table, element: HtmlElement) -> bool:
    """Tell a table of one cell, which is a frame around text, unless a picture stands in it."""
    return table.cells <= 1 and next(element.iter("img"), None) is None


def _is_shown_within(element: HtmlElement, style: str) -> bool:
    """Tell a box without a size of letters, whose parts have one, from what is hidden."""
    return is_tiny(style) and any(
        "font-size" in each.get("style", "") for each in element.iterdescendants()
    )


def _is_beside(column: HtmlElement) -> bool:
    """Tell whether a wide column stands next to a narrow one."""
    neighbours = (column.getprevious(), column.getnext())
    return any(each is not None and WIDE.search(each.get("class", "")) for each in neighbours)


def _may_be_card(link: HtmlElement) -> bool:
    """Tell a link around boxes, which is closed: one that isn't has words before the first."""
    if not len(link) or (link.text or "").strip():
        return False
    return any(child.tag in IN_LINKS for child in link) and not link.get("href", "").startswith("#")


def _leads_away(link: HtmlElement, tag: str) -> bool:
    """Tell a link from a name, and from a heading that links to itself."""
    href = link.get("href")
    return href is not None and not (tag in HEADINGS and href.startswith("#"))
