"""F1: `kill -9` before or after any durable step, or anywhere; the next run mends everything."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from demo.server import DemoServer
from kiemchung.crawl_state import open_crawl_state
from kiemchung.settings import load_settings
from kiemchung.store.dump import canonical_dump
from kiemchung.vocabulary import Fate
from tests.demo_runs import PROGRAM, DemoRun, demo_run
from tests.kills.hook.sitecustomize import STEPS

HOOK = Path(__file__).parent / "hook"
SOURCES = ("--source", "xom_cho", "--source", "kiem_tin")
MOMENTS = [f"{step}/{moment}" for step in STEPS for moment in ("before", "after")]
EACH = 10
ANYWHERE = 80
FEW = 6
"""Cases anywhere that `make test` runs; of each moment it runs one."""


class Undisturbed(msgspec.Struct, frozen=True):
    """A run that nothing disturbed: the store it ended in, its seconds, and its calls by moment."""

    server: DemoServer
    dump: bytes
    seconds: float
    calls: dict[str, int]


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


def watched(server: DemoServer, folder: Path, **more: str) -> DemoRun:
    """Prepare a run whose processes all load the hook."""
    return demo_run(server, folder / "data", PYTHONPATH=str(HOOK), KIEMCHUNG_DELAY="0", **more)


def dump_of(run: DemoRun) -> bytes:
    """Return what the run's store holds."""
    with run.store() as store:
        return canonical_dump(store)


def some(count: int, few: int) -> list[Any]:
    """Return `count` seeds; those after the first `few` are run by `make faults` alone."""
    more = [pytest.param(seed, marks=pytest.mark.faults) for seed in range(few, count)]
    return [*range(few), *more]


def check_mended(run: DemoRun, undisturbed: Undisturbed) -> None:
    """Do the next run, undisturbed; its store and its counts must be right."""
    run = demo_run(run.server, run.data, KIEMCHUNG_DELAY="0")
    done = run.kiemchung("run", *SOURCES)

    assert done.returncode == 0, done.stderr
    assert dump_of(run) == undisturbed.dump
    state = open_crawl_state(load_settings(run.environment).crawl_state_url)
    waiting = list(state.pending())
    fates = state.fates_of(str(state.latest_run()))
    state.close()
    assert waiting == []
    assert not any(fate in by for by in fates.values() for fate in (Fate.FETCHED, Fate.QUARANTINED))


@pytest.mark.parametrize("seed", some(EACH, 1))
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_step(undisturbed: Undisturbed, tmp_path: Path, moment: str, seed: int) -> None:
    """F1: killed at one call of a step, alone or with all its processes, nothing is lost."""
    rng = random.Random(f"{moment}/{seed}")
    nth = rng.randint(1, undisturbed.calls[moment])
    scope = rng.choice(("self", "all"))
    mark = tmp_path / "killed"
    run = watched(
        undisturbed.server, tmp_path, KILL_AT=f"{moment}/{nth}/{scope}", KILL_MARK=str(mark)
    )

    with started(run) as process:
        process.wait(timeout=120)

    assert mark.exists()
    check_mended(run, undisturbed)


@pytest.mark.parametrize("seed", some(ANYWHERE, FEW))
def test_killed_anywhere(undisturbed: Undisturbed, tmp_path: Path, seed: int) -> None:
    """F1: killed at a random moment, alone or with all its processes, nothing is lost."""
    rng = random.Random(f"anywhere/{seed}")
    run = demo_run(undisturbed.server, tmp_path / "data", KIEMCHUNG_DELAY="0")

    with started(run) as process:
        time.sleep(rng.uniform(0.0, undisturbed.seconds))
        if rng.random() < 0.5:
            process.kill()
        elif process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)

    check_mended(run, undisturbed)


def started(run: DemoRun) -> "subprocess.Popen[bytes]":
    """Begin the day's work, in a group of processes of its own."""
    return subprocess.Popen(
        [PROGRAM, "run", *SOURCES],
        env=run.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
