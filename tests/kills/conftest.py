"""What the tests of kills share."""

import time
from collections.abc import Iterator

import pytest

from demo.server import DemoServer
from tests.kills.days import SOURCES, Undisturbed, dump_of, watched


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    """Do the day's work once, counting its steps."""
    folder = tmp_path_factory.mktemp("undisturbed")
    counts = folder / "counts"
    counts.mkdir()
    with DemoServer() as server:
        run = watched(server, folder, KILL_COUNTS=str(counts))
        began = time.monotonic()
        done = run.kiemchung("run", *SOURCES)
        seconds = time.monotonic() - began
        assert done.returncode == 0, done.stderr
        calls: dict[str, int] = {}
        for file in counts.iterdir():
            moment = "/".join(file.name.split(".")[:2])
            calls[moment] = max(calls.get(moment, 0), file.stat().st_size)
        yield Undisturbed(server, dump_of(run), seconds, calls)
