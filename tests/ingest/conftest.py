"""What ingestion is handed, over an empty folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiemchung.ingest import Ingest
from kiemchung.settings import load_settings
from kiemchung.store import open_store
from tests.ingest import outlets


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Ingest]:
    """Give an empty store, crawl state and captures, and three sources."""
    settings = load_settings({"KIEMCHUNG_DATA_DIR": str(tmp_path / "data")})
    store = open_store(settings)
    yield from outlets.opened(settings, store, outlets.sources(tmp_path / "sources"))
    store.close()
