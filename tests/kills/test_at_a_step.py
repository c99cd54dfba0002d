"""F1: `kill -9` before or after any durable step; the next run mends everything."""

import random
from pathlib import Path

import pytest

from tests.kills.days import Undisturbed, check_mended, some, started, watched
from tests.kills.hook.sitecustomize import STEPS

pytestmark = pytest.mark.timeout(900)
MOMENTS = [f"{step}/{moment}" for step in STEPS for moment in ("before", "after")]
EACH = 10
"""Cases of each moment; `make test` runs one."""


@pytest.mark.parametrize("seed", some(EACH, 1))
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_step(undisturbed: Undisturbed, tmp_path: Path, moment: str, seed: int) -> None:
    """F1: killed at one call of a step, alone or with all its processes, nothing is lost."""
    rng = random.Random(f"{moment}/{seed}")
    scope = rng.choice(("self", "all"))
    mark = tmp_path / "killed"
    # What is noted together depends on how busy the machine is; the first call always comes.
    for nth in (rng.randint(1, undisturbed.calls[moment]), 1):
        run = watched(
            undisturbed.server,
            tmp_path / str(nth),
            KILL_AT=f"{moment}/{nth}/{scope}",
            KILL_MARK=str(mark),
        )
        with started(run) as process:
            process.wait(timeout=240)
        if mark.exists():
            break

    assert mark.exists()
    check_mended(run, undisturbed)
