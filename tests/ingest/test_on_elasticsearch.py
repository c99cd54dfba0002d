"""The same days of a crawl on both stores: edits, deletions, repeats, and what expires of them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from kiemchung.crawl_state import KnownPage
from kiemchung.ingest import Ingest, ingest_pending
from kiemchung.records import Edition, Post
from kiemchung.retention import Expired, expire_records
from kiemchung.settings import load_settings
from kiemchung.store.dump import canonical_dump
from kiemchung.store.elasticsearch import ElasticsearchStore
from tests.ingest import outlets
from tests.ingest.outlets import TEXTS, A, B, article, fetch, later, thread

T = "http://kenh.example/t/1"


@pytest.fixture
def far(elasticsearch_url: str, tmp_path: Path) -> Iterator[Ingest]:
    """Give what ingestion is handed, over an Elasticsearch."""
    prefix = f"test-{uuid4().hex[:12]}"
    settings = load_settings({"KIEMCHUNG_DATA_DIR": str(tmp_path / "far")})
    store = ElasticsearchStore(elasticsearch_url, prefix=prefix)
    yield from outlets.opened(settings, store, outlets.sources(tmp_path / "other"))
    store.close()
    with Elasticsearch(elasticsearch_url) as client:
        for index in client.indices.get(index=f"{prefix}-*"):
            client.indices.delete(index=index)


def live(parts: Ingest) -> Expired:
    """Crawl for three days: two edits, a message and a page that go, five pages that say nothing.

    Then let nine days pass.
    """
    fetch(parts, B, article(B, title="Tin khác"))
    for day, text in enumerate(TEXTS):
        fetch(parts, A, article(A, text), run=f"r{day}", at=later(day))
    for day, numbers in enumerate(((1, 2, 3), (1, 3))):
        body = thread(T, numbers)
        fetch(parts, T, body, run=f"r{day}", source="kenh", at=later(day))
    ingest_pending(parts)
    for number in range(5):
        url = f"http://baothu.example/tin/{number}"
        fetch(parts, url, article(url, "Đang cập nhật.", "Báo"), run="r3", at=later(3))
        ingest_pending(parts) if number == 2 else None
    gone = KnownPage(url=B, source="bao_thu", capture="", checked_at=later(3), gone_at=later(3))
    parts.state.record([], [gone])
    ingest_pending(parts)
    settings = load_settings({})
    return expire_records(parts.store, parts.captures, parts.state, settings, later(9))


def test_both_stores_end_the_same(parts: Ingest, far: Ingest) -> None:
    """What is left is the edited article with two earlier editions, and two messages."""
    here, there = live(parts), live(far)

    assert here == there
    assert (here.posts, here.editions) == (2, 0)
    assert canonical_dump(parts.store) == canonical_dump(far.store)
    assert {post.url for post in far.store.scan(Post)} == {A, f"{T}#m1", f"{T}#m3"}
    assert sorted(edition.edition for edition in far.store.scan(Edition)) == [1, 2]
