"""Stores for the tests: each test has one of its own, on either backend."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from kiemchung.store.base import Store
from kiemchung.store.elasticsearch import ElasticsearchStore
from kiemchung.store.sqlite import SqliteStore

Open = Callable[[], Store]


def new_prefix() -> str:
    """Return an index prefix that nobody else has."""
    return f"test-{uuid.uuid4().hex[:12]}"


def remove(url: str, prefix: str) -> None:
    """Remove all indices of `prefix`."""
    with Elasticsearch(url) as client:
        for index in client.indices.get(index=f"{prefix}-*"):
            client.indices.delete(index=index)


@pytest.fixture
def prefix(elasticsearch_url: str) -> Iterator[str]:
    """Give an index prefix that no other test has, and remove its indices afterwards."""
    name = new_prefix()
    yield name
    remove(elasticsearch_url, name)


@pytest.fixture(scope="session")
def shared_prefix(elasticsearch_url: str) -> Iterator[str]:
    """Give a prefix whose indices one test after the other uses: making them takes a second."""
    name = new_prefix()
    yield name
    remove(elasticsearch_url, name)


@pytest.fixture
def raw(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    """Give a client of the real node, for what the store does not offer."""
    with Elasticsearch(elasticsearch_url) as client:
        yield client


@pytest.fixture
def open_elasticsearch(
    elasticsearch_url: str, shared_prefix: str, raw: Elasticsearch
) -> Iterator[Open]:
    """Open the same Elasticsearch store, as often as wanted; it is empty at first."""
    raw.indices.refresh(index=f"{shared_prefix}-*")
    raw.delete_by_query(
        index=f"{shared_prefix}-*", query={"match_all": {}}, conflicts="proceed", refresh=True
    )
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(ElasticsearchStore(elasticsearch_url, prefix=shared_prefix))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def open_sqlite(tmp_path: Path) -> Iterator[Open]:
    """Open the same SQLite store, as often as wanted."""
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(SqliteStore(tmp_path / "made" / "store.sqlite"))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture(params=["sqlite", "elasticsearch"])
def open_again(request: pytest.FixtureRequest) -> Open:
    """Open the same store, on each backend in turn."""
    opener: Open = request.getfixturevalue(f"open_{request.param}")
    return opener


@pytest.fixture
def store(open_again: Open) -> Store:
    """Give an empty store on each backend in turn."""
    return open_again()
