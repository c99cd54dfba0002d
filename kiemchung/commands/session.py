"""What commands open and hand down: settings, store, desk, captures, crawl state."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from kiemchung.errors import SettingsError
from kiemchung.pipeline import Progress
from kiemchung.settings import Settings, load_settings
from kiemchung.store import open_store
from kiemchung.store.base import Store


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
