"""A misbehaving server and a crawl against it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import Lab


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """Serve on loopback."""
    server = HostileServer()
    yield server
    server.close()


@pytest.fixture
def lab(tmp_path: Path, server: HostileServer) -> Lab:
    """Return a place to crawl the server from."""
    return Lab(tmp_path, server)
