"""`sources check`: whether sources' files load, and, asked by name, what their pages give today."""

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kiemchung.errors import InputError, KiemchungError, SourceError
from kiemchung.masking import mask
from kiemchung.settings import Settings, load_settings
from kiemchung.vocabulary import Fate

if TYPE_CHECKING:
    from crawlers.drafts import Draft, Extracted
    from crawlers.probe import Probe
    from crawlers.source import LoadedSource
    from kiemchung.records import RawPage

GLIMPSE = 200
"""Characters of a text that are shown."""
BROKEN = re.compile(r"(?:^|: )[A-Z]\w+\Z")
"""How a detail ends that names what broke on the way: `CannotResolveHostError`."""


@click.command("check")
@click.argument("names", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All sources that are off.")
@click.option("--save", is_flag=True, help="Save a page and its expected post; switch it on.")
def check(names: Sequence[str], *, every: bool, save: bool) -> None:
    """Load every source's file and say what is wrong with which; with NAMES, look at their pages.

    That asks for robots.txt, one listing and three pages, through the gates of a crawl, and shows
    what extraction makes of them. Exit status 1 where a source gives no post.

    Example: kiemchung sources check

    Example: kiemchung sources check bao_mot --save
    """
    settings = load_settings()
    if not names and not every:
        if save:
            raise InputError("sources check --save: name the sources, or say --all")
        well = _load_all(settings)
    else:
        chosen = list(_chosen(settings, names, every=every))
        # Each is looked at, whatever the others gave.
        looks = [_look(settings, loaded, save=save) for loaded in chosen]
        well = all(looks)
    if not well:
        sys.exit(1)


def _load_all(settings: Settings) -> bool:
    """Load each file, and try the saved page that lies beside it."""
    from crawlers.registry import read_registry
    from crawlers.saved import faults, home_of

    registry = read_registry(settings.source_dirs)
    told = list(registry.faults.values())
    for loaded in registry.sources.values():
        wrong = faults(loaded, home_of(loaded)) if home_of(loaded).exists() else []
        told += wrong
        if not wrong:
            click.echo(f"{loaded.source.name}: well ({loaded.source.status})")
    for fault in told:
        click.echo(fault, err=True)
    return not told


def _chosen(settings: Settings, names: Sequence[str], *, every: bool) -> "Iterator[LoadedSource]":
    from crawlers.registry import read_registry
    from crawlers.run import check_names
    from crawlers.source import SourceStatus

    registry = read_registry(settings.source_dirs)
    check_names(names, registry)
    for name in names:
        if name in registry.faults:
            raise SourceError(registry.faults[name])
    for name, loaded in registry.sources.items():
        if name in names or (every and loaded.source.status is SourceStatus.CONFIGURED):
            yield loaded


def _look(settings: Settings, loaded: "LoadedSource", *, save: bool) -> bool:
    """Show what a source's pages give today; tell whether they give a post."""
    from crawlers.drafts import Extracted
    from crawlers.probe import probe

    source = loaded.source
    click.echo(f"{source.name}: {source.title} ({source.spider}, {source.status})")
    with tempfile.TemporaryDirectory(prefix="kiemchung-check-") as folder:
        found = probe(settings, loaded, Path(folder))
    for sentence in _troubles(found):
        click.echo(f"  {sentence}", err=True)
    pages = [(p, each) for p, each in found.pages if isinstance(each, Extracted) and _yields(each)]
    if not pages:
        click.echo(f"{source.name}: no page gave a post; it stays as it is", err=True)
        return False
    _show(pages)
    if save:
        _save(loaded, pages)
    return True


def _troubles(found: "Probe") -> Iterator[str]:
    """Yield, in words, what kept us from reading."""
    from crawlers.drafts import Failure

    for each in found.fates:
        if BROKEN.search(each.detail) or each.fate is Fate.TIMED_OUT:
            cause = each.detail or "no answer in time"
            yield f"{urlsplit(each.url).hostname} can't be reached ({cause}): is there a network?"
        elif each.fate not in {Fate.FETCHED, Fate.LISTING, Fate.REDIRECTED}:
            yield f"{each.url}: {each.fate} {each.detail}".rstrip()
    for page, result in found.pages:
        if isinstance(result, Failure):
            yield f"{page.url}: {result.cause}"
        elif not _yields(result):
            yield f"{page.url}: {result.fate or Fate.NO_TEXT}: no post on it"
    if not found.fates:
        yield found.error or "nothing was asked for"
    elif found.count(Fate.LISTING) and not found.count(Fate.FETCHED):
        yield "the listing names no page of the source's own hosts that could be read"


def _yields(result: "Extracted") -> bool:
    return bool(result.drafts or result.fact_checks)


def _show(pages: "Sequence[tuple[RawPage, Extracted]]") -> None:
    """Show each post's date, title and first words, masked, and how many fields are empty."""
    table = Table("date", "title", "text", show_lines=True)
    drafts = [draft for _, result in pages for draft in result.drafts]
    for draft in drafts:
        date = draft.published_at.strftime("%Y-%m-%d %H:%M") if draft.published_at else "none"
        table.add_row(date, escape(mask(draft.title)), escape(_glimpse(draft)))
    Console().print(table)
    checks = sum(len(result.fact_checks) for _, result in pages)
    click.echo(
        f"  {len(pages)} pages, {len(drafts)} posts, {checks} fact-checks; "
        f"{sum(d.published_at is None for d in drafts)} without a date, "
        f"{sum(not d.title for d in drafts)} without a title"
    )


def _glimpse(draft: "Draft") -> str:
    text = " ".join(mask(draft.text).split())
    return text if len(text) <= GLIMPSE else text[:GLIMPSE] + "…"


def _save(loaded: "LoadedSource", pages: "Sequence[tuple[RawPage, Extracted]]") -> None:
    """Save the fullest page, then switch the source on: never the other way round."""
    from crawlers.saved import save, switch_on

    page, result = max(pages, key=lambda each: _fullness(each[1]))
    home = save(loaded, page, result)
    try:
        switch_on(loaded)
    except KiemchungError as error:
        click.echo(f"  saved as {home}; but: {error}", err=True)
        raise
    click.echo(f"  saved as {home}, and switched on; look at expected.json before you rely on it")


def _fullness(result: "Extracted") -> tuple[bool, bool, int]:
    """Order pages by what their posts have: a date, a title, words."""
    drafts = result.drafts
    dated = any(each.published_at is not None for each in drafts)
    return dated, any(each.title for each in drafts), sum(len(each.text) for each in drafts)
