"""A day's work to kill, and what it must have come to after the next run."""

import subprocess
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

HOOK = Path(__file__).parent / "hook"
SOURCES = ("--source", "xom_cho", "--source", "kiem_tin")


class Undisturbed(msgspec.Struct, frozen=True):
    """A run that nothing disturbed: the store it ended in, its seconds, and its calls by moment."""

    server: DemoServer
    dump: bytes
    seconds: float
    calls: dict[str, int]


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


def started(run: DemoRun) -> "subprocess.Popen[bytes]":
    """Begin the day's work, in a group of processes of its own."""
    return subprocess.Popen(
        [PROGRAM, "run", *SOURCES],
        env=run.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
