"""Saved pages: those of the repository, or those that `sources check --save` put beside a file."""

from pathlib import Path

from crawlers import saved
from crawlers.saved import extracted, plain
from crawlers.source import LoadedSource

__all__ = ["SAVED", "extracted", "faults", "plain"]
SAVED = Path(__file__).parent / "sources"


def faults(loaded: LoadedSource, folder: Path = SAVED) -> list[str]:
    """Return what is wrong with a source's saved page; nothing for one that is not verified."""
    shipped, beside = folder / loaded.source.name, saved.home_of(loaded)
    return saved.faults(loaded, shipped if shipped.exists() or not beside.exists() else beside)
