"""Days, passes and views for the rules; a crawl state filled day by day."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kiemchung.crawl_state import CrawlState, SourceRun
from kiemchung.crawl_state.health import Begun, Cause, Day, LastPass
from kiemchung.health import Watched
from kiemchung.health.view import View
from kiemchung.records import PageFate
from kiemchung.vocabulary import Fate, SourceKind

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
BAO = "bao"


def watched(name: str = BAO, **fields: Any) -> Watched:
    """Return a source that is switched on; `fields` replace its own."""
    values = {"title": "Báo Thử", "kind": SourceKind.NEWSPAPER, "min_posts": 1, "max_posts": 500}
    return Watched(name=name, **{**values, **fields})


def a_day(back: int = 0, **fields: Any) -> Day:
    """Return the day `back` days ago: ten new pages in one pass, unless `fields` say otherwise."""
    values = {"passes": 1, "listed": 10, "fates": {Fate.NEW: 10, Fate.LISTING: 1}, "posts": 10}
    day = TODAY - timedelta(days=back)
    good = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=1)
    return Day(source=BAO, day=day, **{**values, "last_good": good, **fields})


def silent(back: int = 0, **fields: Any) -> Day:
    """Return a day on which nothing new came."""
    fates = {Fate.UNCHANGED: 10, Fate.LISTING: 1}
    return a_day(back, **{"fates": fates, "posts": 0, "last_good": None, **fields})


def a_pass(fates: Mapping[Fate, int], **fields: Any) -> LastPass:
    """Return a pass that began an hour ago, and is over."""
    began = NOW - timedelta(hours=1)
    values = {"started": began, "listed": 10, "unreadable": 0, "note": "", **fields}
    return LastPass(source=BAO, fates=dict(fates), **values)


GOOD = a_pass({Fate.NEW: 10, Fate.LISTING: 1})


def a_view(*days: Day, last: LastPass | None = GOOD, **fields: Any) -> View:
    """Return what the rules see: `days` over two good weeks, which stand for all others."""
    known = {day.day: day for day in (*(a_day(back) for back in range(1, 20)), *days)}
    good = max((day.last_good for day in known.values() if day.last_good), default=None)
    begun = Begun(started=last.started, ended=last.started) if last else None
    values: dict[str, Any] = {"source": watched(), "today": TODAY, "now": NOW, "open": {}}
    values |= {"days": known, "begun": begun, "last": last, "last_good": good}
    return View(**{**values, "resting": "", "distrusted": 0, **fields})


def raised_on(back: int, *causes: Cause) -> dict[Cause, datetime]:
    """Return `causes` as open since `back` days ago."""
    return dict.fromkeys(causes, NOW - timedelta(days=back))


def crawled(
    state: CrawlState,
    at: datetime,
    fates: Mapping[Fate, int],
    *,
    source: str = BAO,
    listed: int = 10,
    **fields: Any,
) -> None:
    """Write a pass over `source` at that time; `fields` are of each page's fate."""
    run = at.strftime("%Y%m%dT%H%M")
    asked = sum(fates.values())
    state.write_run(
        SourceRun(run=run, source=source, started=at, ended=at, listed=listed, asked=asked)
    )
    state.record(
        [
            PageFate(
                **{
                    "run": run,
                    "source": source,
                    "url": f"http://{source}.example/{at.timestamp()}/{fate}/{number}",
                    "fate": fate,
                    "at": at,
                    "posts": int(fate is Fate.NEW),
                    **fields,
                }
            )
            for fate, count in fates.items()
            for number in range(count)
        ]
    )
