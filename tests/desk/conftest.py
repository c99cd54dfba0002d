"""A desk of each kind, real and empty: SQLite in a folder of its own, PostgreSQL in a database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from kiemchung.desk import Desk, open_desk
from kiemchung.paths import ROOT

SCRIPT = ROOT / "scripts" / "postgres"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give a running PostgreSQL: KIEMCHUNG_TEST_POSTGRES, or one of this session's own."""
    if url := os.environ.get("KIEMCHUNG_TEST_POSTGRES"):
        yield url
        return
    name = f"desk-tests-{os.getpid()}"
    command = [sys.executable, str(SCRIPT), "up", "--name", name, "--json"]
    started = subprocess.run(command, capture_output=True, text=True, check=False)
    if started.returncode:
        sentence = f"PostgreSQL can't start: {started.stderr.strip().partition(chr(10))[0]}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(sentence)
    yield json.loads(started.stdout)["url"]
    subprocess.run([sys.executable, str(SCRIPT), "down", "--name", name], check=True)


def _sql(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty desk of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.sqlite'}"
        return
    server = request.getfixturevalue("postgres_url")
    name = f"desk_{uuid4().hex}"
    _sql(server, f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def desk(desk_url: str) -> Iterator[Desk]:
    """Give an open desk of each kind."""
    desk = open_desk(desk_url)
    yield desk
    desk.close()
