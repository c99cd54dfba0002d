"""The real parts that tests of several packages share."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "elasticsearch"


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


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """Give the address of a real Elasticsearch; one that ran before goes on running."""
    if given := os.environ.get("KIEMCHUNG_TEST_ELASTICSEARCH"):
        yield given
        return
    ran_before = is_running("tests")
    yield str(start_elasticsearch("tests")["url"])
    if not ran_before:
        stop_elasticsearch("tests")
