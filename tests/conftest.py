"""The real parts that tests of several packages share."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from kiemchung.crawl_state import CrawlState, open_crawl_state

LONGEST_FIRST = ("tests/dags/", "tests/kills/", "tests/test_demo_run", "tests/crawlers/")
"""Where two processes share the files, a long one that begins last would keep the other waiting."""
NODE = "tests"
ran_before = pytest.StashKey[bool]()

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
SCRIPT = SCRIPTS / "elasticsearch"
POSTGRES = SCRIPTS / "postgres"


def start_elasticsearch(name: str, *options: str) -> dict[str, object]:
    """Start a node or find it running; skip on a laptop where it can't start, fail in CI."""
    command = [sys.executable, str(SCRIPT), "up", "--json", "--name", name, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        state: dict[str, object] = json.loads(done.stdout)
        return state
    line = next((line for line in done.stderr.splitlines() if line.startswith("error")), "no word")
    said = f"the real Elasticsearch can't start ({line}); see scripts/elasticsearch"
    if os.environ.get("CI") == "true":
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


def stop_elasticsearch(name: str) -> None:
    """Stop a node and remove its data."""
    command = [sys.executable, str(SCRIPT), "down", "--name", name]
    subprocess.run(command, capture_output=True, check=True)


def is_running(name: str) -> bool:
    """Tell whether a node of this name was there before the tests."""
    command = [sys.executable, str(SCRIPT), "status", "--name", name]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def pytest_configure(config: pytest.Config) -> None:
    """Note whether there was a node; the processes of one run of pytest share it."""
    if not hasattr(config, "workerinput"):
        config.stash[ran_before] = is_running(NODE)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the node that this run of pytest began; one that ran before goes on running."""
    if config.stash.get(ran_before, True) is False and is_running(NODE):
        stop_elasticsearch(NODE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    ranks = {start: rank for rank, start in enumerate(LONGEST_FIRST)}
    items.sort(
        key=lambda item: next(
            (rank for start, rank in ranks.items() if item.nodeid.startswith(start)), len(ranks)
        )
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep a file in one process, and the DAGs' files together: their run is played once."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            is_dag = nodeid.startswith(LONGEST_FIRST[0])
            return LONGEST_FIRST[0] if is_dag else str(super()._split_scope(nodeid))

    return Scheduling(config, log)


@pytest.fixture(scope="session")
def elasticsearch_url() -> str:
    """Give the address of a real Elasticsearch."""
    given = os.environ.get("KIEMCHUNG_TEST_ELASTICSEARCH")
    return given or str(start_elasticsearch(NODE)["url"])


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give a running PostgreSQL: KIEMCHUNG_TEST_POSTGRES, or one of this session's own."""
    if url := os.environ.get("KIEMCHUNG_TEST_POSTGRES"):
        yield url
        return
    name = f"tests-{os.getpid()}"
    command = [sys.executable, str(POSTGRES), "up", "--name", name, "--json"]
    started = subprocess.run(command, capture_output=True, text=True, check=False)
    if started.returncode:
        sentence = f"PostgreSQL can't start: {started.stderr.strip().partition(chr(10))[0]}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(sentence)
    yield json.loads(started.stdout)["url"]
    subprocess.run([sys.executable, str(POSTGRES), "down", "--name", name], check=True)


def _sql(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """Give the address of an empty database of the test's own."""
    with new_database(postgres_url) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CrawlState]:
    """Open an empty crawl state of each kind."""
    url = f"sqlite:///{tmp_path}/new/state.sqlite"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres_database"))
    state = open_crawl_state(url)
    yield state
    state.close()


@contextmanager
def new_database(postgres_url: str) -> Iterator[str]:
    """Make an empty database, and drop it at the end."""
    name = f"test_{uuid4().hex}"
    _sql(postgres_url, f"CREATE DATABASE {name}")
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    _sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")
