"""Every verified source has its saved page, and gives exactly the post that is expected of it."""

from pathlib import Path

import msgspec
import pytest

from crawlers.registry import load_source, load_sources
from crawlers.source import LoadedSource
from kiemchung.paths import ROOT, SOURCES
from tests.crawlers.lab import DEFAULTS, SOURCE
from tests.crawlers.pages import BODY
from tests.crawlers.saved import extracted, faults, plain

FOLDERS = [folder for folder in (SOURCES, ROOT / "demo" / "sources") if folder.is_dir()]
REGISTRY = load_sources(FOLDERS)


@pytest.mark.parametrize("name", REGISTRY)
def test_a_verified_source_gives_what_is_expected(name: str) -> None:
    """The saved page of the source yields its expected post, to the letter."""
    assert faults(REGISTRY[name]) == []


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedSource:
    """Return a verified source without a saved page."""
    fields = {**DEFAULTS, "name": "bao", "listings": ("http://bao.example/rss",)}
    file = tmp_path / "bao.py"
    file.write_text(SOURCE.format(**fields), encoding="utf-8")
    return load_source(file)


def save(loaded: LoadedSource, folder: Path, text: str = BODY) -> Path:
    """Save a page of `loaded`, with what extraction gives for BODY as expected."""
    home = folder / loaded.source.name
    home.mkdir()
    page = {
        "url": "http://bao.example/1",
        "headers": {"Content-Type": "text/html; charset=utf-8"},
        "fetched_at": "2026-11-24T08:00:00Z",
    }
    (home / "page.json").write_bytes(msgspec.json.encode(page))
    (home / "page.html").write_text(f"<html><body>{BODY}</body></html>", encoding="utf-8")
    (home / "expected.json").write_bytes(msgspec.json.encode(plain(extracted(loaded, home))))
    (home / "page.html").write_text(f"<html><body>{text}</body></html>", encoding="utf-8")
    return home


def test_a_verified_source_without_page_fails(loaded: LoadedSource, tmp_path: Path) -> None:
    """The rule bites: all three missing files are named."""
    assert len(faults(loaded, tmp_path)) == 3


def test_a_saved_page_that_fits_passes(loaded: LoadedSource, tmp_path: Path) -> None:
    """A page that yields what is expected is no fault."""
    save(loaded, tmp_path)

    assert faults(loaded, tmp_path) == []


def test_another_post_than_expected_fails(loaded: LoadedSource, tmp_path: Path) -> None:
    """The rule bites: one word more in the page is a fault."""
    save(loaded, tmp_path, BODY.replace("bùn", "bùn đất"))

    assert "something else" in faults(loaded, tmp_path)[0]


def test_a_configured_source_needs_no_page(loaded: LoadedSource, tmp_path: Path) -> None:
    """A source that nobody verified has nothing to show yet."""
    loaded.file.write_text(
        loaded.file.read_text(encoding="utf-8").replace("'verified'", "'configured'"),
        encoding="utf-8",
    )

    assert faults(load_source(loaded.file), tmp_path) == []
