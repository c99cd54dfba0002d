"""What a replay is handed: a store of each kind over one folder of captures and crawl state."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiemchung.ingest import Ingest
from kiemchung.settings import Settings, load_settings
from kiemchung.store import open_store
from tests.ingest import outlets
from tests.store.conftest import new_prefix, remove


@pytest.fixture(params=["sqlite", "elasticsearch"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Give the settings of an empty installation on each store in turn."""
    environ = {"KIEMCHUNG_DATA_DIR": str(tmp_path / "data")}
    if request.param == "sqlite":
        yield load_settings(environ)
        return
    url, prefix = request.getfixturevalue("elasticsearch_url"), new_prefix()
    yield load_settings({**environ, "KIEMCHUNG_STORE_URL": url, "KIEMCHUNG_INDEX_PREFIX": prefix})
    remove(url, prefix)


@pytest.fixture
def parts(settings: Settings, tmp_path: Path) -> Iterator[Ingest]:
    """Give an empty store, crawl state and captures, and three sources."""
    store = open_store(settings)
    yield from outlets.opened(settings, store, outlets.sources(tmp_path / "sources"))
    store.close()


@pytest.fixture
def emptied(parts: Ingest, tmp_path: Path) -> Iterator[Ingest]:
    """Give the same captures and crawl state over another store, an embedded one, empty."""
    store = open_store(load_settings({"KIEMCHUNG_DATA_DIR": str(tmp_path / "other")}))
    yield msgspec.structs.replace(parts, store=store)
    store.close()
