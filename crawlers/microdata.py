"""Microdata (`itemscope`, `itemprop`) → the objects that JSON-LD would have said."""

from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

VALUE_LENGTH = 20_000
"""Characters of a value that are read."""
# The attribute that holds the value, by element (HTML Standard, "values").
ATTRIBUTES = {
    **dict.fromkeys(("a", "area", "link"), "href"),
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src"),
    "data": "value",
    "meter": "value",
    "object": "data",
    "time": "datetime",
}


def items(tree: HtmlElement, name: str) -> Iterator[dict[str, Any]]:
    """Yield the items of `tree` of schema.org's type `name`, each with `@type` and what it holds.

    A property that is said more than once keeps its first value. Items of the type that stand in
    another one of it are left out.
    """
    for element in tree.xpath("//*[@itemscope and contains(@itemtype, $name)]", name=name):
        if name in _types(element) and not _is_inside(element, name):
            yield _item(element)


def _item(element: HtmlElement) -> dict[str, Any]:
    item: dict[str, Any] = {"@type": _types(element)}
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        if not isinstance(child.tag, str):
            continue
        value = _item(child) if child.get("itemscope") is not None else None
        for key in (child.get("itemprop") or "").split():
            item.setdefault(key, _value(child) if value is None else value)
        if value is None:
            waiting.extend(reversed(child))
    return item


def _value(element: HtmlElement) -> str:
    said = element.get("content") or element.get(ATTRIBUTES.get(str(element.tag), "content"))
    return str(said or element.text_content())[:VALUE_LENGTH].strip()


def _types(element: HtmlElement) -> list[str]:
    return [each.rpartition("/")[2] for each in (element.get("itemtype") or "").split()]


def _is_inside(element: HtmlElement, name: str) -> bool:
    return any(name in _types(each) for each in element.iterancestors() if each.get("itemtype"))
