"""Pages from captures: the same records as a crawl left, and no more."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from crawlers.worker import Workers
from kiemchung.ingest import Ingest, Ingested, ingest_pages, ingest_pending
from kiemchung.records import Post, RawPage
from kiemchung.settings import load_settings
from kiemchung.store import open_store
from kiemchung.store.dump import canonical_dump
from kiemchung.vocabulary import Fate
from tests.ingest import outlets
from tests.ingest.outlets import TEXTS, A, B, article, deleted, fates, later, page, thread

T = "http://kenh.example/t/1"
PAGES = [
    page(A, article(A)),
    page(T, thread(T, (1, 2, 3)), source="kenh"),
    page(B, article(B, TEXTS[1], "Tin khác")),
    page(A, article(A, TEXTS[1]), at=later(1)),
    page(T, thread(T, (1, 3, 4)), source="kenh", at=later(1)),
    page(A, article(A, TEXTS[2]), at=later(2)),
]
"""Three days: an edit, another one, a message that vanishes."""
NOW = later(3)


def crawl(parts: Ingest) -> None:
    """Leave and read all pages as a crawl would, a run a day."""
    for each in PAGES:
        run = f"r{each.fetched_at:%d}"
        outlets.fetch(
            parts, each.url, each.body.decode(), run=run, source=each.source, at=each.fetched_at
        )
    ingest_pending(parts)


@pytest.fixture
def empty(parts: Ingest, tmp_path: Path) -> Iterator[Ingest]:
    """Give the same crawl state and captures over an empty store."""
    store = open_store(load_settings({"KIEMCHUNG_DATA_DIR": str(tmp_path / "rebuilt")}))
    yield msgspec.structs.replace(parts, store=store)
    store.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Ingest]:
    """Give an empty store over an empty crawl state."""
    settings = load_settings({"KIEMCHUNG_DATA_DIR": str(tmp_path / "fresh")})
    store = open_store(settings)
    yield from outlets.opened(settings, store, outlets.sources(tmp_path / "again"))
    store.close()


def replay(parts: Ingest, pages: list[RawPage] = PAGES, *, write: bool = True) -> list[Fate]:
    """Read captured pages; return what became of each."""
    return [each.fate for each in ingested(parts, pages, write=write)]


def ingested(parts: Ingest, pages: list[RawPage], *, write: bool) -> list[Ingested]:
    """Read captured pages; return what became of each."""
    with Workers() as workers:
        return list(ingest_pages(parts, pages, workers, write=write, now=NOW))


def test_a_store_is_rebuilt(parts: Ingest, empty: Ingest) -> None:
    """Posts, editions and marks are those that the crawl left; no fate changes."""
    crawl(parts)
    before = fates(parts, "r20")

    replay(empty)

    assert canonical_dump(empty.store) == canonical_dump(parts.store)
    assert fates(parts, "r20") == before


def test_a_store_is_rebuilt_without_the_crawl_state(parts: Ingest, fresh: Ingest) -> None:
    """Whoever has the captures alone has the posts, the editions, and what vanished."""
    crawl(parts)

    replay(fresh)

    assert canonical_dump(fresh.store) == canonical_dump(parts.store)


def test_a_living_store_stays_as_it_is(parts: Ingest) -> None:
    """Older pages bring no older text back, and none is an edit."""
    crawl(parts)
    before = canonical_dump(parts.store)

    seen = replay(parts)

    assert set(seen) == {Fate.UNCHANGED}
    assert canonical_dump(parts.store) == before


def test_what_was_deleted_comes_back_deleted(parts: Ingest, empty: Ingest) -> None:
    """It is over as soon as it was to be."""
    crawl(parts)

    replay(empty, PAGES[:3])

    assert deleted(empty) == {A: False, B: False, "m1": False, "m2": True, "m3": False}


def test_what_expired_stays_gone(parts: Ingest) -> None:
    """A text over its time now is not taken in, however young it was in its capture."""
    old = [msgspec.structs.replace(PAGES[0], fetched_at=later(-100))]

    assert replay(parts, old) == [Fate.UNCHANGED]
    assert list(parts.store.scan(Post)) == []


def test_nothing_is_written_unless_asked_for(parts: Ingest) -> None:
    """What would change is told, with what is there."""
    crawl(parts)
    (post,) = (each for each in parts.store.scan(Post) if each.url == A)
    parts.store.put([msgspec.structs.replace(post, text="cũ", text_hash="x", extractor="old")])
    before = canonical_dump(parts.store)

    changed = [each for each in ingested(parts, PAGES, write=False) if each.records]

    assert canonical_dump(parts.store) == before
    assert [(each.url, each.fate) for each in changed] == [(A, Fate.CHANGED)]
    (was,) = changed[0].before
    (would_be,) = changed[0].records
    assert isinstance(was, Post)
    assert isinstance(would_be, Post)
    assert (was.text, would_be.text.splitlines()[0]) == ("cũ", TEXTS[2])
    assert was.edition == would_be.edition == 3
