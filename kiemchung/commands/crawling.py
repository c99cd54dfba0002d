"""`run`, `crawl` and `sources`: a day's work, its first half, and whom we read."""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console
from rich.table import Table

from kiemchung.commands.session import opened_store, shown_progress, watched_sources
from kiemchung.errors import SourceError
from kiemchung.pipeline import Progress
from kiemchung.publishers import load_publishers
from kiemchung.records import Flag, Post
from kiemchung.settings import Settings, load_settings
from kiemchung.store.base import Store
from kiemchung.vocabulary import Fate, MatchState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawlers.run import CrawlReport
    from kiemchung.ingest import Ingest

SOURCE = click.option("--source", "names", multiple=True, help="Only this source; repeatable.")
RUN = click.option("--run", "run_id", default="", help="The run's name; a killed one is repeated.")
DUE = click.option(
    "--due", is_flag=True, help="Only what is due: for cron, systemd timers and Airflow."
)


@click.command()
@SOURCE
@RUN
@DUE
def run(names: Sequence[str], run_id: str, *, due: bool) -> None:
    """Do a whole day's work: crawl, extract, analyse, flag, expire; then say what became of it.

    For cron and laptops; Airflow runs the same steps as tasks. May be killed and repeated.

    Example: kiemchung run
    """
    from kiemchung.pipeline import analyse_pending
    from kiemchung.retention import expire_records

    began = time.monotonic()
    with (
        opened_store() as (settings, store),
        shown_progress() as report,
        opened_ingest(settings, store) as parts,
    ):
        crawled = _crawl(settings, names, run_id or new_run(), report, parts, only_due=due)
        analyse_pending(store, parts.publishers, report)
        expire_records(store, parts.captures, parts.state, settings, datetime.now(UTC))
        crawled = _counted(crawled, parts)
        _check_health(settings, parts)
        _summarise(store, crawled, time.monotonic() - began)
    _tell(crawled)


@click.command()
@SOURCE
@RUN
@DUE
def crawl(names: Sequence[str], run_id: str, *, due: bool) -> None:
    """Fetch what is new, keep its bytes as captures, and extract posts and fact-checks.

    Example: kiemchung crawl --source song_may
    """
    with (
        opened_store() as (settings, store),
        shown_progress() as report,
        opened_ingest(settings, store) as parts,
    ):
        crawled = _crawl(settings, names, run_id or new_run(), report, parts, only_due=due)
        crawled = _counted(crawled, parts)
        _check_health(settings, parts)
    Console().print(_fate_table(crawled))
    _tell(crawled)


@click.group(invoke_without_command=True)
@click.option("--names", is_flag=True, help="Print the names of those switched on, as JSON.")
@click.option("--why", is_flag=True, help="Add whose pages they are, and why they may be read.")
@click.pass_context
def sources(ctx: click.Context, *, names: bool, why: bool) -> None:
    """List whom we read, and why we may.

    Example: kiemchung sources --why

    Example: kiemchung sources check
    """
    if ctx.invoked_subcommand is not None:
        return
    if names:
        click.echo(json.dumps(switched_on(load_settings())))
        return
    from crawlers.registry import read_registry
    from crawlers.source import SourceStatus

    registry = read_registry(load_settings().source_dirs)
    known = [loaded.source for loaded in registry.sources.values()]
    more = ("owner", "why it may be read") if why else ("title", "kind", "read as")
    table = Table("name", "status", *more)
    for each in known:
        said = (each.owner, each.why) if why else (each.title, each.kind, each.spider)
        table.add_row(each.name, each.status, *said)
    Console().print(table)
    on = sum(each.status is SourceStatus.VERIFIED for each in known)
    click.echo(f"{on} are switched on; {len(known) - on} are off: nobody has met their pages yet")
    _tell_errors(registry.faults)


@sources.command("answered")
@click.option("--run", "run_id", required=True, help="The run's name.")
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="The share of the sources switched on that must have answered.",
)
def answered_sources(run_id: str, least: float) -> None:
    """Name the sources that didn't answer in a run; exit status 1 where too few did.

    A source answered where its pass ended without an error.

    Example: kiemchung sources answered --run 2026-11-24 --least 0.5
    """
    settings = load_settings()
    wanted = switched_on(settings)
    silent = _silent(settings, wanted, run_id)
    for name, cause in silent.items():
        click.echo(f"{name}: {cause}", err=True)
    answered = len(wanted) - len(silent)
    click.echo(f"{answered} of {len(wanted)} sources answered in the run {run_id}", err=True)
    if not answered or answered < least * len(wanted):
        click.echo("too few sources answered; see `kiemchung sources check`", err=True)
        sys.exit(1)


def switched_on(settings: Settings) -> list[str]:
    """Return the names of the sources that are verified, and so read.

    Those whose file can't be loaded are among them: a run names them, and goes on without them.

    Raises:
        SourceError: a folder of sources is missing.
    """
    from crawlers.registry import read_registry
    from crawlers.source import SourceStatus

    known = read_registry(settings.source_dirs)
    verified = SourceStatus.VERIFIED
    on = {name for name, each in known.sources.items() if each.source.status is verified}
    return sorted(on | known.faults.keys())


def new_run() -> str:
    """Return a name for a run that begins now."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")


@contextmanager
def opened_ingest(settings: Settings, store: Store) -> "Iterator[Ingest]":
    """Open what ingestion needs beside the store, and close it at the end."""
    from crawlers.registry import read_registry
    from kiemchung.captures import Captures
    from kiemchung.crawl_state import open_crawl_state
    from kiemchung.ingest import Ingest

    state = open_crawl_state(settings.crawl_state_url)
    try:
        with Captures(settings.captures_dir, settings.captures_bytes) as captures:
            publishers = load_publishers(settings.publishers_files)
            sources = read_registry(settings.source_dirs).sources
            longest = timedelta(days=max(settings.post_days, settings.check_worthy_days))
            ordinary = timedelta(days=settings.post_days)
            yield Ingest(store, state, captures, sources, publishers, longest, ordinary=ordinary)
    finally:
        state.close()


def _crawl(  # noqa: PLR0913 (a run's whole outside)
    settings: Settings,
    names: Sequence[str],
    run_id: str,
    report: Progress,
    parts: "Ingest",
    *,
    only_due: bool,
) -> "CrawlReport":
    """Crawl, and extract what comes while it comes."""
    from crawlers.run import crawl as crawl_sources
    from kiemchung.ingest import ingest_pending

    wanted = list(names) or switched_on(settings)
    if not wanted:
        raise SourceError(
            "no source is switched on; add one to crawlers/sources (docs/add_a_source.md)"
        )

    def progress(done: dict[str, int]) -> None:
        report("crawl", sum(done.values()), sum(done.values()))

    def extract(goes_on: Callable[[], bool]) -> None:
        sound = [name for name in wanted if name in parts.sources]
        ingest_pending(parts, report, only=sound, while_=goes_on)

    crawled = crawl_sources(
        settings, wanted, run_id, progress=progress, only_due=only_due, meanwhile=extract
    )
    ingest_pending(parts, report, only=names)  # with what runs that were killed left
    return crawled


def _check_health(settings: Settings, parts: "Ingest") -> None:
    """Sum the day up, and raise or close the sources' alerts."""
    from kiemchung.health import check_health

    check_health(parts.state, watched_sources(settings), datetime.now(UTC))


def _counted(crawled: "CrawlReport", parts: "Ingest") -> "CrawlReport":
    """Return the report with the fates as they are after extraction; what still waits is told.

    Listings that could not be read are in quarantine then.
    """
    from kiemchung.quarantine import note_listings

    note_listings(parts, crawled.run)
    fates = parts.state.fates_of(crawled.run, crawled.sources)
    errors = dict(crawled.errors)
    for source, by_fate in fates.items():
        if waiting := by_fate.get(Fate.FETCHED, 0):
            errors.setdefault(source, f"{waiting} pages still wait for extraction")
    return msgspec.structs.replace(crawled, fates=fates, errors=errors)


def _silent(settings: Settings, wanted: Sequence[str], run_id: str) -> dict[str, str]:
    """Return why each source that didn't answer in a run didn't."""
    from kiemchung.crawl_state import open_crawl_state

    state = open_crawl_state(settings.crawl_state_url)
    try:
        runs = state.runs_of(run_id)
    finally:
        state.close()
    causes = {run.source: run.error or ("" if run.ended else "its pass has no end") for run in runs}
    found = {name: causes.get(name, "was not asked") for name in wanted}
    return {name: cause for name, cause in found.items() if cause}


def _fate_table(crawled: "CrawlReport") -> Table:
    from kiemchung.ingest import counted

    fates = list(counted(crawled.fates))
    table = Table("fate", "pages", title="Pages by fate")
    table.columns[1].justify = "right"
    for fate, count in fates:
        table.add_row(fate, str(count))
    table.add_section()
    table.add_row("all", str(sum(count for _, count in fates)))
    table.add_row("asked for", str(crawled.asked))
    return table


def _summarise(store: Store, crawled: "CrawlReport", seconds: float) -> None:
    console = Console()
    console.print(_fate_table(crawled))
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


def _tell(crawled: "CrawlReport") -> None:
    for source, note in sorted(crawled.notes.items()):
        click.echo(f"{source}: note: {note}", err=True)
    _tell_errors(crawled.errors)


def _tell_errors(errors: Mapping[str, str]) -> None:
    for source, error in sorted(errors.items()):
        click.echo(f"{source}: {error}", err=True)
    if errors:
        sys.exit(1)
