"""F1: `kill -9` anywhere; the next run mends everything."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.demo_runs import demo_run
from tests.kills.days import Undisturbed, check_mended, some, started

ANYWHERE = 80
FEW = 3
"""Cases that `make test` runs."""


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
