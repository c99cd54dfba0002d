"""How well what was found agrees with what was labelled: three counts, and the shares they make."""

from collections.abc import Iterable

import msgspec


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one label over many texts; a share without anything to divide by is None."""

    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self) -> float | None:
        """Return which share of what was found is right, 0 to 1."""
        found = self.hits + self.false_alarms
        return self.hits / found if found else None

    @property
    def recall(self) -> float | None:
        """Return which share of what is there was found, 0 to 1."""
        wanted = self.hits + self.misses
        return self.hits / wanted if wanted else None

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of precision and recall, 0 to 1."""
        both = 2 * self.hits + self.false_alarms + self.misses
        return 2 * self.hits / both if both else None


def tally(wanted: Iterable[bool], found: Iterable[bool]) -> Tally:
    """Count, text by text, what is `wanted` and what was `found`.

    Raises:
        ValueError: there are more of the one than of the other.
    """
    pairs = list(zip(map(bool, wanted), map(bool, found), strict=True))
    return Tally(
        hits=pairs.count((True, True)),
        false_alarms=pairs.count((False, True)),
        misses=pairs.count((True, False)),
    )
