"""Names of processes that hold something, by which others on the same machine see them gone.

Only a hint: where it can't be known (another machine, no /proc), a lease's expiry decides.
"""

import os
from functools import cache
from pathlib import Path
from uuid import uuid4

PROC = Path("/proc")
GONE = frozenset({"Z", "X", "x"})
START_TIME = 19
"""Where the start time stands in /proc/PID/stat, counted from the state."""


def new_owner() -> str:
    """Return a name that nobody else has, and that tells which process this is."""
    return f"{_here()}/{os.getpid()}/{_started(os.getpid())}/{uuid4().hex}"


def is_gone(owner: str) -> bool:
    """Tell whether the process that named itself `owner` surely has ended."""
    here, _, rest = owner.partition("/")
    pid, _, rest = rest.partition("/")
    started = rest.partition("/")[0]
    if not here or here != _here() or not started or not pid.isdigit():
        return False
    return _started(int(pid)) != started


@cache
def _here() -> str:
    """Return a name of this machine's boot and its table of processes; "" where there is none."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{(PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when the living process `pid` began, in the kernel's ticks; "" if there is none."""
    try:
        # The name stands in brackets, and may hold anything.
        stat = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].decode("ascii").split()
    except (OSError, UnicodeError):
        return ""
    return "" if not stat or stat[0] in GONE else stat[START_TIME]
