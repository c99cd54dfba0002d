"""`extract`: posts from captures, those that wait or all of them once more."""

import json
import os
import sys
from collections.abc import Container, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from kiemchung.commands.crawling import opened_ingest
from kiemchung.commands.session import one_line, opened_store, shown_progress
from kiemchung.errors import InputError

if TYPE_CHECKING:
    from kiemchung.replay import Replayed

COLUMNS = ("pages", "broken", "same", "text", "title", "date", "new", "lost")


@click.command()
@click.option("--from-captures", is_flag=True, help="All captures that live, not what waits.")
@click.option("--source", "names", multiple=True, help="Only this source; repeatable.")
@click.option("--dry-run", is_flag=True, help="Write nothing: say what would change.")
@click.option(
    "--diff",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what changes to this file, as JSON.",
)
def extract(names: Sequence[str], file: Path | None, *, from_captures: bool, dry_run: bool) -> None:
    """Turn captured pages into posts, without a request: those that wait, or all once more.

    With --from-captures the posts whose capture and own time both live are rebuilt, into an empty
    store too; what expired stays gone. What another version of an extractor changes is shown by
    source. May be killed and repeated; `kiemchung analyse` comes next.

    Example: kiemchung extract --from-captures --source song_may --dry-run --diff changes.json
    """
    from kiemchung.ingest import ingest_pending
    from kiemchung.replay import replay

    if not from_captures and (dry_run or file):
        raise InputError("extract: --dry-run and --diff go with --from-captures")
    if file is not None:
        _refuse_unwritable(file)
    with (
        opened_store() as (settings, store),
        opened_ingest(settings, store) as parts,
        shown_progress() as report,
    ):
        if not from_captures:
            _refuse_unknown(names, {*parts.sources, *parts.captures.sources()})
            ingest_pending(parts, report, only=names)
            return
        done = replay(parts, settings, only=names, write=not dry_run, progress=report)
    _show(done)
    if file is not None:
        _write(file, done)
    _tell(done, names)


def _refuse_unwritable(file: Path) -> None:
    """Refuse a file that can't be written before hours are spent on what it is to hold."""
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise InputError(f"{file}: can't be written; name another file, in a folder that is there")


def _refuse_unknown(names: Sequence[str], known: Container[str]) -> None:
    for name in names:
        if name not in known:
            raise InputError(f"extract: there is no source {name!r}, nor a capture of one")


def _show(done: "Replayed") -> None:
    table = Table("source", *COLUMNS, title="Pages read, and posts by what changed")
    for column in table.columns[1:]:
        column.justify = "right"
    examples = Table("source", "changed", "address", "before", "after", title="Examples")
    for name, found in done.differences.items():
        counts = found.counts()
        table.add_row(name, *(str(counts[column]) for column in COLUMNS))
        for each in found.examples:
            cells = (each.url, each.before, each.after)
            examples.add_row(name, each.change, *map(one_line, cells))
    console = Console()
    console.print(table)
    if examples.row_count:
        console.print(examples)


def _write(file: Path, done: "Replayed") -> None:
    report = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "pages": done.pages,
        "lost_captures": done.lost,
        "unknown_sources": done.unknown,
        "sources": {name: found.report() for name, found in done.differences.items()},
    }
    try:
        file.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file}: can't be written ({error.strerror}); name another") from error


def _tell(done: "Replayed", names: Sequence[str]) -> None:
    faults = [f"source {name}: its file is gone; its captures were left" for name in done.unknown]
    missing = set(names) - done.differences.keys() - set(done.unknown)
    faults += [f"source {name}: there are no captures" for name in sorted(missing)]
    if done.lost:
        faults.append(f"{done.lost} captures are damaged, or went while they were read")
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)
