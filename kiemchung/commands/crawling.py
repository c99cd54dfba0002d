"""`run`, `crawl` and `sources`: a day's work, its first half, and whom we read."""

import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from kiemchung.commands.session import opened_store, shown_progress
from kiemchung.errors import SourceError
from kiemchung.pipeline import Progress
from kiemchung.publishers import load_publishers
from kiemchung.records import Fate, Flag, MatchState, Post
from kiemchung.settings import Settings, load_settings
from kiemchung.store.base import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawlers.run import CrawlReport
    from kiemchung.ingest import Ingest

SOURCE = click.option("--source", "names", multiple=True, help="Only this source; repeatable.")
RUN = click.option("--run", "run_id", default="", help="The run's name; a killed one is repeated.")


@click.command()
@SOURCE
@RUN
def run(names: Sequence[str], run_id: str) -> None:
    """Do a whole day's work: crawl, extract, analyse, flag, expire; then say what became of it.

    For cron and laptops; Airflow runs the same steps as tasks. May be killed and repeated.

    Example: kiemchung run
    """
    from kiemchung.pipeline import analyse_pending
    from kiemchung.retention import expire_records

    began = time.monotonic()
    with opened_store() as (settings, store), shown_progress() as report:
        crawled = _crawl(settings, names, run_id or new_run(), report)
        with opened_ingest(settings, store) as parts:
            publishers = load_publishers(settings.publishers_files)
            _ingest(parts, report)
            analyse_pending(store, publishers, report)
            expire_records(store, parts.captures, settings, datetime.now(UTC))
            fates = parts.state.fates_of(crawled.run)
        _summarise(store, fates, time.monotonic() - began)
    _tell_errors(crawled.errors)


@click.command()
@SOURCE
@RUN
def crawl(names: Sequence[str], run_id: str) -> None:
    """Fetch what is new, keep its bytes as captures, and extract posts and fact-checks.

    Example: kiemchung crawl --source song_may
    """
    with opened_store() as (settings, store), shown_progress() as report:
        crawled = _crawl(settings, names, run_id or new_run(), report)
        with opened_ingest(settings, store) as parts:
            _ingest(parts, report)
            fates = parts.state.fates_of(crawled.run)
    Console().print(_fate_table(fates))
    _tell_errors(crawled.errors)


@click.group(invoke_without_command=True)
@click.pass_context
def sources(ctx: click.Context) -> None:
    """List whom we read, and why we may.

    Example: kiemchung sources

    Example: kiemchung sources check
    """
    if ctx.invoked_subcommand is None:
        from crawlers.registry import load_sources

        table = Table("name", "kind", "spider", "status", "owner", "why it may be read")
        for loaded in load_sources(load_settings().source_dirs).values():
            each = loaded.source
            table.add_row(each.name, each.kind, each.spider, each.status, each.owner, each.why)
        Console().print(table)


@sources.command("check")
def check_sources() -> None:
    """Load every source's file and say what is wrong with which.

    Example: kiemchung sources check
    """
    from crawlers.registry import load_source

    faults = 0
    for folder in load_settings().source_dirs:
        for file in sorted(folder.glob("[!_]*.py")):
            try:
                source = load_source(file).source
                click.echo(f"{source.name}: well ({source.status})")
            except SourceError as error:
                faults += 1
                click.echo(str(error), err=True)
    if faults:
        sys.exit(1)


def new_run() -> str:
    """Return a name for a run that begins now."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")


@contextmanager
def opened_ingest(settings: Settings, store: Store) -> "Iterator[Ingest]":
    """Open what ingestion needs beside the store, and close it at the end."""
    from crawlers.registry import load_sources
    from kiemchung.captures import Captures
    from kiemchung.crawl_state import open_crawl_state
    from kiemchung.ingest import Ingest

    state = open_crawl_state(settings.crawl_state_url)
    try:
        with Captures(settings.captures_dir, settings.captures_bytes) as captures:
            publishers = load_publishers(settings.publishers_files)
            sources = load_sources(settings.source_dirs)
            yield Ingest(store, state, captures, sources, publishers)
    finally:
        state.close()


def _ingest(parts: "Ingest", report: Progress) -> None:
    from kiemchung.ingest import ingest_pending

    ingest_pending(parts, report)


def _crawl(
    settings: Settings, names: Sequence[str], run_id: str, report: Progress
) -> "CrawlReport":
    from crawlers.registry import load_sources
    from crawlers.run import crawl as crawl_sources

    wanted = list(names) or list(load_sources(settings.source_dirs))
    if not wanted:
        raise SourceError(
            "there are no sources; add a file to crawlers/sources (docs/add_a_source.md)"
        )

    def progress(done: dict[str, int]) -> None:
        report("crawl", sum(done.values()), sum(done.values()))

    return crawl_sources(settings, wanted, run_id, progress=progress)


def _fate_table(fates: dict[str, dict[Fate, int]]) -> Table:
    from kiemchung.ingest import counted

    table = Table("fate", "pages", title="Pages by fate")
    table.columns[1].justify = "right"
    for fate, count in counted(fates):
        table.add_row(fate, str(count))
    table.add_section()
    table.add_row("all", str(sum(count for _, count in counted(fates))))
    return table


def _summarise(store: Store, fates: dict[str, dict[Fate, int]], seconds: float) -> None:
    console = Console()
    console.print(_fate_table(fates))
    flags = Table("what", "count", title="In the store")
    posts = list(store.scan(Post))
    flags.add_row("posts", str(len(posts)))
    for label, count in sorted(store.count(Flag, by="label").items()):
        flags.add_row(f"flags: {label}", str(count))
    for state in (MatchState.SUGGESTED, MatchState.STRONG):
        count = sum(match.state is state for post in posts for match in post.matches)
        flags.add_row(f"matches: {state}", str(count))
    flags.add_row("time", f"{seconds:.0f} s")
    console.print(flags)


def _tell_errors(errors: dict[str, str]) -> None:
    for source, error in sorted(errors.items()):
        click.echo(f"{source}: {error}", err=True)
    if errors:
        sys.exit(1)
