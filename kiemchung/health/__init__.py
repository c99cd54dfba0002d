"""Which source somebody should look at, and why: `check_health` and `read_health`."""

from kiemchung.health.board import GROUPS, Group, SourceHealth, State, check_health, read_health
from kiemchung.health.view import SHOWN, Watched

__all__ = [
    "GROUPS",
    "SHOWN",
    "Group",
    "SourceHealth",
    "State",
    "Watched",
    "check_health",
    "read_health",
]
