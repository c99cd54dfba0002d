"""The health board: sums and alerts brought up to date, and each source as it is shown."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from kiemchung.crawl_state import CrawlState
from kiemchung.crawl_state.health import Alert, Cause, Day, LastPass, day_of
from kiemchung.health.rules import find_alerts
from kiemchung.health.view import LONGEST_TROUBLE, SHOWN, View, Watched, expected_pages
from kiemchung.records import VIETNAM, Record
from kiemchung.vocabulary import Fate

RECOVERED = timedelta(days=7)
"""How long a recovered alert is still shown."""

TIRED = 10
"""The weight of a host's failures in a row, from which on a run leaves it alone."""


class State(StrEnum):
    """How a source is, in one word."""

    ALERT = "alert"
    UNKNOWN = "unknown"
    WELL = "well"


class Group(StrEnum):
    """What a page came to, coarsely; each fate is in exactly one group."""

    BROUGHT = "brought"
    KNOWN = "known"
    LISTED = "listed"
    WAITS = "waits"
    EMPTY = "empty"
    GONE = "gone"
    REFUSED = "refused"
    FAILED = "failed"


GROUPS: dict[Group, tuple[Fate, ...]] = {
    Group.BROUGHT: (Fate.NEW, Fate.CHANGED),
    Group.KNOWN: (Fate.UNCHANGED, Fate.DUPLICATE),
    Group.LISTED: (Fate.LISTING, Fate.REDIRECTED),
    Group.WAITS: (Fate.FETCHED,),
    Group.EMPTY: (Fate.NO_TEXT, Fate.WRONG_TYPE, Fate.TOO_LARGE, Fate.SOFT_404, Fate.LOGIN_WALL),
    Group.GONE: (Fate.NOT_FOUND,),
    Group.REFUSED: (Fate.ROBOTS_DENIED, Fate.REFUSED_ADDRESS),
    Group.FAILED: (Fate.FAILED, Fate.TIMED_OUT, Fate.QUARANTINED),
}
TROUBLE = (Fate.SOFT_404, Fate.LOGIN_WALL, *GROUPS[Group.REFUSED], *GROUPS[Group.FAILED])
"""Fates that an operator wants to know of; a page that is gone or empty now and then is none."""


class SourceHealth(Record, frozen=True, kw_only=True):
    """A source as the board shows it: `days` without a gap, oldest first, the last one today.

    `expected` is the new pages a day that its history says; None where there is too little of it.
    """

    source: Watched
    days: tuple[Day, ...]
    expected: float | None
    last_good: datetime | None
    alerts: tuple[Alert, ...]

    @property
    def state(self) -> State:
        """Return how the source is, in one word."""
        if any(alert.recovered_at is None for alert in self.alerts):
            return State.ALERT
        return State.WELL if any(day.pages for day in self.days) else State.UNKNOWN

    def trouble(self, day: Day) -> int:
        """Return how many pages of `day` came to something that an operator wants to know of."""
        return day.count(*TROUBLE)


def check_health(state: CrawlState, sources: Sequence[Watched], now: datetime) -> list[Alert]:
    """Bring sums and alerts of `sources`, all that are switched on, up to date; return open alerts.

    Called at the end of each crawl. An alert of a source that isn't among them is closed.

    Raises:
        StoreError: the crawl state can't be reached.
    """
    health = state.health
    health.sum_up(now)
    views = _views(state, sources, now)
    findings = [find_alerts(view) for view in views]
    found = [alert for each in findings for alert in each.alerts]
    unjudged = {
        (view.source.name, cause)
        for view, each in zip(views, findings, strict=True)
        for cause in each.unjudged
    }
    health.settle(found, unjudged, now)
    return health.alerts()


def read_health(
    state: CrawlState, sources: Sequence[Watched], now: datetime, *, days: int = SHOWN
) -> list[SourceHealth]:
    """Return each source's board as last summed up, those with an open alert first.

    Raises:
        StoreError: the crawl state can't be reached.
    """
    alerts = state.health.alerts(recovered_since=now - RECOVERED)
    shown = [
        SourceHealth(
            source=view.source,
            days=tuple(_gapless(view, days)),
            expected=expected_pages(view.history(Cause.EMPTY)),
            last_good=view.last_good,
            alerts=tuple(alert for alert in alerts if alert.source == view.source.name),
        )
        for view in _views(state, sources, now, days=days)
    ]
    return sorted(shown, key=lambda each: (list(State).index(each.state), each.source.name))


def _views(
    state: CrawlState, sources: Sequence[Watched], now: datetime, *, days: int = SHOWN
) -> list[View]:
    health, today = state.health, day_of(now)
    found: dict[str, dict[date, Day]] = {}
    for day in health.days(today - timedelta(days=max(days, SHOWN) + LONGEST_TROUBLE)):
        found.setdefault(day.source, {})[day.day] = day
    since: dict[str, dict[Cause, datetime]] = {}
    for alert in health.alerts():
        since.setdefault(alert.source, {})[alert.cause] = alert.since
    begun, passes, good = health.begun(), health.last_passes(), health.last_good()
    crawling = _since(found)
    distrusted = state.schedule.distrusted(now)
    return [
        View(
            source=source,
            today=today,
            now=now,
            days=found.get(source.name, {}),
            begun=begun.get(source.name),
            last=passes.get(source.name),
            resting=_resting(state, source, passes.get(source.name), now),
            distrusted=len(source.hosts & distrusted),
            last_good=good.get(source.name),
            open=since.get(source.name, {}),
            since=max(source.since, crawling) if source.since and crawling else None,
        )
        for source in sources
    ]


def _since(days: Mapping[str, Mapping[date, Day]]) -> datetime | None:
    """Return since when there are crawls, as far back as `days` go; None before the first."""
    known = [day for of_source in days.values() for day in of_source]
    return datetime.combine(min(known), time(), VIETNAM) if known else None


def _resting(state: CrawlState, source: Watched, last: LastPass | None, now: datetime) -> str:
    """Return what a host of `source` said that asks to be left alone; "" where none does.

    It is over when the rest is, and the next pass found the host well.
    """
    for host in sorted(source.hosts):
        fares = state.hosts.state_of(host)
        unheard = last is None or (fares.failed_at is not None and fares.failed_at >= last.started)
        tired = fares.points >= TIRED and unheard
        if fares.cause.startswith("status") and (fares.rest(now) or tired):
            return fares.cause
    return ""


def _gapless(view: View, days: int) -> list[Day]:
    dates = (view.today - timedelta(days=back) for back in reversed(range(days)))
    return [view.days.get(day, Day(source=view.source.name, day=day)) for day in dates]
