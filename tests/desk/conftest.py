"""A desk of each kind, real and empty: SQLite in a folder of its own, PostgreSQL in a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiemchung.desk import Desk, open_desk


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty desk of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.sqlite'}"
        return
    yield str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def desk(desk_url: str) -> Iterator[Desk]:
    """Give an open desk of each kind."""
    desk = open_desk(desk_url)
    yield desk
    desk.close()
