"""The health pages: what each source brought, day by day, and what is wrong with which."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from math import ceil

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kiemchung.crawl_state.health import Alert, Day, day_of
from kiemchung.health import GROUPS, SHOWN, Group, SourceHealth
from kiemchung.vocabulary import Fate
from kiemchung.web.render import page

BoardOf = Callable[[int], Sequence[SourceHealth]]
"""Returns each source's health over that many days, those with an open alert first."""

LONG = 30
"""Days on a source's own page."""
LEVELS = 4
"""Steps of the heat, from the source's least to its best day."""
SOME, MOST = 0.1, 0.5
"""Shares of pages in trouble from which on a day is marked, and is bad."""
WIDTH, HEIGHT, GAP = 20, 120, 4
"""Of a day in the chart, in the units of its picture."""
LAYERS = (
    (Group.FAILED, Group.REFUSED),
    (Group.EMPTY, Group.GONE, Group.WAITS),
    (Group.LISTED, Group.KNOWN),
    (Group.BROUGHT,),
)
"""Groups in the order in which they lie upon each other, the topmost first."""
NAMES = ("bad", "hollow", "known", "brought")


class Cell(msgspec.Struct, frozen=True):
    """A source's day in the table: how it is drawn, and what it says."""

    day: date
    kind: str
    new: int
    pages: int
    trouble: int


class Bar(msgspec.Struct, frozen=True):
    """A part of a day's column in the chart."""

    kind: str
    x: int
    y: float
    height: float


class Chart(msgspec.Struct, frozen=True):
    """Pages a day, as columns; `usual` is how high the usual number of new pages is."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    usual: float | None


class HealthPages(msgspec.Struct, frozen=True):
    """The pages, over a board that is read anew each time."""

    board_of: BoardOf

    def sources(self, request: Request) -> Response:
        """Show all sources, open alerts first."""
        board = self.board_of(SHOWN)
        today = [each.days[-1] for each in board]
        return page(
            request,
            "health.html",
            board=[(each, cells_of(each)) for each in board],
            open_alerts=_alerts(board, is_open=True),
            recovered=_alerts(board, is_open=False),
            titles={each.source.name: each.source.title for each in board},
            pages=sum(day.pages for day in today),
            new=sum(day.count(Fate.NEW) for day in today),
            days=[cell.day for cell in cells_of(board[0])] if board else [],
            today=day_of(datetime.now(UTC)),
        )

    def source(self, request: Request) -> Response:
        """Show one source: its alerts, a chart, and the fates of its pages, which add up.

        Raises:
            HTTPException: no source of that name is switched on (404).
        """
        wanted = request.path_params["source"]
        for one in self.board_of(LONG):
            if one.source.name == wanted:
                return _show(request, one)
        raise HTTPException(404)


def _show(request: Request, one: SourceHealth) -> Response:
    groups = [g for g in Group if any(day.count(*GROUPS[g]) for day in one.days)]
    rows = [(day, [day.count(*GROUPS[g]) for g in groups]) for day in reversed(one.days)]
    return page(
        request,
        "source.html",
        one=one,
        open_alerts=_alerts([one], is_open=True),
        recovered=_alerts([one], is_open=False),
        chart=chart_of(one),
        groups=groups,
        rows=[(day, counts) for day, counts in rows if day.passes or day.pages],
        sums=[sum(column) for column in zip(*(counts for _, counts in rows), strict=True)],
        pages=sum(day.pages for day in one.days),
        posts=sum(day.posts for day in one.days),
        undated=sum(day.undated for day in one.days),
        untitled=sum(day.untitled for day in one.days),
        fates=[(fate, sum(day.count(fate) for day in one.days)) for fate in Fate],
    )


def cells_of(one: SourceHealth) -> list[Cell]:
    """Return the days of a source as cells, each shaded by the source's own best day."""
    most = max(day.count(Fate.NEW) for day in one.days)
    return [
        Cell(
            day=day.day,
            kind=_kind(one, day, most),
            new=day.count(Fate.NEW),
            pages=day.pages,
            trouble=one.trouble(day),
        )
        for day in one.days
    ]


def chart_of(one: SourceHealth) -> Chart:
    """Return the chart of a source's days."""
    top = max((*(day.pages for day in one.days), one.expected or 0, 1))
    bars = [
        bar
        for place, day in enumerate(one.days)
        for bar in _column(day, place * WIDTH, HEIGHT / top)
    ]
    usual = None if one.expected is None else HEIGHT - one.expected * HEIGHT / top
    return Chart(len(one.days) * WIDTH, HEIGHT, tuple(bars), usual)


def _column(day: Day, x: int, scale: float) -> list[Bar]:
    bars, y = [], float(HEIGHT)
    for kind, groups in reversed(list(zip(NAMES, LAYERS, strict=True))):
        height = scale * sum(day.count(*GROUPS[group]) for group in groups)
        y -= height
        if height:
            bars.append(Bar(kind, x, round(y, 2), round(height, 2)))
    return bars


def _kind(one: SourceHealth, day: Day, most: int) -> str:
    if not day.pages:
        return "none"
    trouble = one.trouble(day) / day.pages
    if trouble >= MOST:
        return "bad"
    level = ceil(LEVELS * day.count(Fate.NEW) / most) if most else 0
    return f"l{level}" + (" some" if trouble >= SOME else "")


def _alerts(board: Sequence[SourceHealth], *, is_open: bool) -> list[Alert]:
    alerts = [alert for each in board for alert in each.alerts]
    return [alert for alert in alerts if (alert.recovered_at is None) is is_open]
