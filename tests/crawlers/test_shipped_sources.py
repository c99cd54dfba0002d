"""The real sources that ship are data: switched off, and none pretends to have been read."""

import ast

import pytest

from crawlers.registry import load_sources
from crawlers.source import LoadedSource, SourceStatus
from kiemchung.paths import ROOT, SOURCES

SHIPPED = load_sources([SOURCES])
LEAST = 25


def test_at_least_25_ship() -> None:
    """A newsroom finds the publications and checkers of its region as data."""
    assert len(SHIPPED) >= LEAST


@pytest.mark.parametrize("loaded", SHIPPED.values(), ids=SHIPPED.keys())
def test_what_was_not_tried_says_so(loaded: LoadedSource) -> None:
    """A source that nobody met for real is off, says so, and has no saved page."""
    text = ast.get_docstring(ast.parse(loaded.file.read_text(encoding="utf-8"))) or ""

    saved = ROOT / "tests" / "crawlers" / "sources" / loaded.source.name
    tried = loaded.source.status is SourceStatus.VERIFIED
    assert tried == saved.exists()
    assert tried or "addresses were not tried" in text


@pytest.mark.parametrize("name", SHIPPED)
def test_the_docs_name_every_source(name: str) -> None:
    """docs/sources.md lists whom we may read."""
    assert f"| `{name}` |" in (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
