"""What commands open and hand down: settings, store, desk, captures, crawl state."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from kiemchung.errors import SettingsError
from kiemchung.pipeline import Progress
from kiemchung.settings import Settings, load_settings
from kiemchung.store import open_store
from kiemchung.store.base import Store

WIDTH = 60
"""Characters of a text from the web that are shown in a table."""


def one_line(text: str, width: int = WIDTH) -> str:
    """Return one line of a text from the web, in which nothing speaks to the terminal."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return escape(line if len(line) <= width else line[: width - 1] + "…")


if TYPE_CHECKING:
    from kiemchung.health import Watched


@contextmanager
def opened_store() -> Iterator[tuple[Settings, Store]]:
    """Open the store of the settings, and close it at the end."""
    settings = load_settings()
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"KIEMCHUNG_DATA_DIR: {settings.data_dir} can't be made ({error.strerror}); name a "
            "folder that can be written"
        ) from error
    store = open_store(settings)
    try:
        yield settings, store
    finally:
        store.close()


def watched_sources(settings: Settings) -> "list[Watched]":
    """Return the sources that are switched on, as the health board knows them.

    One whose file can't be loaded is among them: nobody knows any more whether it is switched on.

    Raises:
        SourceError: a folder of sources is missing.
    """
    from crawlers.registry import read_registry
    from crawlers.source import SourceStatus
    from kiemchung.health import Watched

    registry = read_registry(settings.source_dirs)
    broken = [
        Watched(name=name, title=name, kind=None, min_posts=0, max_posts=0, is_broken=True)
        for name in registry.faults
    ]
    return broken + [
        Watched(
            name=each.source.name,
            title=each.source.title,
            kind=each.source.kind,
            hosts=each.source.all_hosts,
            min_posts=each.source.min_posts,
            max_posts=each.source.max_posts,
            since=_written(each.file),
        )
        for each in registry.sources.values()
        if each.source.status is SourceStatus.VERIFIED
    ]


def _written(file: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:  # removed since it was loaded
        return None


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Show a bar a stage on standard error, where that is a terminal; else a line a stage."""
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Bars(*columns, TimeElapsedColumn(), console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield report
