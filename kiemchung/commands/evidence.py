"""`search` and `fact-checks`: flags and published checks in the store."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from kiemchung.commands.session import one_line, opened_store
from kiemchung.publishers import load_publishers
from kiemchung.records import FactCheck, Flag


@click.command()
@click.argument("query")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=10,
    show_default=True,
    help="At most so many of each kind.",
)
def search(query: str, limit: int) -> None:
    """Search flags and fact-checks; "quoted words" keep their marks.

    Example: kiemchung search 'da nang "sóng thần"'
    """
    with opened_store() as (_, store):
        flags = store.search(Flag, query, limit=limit)
        checks = store.search(FactCheck, query, limit=limit)
    table = Table("kind", "label / rating", "text", "source / publisher", "id")
    for flag in (hit.record for hit in flags):
        text = one_line(flag.title or flag.text)
        table.add_row(
            "flag", f"{flag.label} · {flag.status}", text, one_line(flag.source), one_line(flag.id)
        )
    for check in (hit.record for hit in checks):
        table.add_row(
            "check",
            check.rating,
            one_line(check.claim),
            one_line(check.publisher),
            one_line(check.id),
        )
    Console().print(table)


@click.group("fact-checks")
def fact_checks() -> None:
    """Import and list published fact-checks.

    Example: kiemchung fact-checks list
    """


@fact_checks.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_checks(file: Path) -> None:
    """Import FILE: a check a line, as in the contract or as ClaimReview JSON-LD.

    Example: kiemchung fact-checks import checks.jsonl
    """
    from kiemchung.fact_checks import fact_check_lines
    from kiemchung.ingest import put_checks

    with opened_store() as (settings, store):
        lines = fact_check_lines(file, load_publishers(settings.publishers_files))
        new, rejected = put_checks(store, list(lines))
    for each in rejected:
        click.echo(f"{file}: check {each.id}: {each.cause}", err=True)
    bad = lines.bad + len(rejected)
    click.echo(f"{new} fact-checks new or changed, {bad} bad lines skipped")
    if bad:
        sys.exit(1)


@fact_checks.command("list")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    help="At most so many, newest first.",
)
def list_checks(limit: int) -> None:
    """List the fact-checks in the store, newest first.

    Example: kiemchung fact-checks list --limit 10
    """
    table = Table("date", "rating", "claim", "publisher", "type")
    with opened_store() as (_, store):
        for check in store.scan(FactCheck, sort="review_date", descending=True, limit=limit):
            date = check.review_date.date().isoformat() if check.review_date else "–"
            table.add_row(
                date,
                check.rating,
                one_line(check.claim),
                one_line(check.publisher),
                check.publisher_type,
            )
    Console().print(table)
