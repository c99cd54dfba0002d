"""Each software's saved pages yield their messages, and nobody's name."""

from pathlib import Path

import msgspec
import pytest

import crawlers.software
from crawlers.registry import load_source
from crawlers.software import SOFTWARE
from crawlers.source import Software
from kiemchung.errors import SourceError
from kiemchung.text import fold_text
from tests.crawlers.lab import DEFAULTS, SOURCE
from tests.crawlers.pages import NAMES
from tests.crawlers.software.saved_pages import expected, extract_saved, saved_pages

HANDLES = ("vohoaian", "quan_tri", "Mod Bãi Giữa", "phamgiahung")
NO_SOFTWARE = {"__init__", "boards", "feeds", "forums", "reading"}
PAGES = pytest.mark.parametrize("page", saved_pages(), ids=lambda p: f"{p.parent.name}-{p.stem}")


@PAGES
def test_a_saved_page_yields_its_messages(page: Path) -> None:
    """Opening post, replies and messages come out each under their own address, with their date."""
    told, found = expected(page), extract_saved(page)

    fields = ("url", "kind", "title", "text", "published_at")
    drafts = msgspec.json.decode(msgspec.json.encode(found.drafts))
    assert [{field: draft[field] for field in fields} for draft in drafts] == told.drafts
    assert found.canonical_url == told.canonical_url
    assert found.fact_checks == ()


@PAGES
def test_no_name_is_left(page: Path) -> None:
    """Who writes, is answered, is quoted, signs or likes stands on the page, and in no draft."""
    there = fold_text(page.read_text(encoding="utf-8"))
    names = [fold_text(name) for name in (*NAMES, *HANDLES) if fold_text(name) in there]

    said = [fold_text(f"{draft.title}\n{draft.text}") for draft in extract_saved(page).drafts]
    assert names
    assert [(name, text) for name in names for text in said if name in text] == []


@PAGES
def test_messages_lie_on_the_pages_own_host(page: Path) -> None:
    """No message is told under another host's address, a visit's, or the number of a page."""
    host = expected(page).url.split("/")[2]

    for draft in extract_saved(page).drafts:
        assert draft.url.split("/")[2] == host
        assert not any(part in draft.url for part in ("sid=", "&s=", "page-", "page=", "start="))


def test_every_software_is_read() -> None:
    """Each has its module, each module its line in the list, and a saved page."""
    modules = {file.stem for file in Path(crawlers.software.__path__[0]).glob("*.py")}

    assert modules - NO_SOFTWARE == {software.value for software in SOFTWARE} == set(Software)
    assert {page.parent.name for page in saved_pages()} == set(Software)


def test_a_source_is_read_as_its_software_is(tmp_path: Path) -> None:
    """A source takes its software's extraction, and its own where it has one."""
    fields = {**DEFAULTS, "name": "a", "listings": ("http://a.example/s/a",)}
    text = SOURCE.format(**{**fields, "spider": "channel", "software": "telegram"})
    file = tmp_path / "a.py"
    file.write_text(text, encoding="utf-8")
    assert load_source(file).extract is SOFTWARE[Software.TELEGRAM].extract

    file.write_text(text + "\n\ndef extract(page, source):\n    raise ValueError\n")
    own = load_source(file).extract
    assert own is not None
    assert own.__module__.startswith("crawlers_source")


def test_a_channel_that_nothing_reads_does_not_load(tmp_path: Path) -> None:
    """A channel's page is no article: without software it needs a reading of its own."""
    file = tmp_path / "a.py"
    fields = {**DEFAULTS, "name": "a", "listings": ("http://a.example/",), "spider": "channel"}
    file.write_text(SOURCE.format(**fields), encoding="utf-8")

    with pytest.raises(SourceError, match="`software`"):
        load_source(file)
