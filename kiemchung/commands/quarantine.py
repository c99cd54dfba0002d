"""`quarantine`: what broke a stage, and driving it again."""

import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from kiemchung.commands.crawling import opened_ingest
from kiemchung.commands.session import one_line, opened_store, shown_progress
from kiemchung.errors import InputError
from kiemchung.records import Quarantined
from kiemchung.store.base import Store

STAGE = click.option(
    "--stage", type=click.Choice(["extract", "store", "listing"]), help="Only this stage."
)
SOURCE = click.option("--source", default="", help="Only this source.")


@click.group()
def quarantine() -> None:
    """Pages that broke a stage: whose, where, and why; no word of them.

    Example: kiemchung quarantine list
    """


@quarantine.command("list")
@STAGE
@SOURCE
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="At most so many, newest first.",
)
def list_entries(stage: str | None, source: str, limit: int) -> None:
    """List what is in quarantine, newest first, and count it by stage and cause.

    Example: kiemchung quarantine list --stage extract --source song_may
    """
    from kiemchung.quarantine import causes, entries

    table = Table("id", "when", "stage", "source", "address", "cause")
    table.columns[0].min_width = 32  # an id is typed again: never cut
    counted = Table("stage", "cause", "entries", title="All that is in quarantine")
    counted.columns[2].justify = "right"
    with opened_store() as (_, store):
        for entry in entries(store, stage=stage or "", source=source, limit=limit):
            when = f"{entry.at:%Y-%m-%d %H:%M}"
            cells = (entry.stage, entry.source, entry.subject, entry.cause)
            table.add_row(entry.id, when, *map(one_line, cells))
        for (of_stage, cause), count in causes(store).items():
            counted.add_row(one_line(of_stage), one_line(cause), str(count))
    console = Console()
    if not counted.row_count:
        console.print("Nothing is in quarantine.")
        return
    console.print(table)
    console.print(counted)


@quarantine.command("show")
@click.argument("entry_id", metavar="ID")
def show_entry(entry_id: str) -> None:
    """Show all that is known of an entry: stage, version, cause, address, capture, time.

    Example: kiemchung quarantine show 0b0e7a3c41a5f6d2c8e9b7a61f3d5c20
    """
    with opened_store() as (_, store):
        (entry,) = _found(store, [entry_id])
    table = Table(show_header=False)
    for name in ("id", "stage", "stage_version", "cause", "source", "subject", "capture"):
        table.add_row(name, one_line(getattr(entry, name), width=2_000))
    table.add_row("at", entry.at.isoformat(timespec="seconds"))
    Console().print(table)


@quarantine.command("retry")
@click.argument("ids", nargs=-1, metavar="[ID]…")
@STAGE
@SOURCE
@click.option("--all", "everything", is_flag=True, help="All that is in quarantine.")
def retry_entries(ids: Sequence[str], stage: str | None, source: str, *, everything: bool) -> None:
    """Drive entries again from their captures by the present version; nothing is fetched.

    What succeeds leaves quarantine. Status 1 where something broke again.

    Example: kiemchung quarantine retry --source song_may
    """
    from kiemchung.quarantine import entries, retry

    if not (ids or stage or source or everything):
        raise InputError("quarantine retry: name entries, --stage, --source, or --all")
    with opened_store() as (settings, store), shown_progress() as report:
        found = entries(store, stage=stage or "", source=source)
        wanted = _found(store, ids) if ids else list(found)
        with opened_ingest(settings, store) as parts:
            done = retry(parts, wanted, page_bytes=settings.page_bytes, progress=report)
    for entry in done.left:
        click.echo(f"{entry.id}: {entry.stage}: {one_line(entry.cause)}", err=True)
    click.echo(f"{done.driven} entries driven again, {done.mended} of them mended")
    if done.left:
        sys.exit(1)


def _found(store: Store, ids: Sequence[str]) -> list[Quarantined]:
    there = store.get(Quarantined, list(dict.fromkeys(ids)))
    for each in ids:
        if each not in there:
            raise InputError(f"quarantine entry {each!r}: there is none; it may be mended, or over")
    return list(there.values())
