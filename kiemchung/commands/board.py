"""What `sources health` prints: a table of sources, one source day by day, or JSON."""

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from math import ceil
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from kiemchung.commands.session import watched_sources
from kiemchung.crawl_state import open_crawl_state
from kiemchung.crawl_state.health import Alert, Day
from kiemchung.errors import SourceError
from kiemchung.health import (
    GROUPS,
    Group,
    SourceHealth,
    State,
    Watched,
    check_health,
    read_health,
)
from kiemchung.records import VIETNAM
from kiemchung.settings import load_settings
from kiemchung.vocabulary import Fate

BARS = "▁▂▃▄▅▆▇█"
STATES = {State.ALERT: "[bold red]alert[/]", State.UNKNOWN: "no pages yet", State.WELL: "well"}


def read_board(days: int, name: str) -> list[SourceHealth]:
    """Bring sums and alerts up to date; return all sources, or the one of that name.

    Raises:
        SourceError: it is none that is switched on.
        StoreError: the crawl state can't be reached.
    """
    settings, now = load_settings(), datetime.now(UTC)
    known = watched_sources(settings)
    with closing(open_crawl_state(settings.crawl_state_url)) as state:
        check_health(state, known, now)
        return read_health(state, _chosen(known, name), now, days=days)


def _chosen(known: Sequence[Watched], name: str) -> list[Watched]:
    chosen = [each for each in known if name in {"", each.name}]
    if name and not chosen:
        names = ", ".join(each.name for each in known) or "none"
        raise SourceError(f"source {name!r}: not one that is switched on; those are: {names}")
    return chosen


def show_sources(board: Sequence[SourceHealth]) -> None:
    """Print a line a source, then the alerts."""
    console = Console()
    days = len(board[0].days) if board else 0
    title = f"Health of sources: new pages of {days} days, and today's"
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    for heading in ("source", "state", "days"):
        table.add_column(heading, no_wrap=True)
    for heading in ("usual", "new", "pages", "trouble", "last good"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in board:
        today = each.days[-1]
        expected = "" if each.expected is None else f"{each.expected:.1f}".removesuffix(".0")
        counts = (today.count(Fate.NEW), today.pages, each.trouble(today))
        last = each.last_good.astimezone(VIETNAM).strftime("%d.%m. %H:%M") if each.last_good else ""
        name = each.source.name
        table.add_row(name, STATES[each.state], _bars(each.days), expected, *map(str, counts), last)
    console.print(table)
    _show_alerts(console, [alert for each in board for alert in each.alerts])


def _show_alerts(console: Console, alerts: Iterable[Alert]) -> None:
    for alert in alerts:
        since = alert.since.astimezone(VIETNAM).strftime("%d.%m. %H:%M")
        over = alert.recovered_at
        until = f", over {over.astimezone(VIETNAM):%d.%m. %H:%M}" if over else ""
        console.print(f"{alert.source}: {alert.en} [dim]({alert.cause}, since {since}{until})[/]")


def show_days(one: SourceHealth) -> None:
    """Print a line a day, whose groups add up to its pages, then the alerts."""
    console = Console()
    table = Table("day", title=f"{one.source.title} ({one.source.name}): {one.state}")
    seen = [group for group in Group if any(day.count(*GROUPS[group]) for day in one.days)]
    for heading in ("pages", *seen, "posts", "undated", "untitled"):
        table.add_column(heading, justify="right", no_wrap=True)
    for day in one.days:
        groups = [str(day.count(*GROUPS[group]) or "·") for group in seen]
        empty = (day.posts, day.undated, day.untitled)
        table.add_row(f"{day.day:%d.%m.}", str(day.pages), *groups, *map(str, empty))
    console.print(table)
    _show_alerts(console, one.alerts)


def _bars(days: Sequence[Day]) -> str:
    """Return a bar a day, as high as its new pages; _ for none, a dot where nobody asked."""
    most = max(day.count(Fate.NEW) for day in days) or 1
    return "".join(_bar(day, most) for day in days)


def _bar(day: Day, most: int) -> str:
    new = day.count(Fate.NEW)
    if not new:
        return "_" if day.pages else "·"
    return BARS[ceil(new * len(BARS) / most) - 1]


def as_json(board: Sequence[SourceHealth]) -> str:
    """Return the board as a JSON list, an object a source."""
    return json.dumps([_plain(each) for each in board], ensure_ascii=False, indent=1)


def _plain(one: SourceHealth) -> dict[str, Any]:
    return {
        "source": one.source.name,
        "title": one.source.title,
        "state": one.state,
        "expected": one.expected,
        "last_good": msgspec.to_builtins(one.last_good),
        "days": [{"pages": day.pages, **msgspec.to_builtins(day)} for day in one.days],
        "alerts": msgspec.to_builtins(one.alerts),
    }
