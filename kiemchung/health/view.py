"""What the rules look at: a source, its days, its last pass, and its history before any trouble."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import mean, median

import msgspec

from kiemchung.crawl_state.health import Begun, Cause, Day, LastPass, day_of
from kiemchung.records import Record
from kiemchung.vocabulary import Fate, SourceKind

SHOWN = 14
"""Days that are shown, and that history is made of."""
LONGEST_TROUBLE = 30
"""Days after which trouble is the source's new history."""
ENOUGH_DAYS = 5
"""Days with a pass that a history needs, before it says what to expect."""
ENOUGH = 5
"""Pages, or posts, that a share needs, before it says anything."""
EASED = 0.5
"""What a limit is multiplied by while its alert is open: it closes when the trouble is over."""
UNREAD = (Fate.LISTING, Fate.REDIRECTED, Fate.FETCHED)
"""Fates of what is not a page to be read, or not read yet."""


class Watched(Record, frozen=True, kw_only=True):
    """What the rules need to know of a source that is switched on. `hosts` are its own.

    `is_broken` says that its file can't be loaded, so that no more than its name is known;
    `since` is when the file was written last.
    """

    name: str
    title: str
    kind: SourceKind | None
    hosts: frozenset[str] = frozenset()
    min_posts: int
    max_posts: int
    is_broken: bool = False
    since: datetime | None = None


class View(msgspec.Struct, frozen=True):
    """What the rules look at: one source, its days, its passes, its hosts, and its open alerts.

    `begun` is its latest pass, `last` the latest one that ended and asked for anything; `resting`
    is what a host said that asks to be left alone, `distrusted` how many hosts' 304 isn't taken.
    `since` is from when on the source could have been asked, None where that isn't known.
    """

    source: Watched
    today: date
    now: datetime
    days: Mapping[date, Day]
    begun: Begun | None
    last: LastPass | None
    resting: str
    distrusted: int
    last_good: datetime | None
    open: Mapping[Cause, datetime]
    since: datetime | None = None

    def recent(self) -> Day:
        """Return today's sums, with yesterday's where today's say too little."""
        today = self.days.get(self.today, Day(source=self.source.name, day=self.today))
        if read_pages(today) >= 2 * ENOUGH:
            return today
        before = self.days.get(self.today - timedelta(days=1))
        return today if before is None else added(before, today)

    def history(self, cause: Cause, before: date | None = None) -> list[Day]:
        """Return the days with a pass in the two weeks before `before`, or before the trouble."""
        end = before or self.recent().day
        since = self.open.get(cause)
        if since is not None and (self.today - day_of(since)).days <= LONGEST_TROUBLE:
            end = min(end, day_of(since))
        return [d for d in days_before(self.days, end) if d.passes]

    def limit(self, cause: Cause, limit: float) -> float:
        """Return `limit`, eased while the alert is open."""
        return limit * EASED if cause in self.open else limit


def expected_pages(history: Sequence[Day]) -> float | None:
    """Return how many new pages a day these days let expect; None where they are too few.

    Of a source that brings nothing on most days only the days with news count, one each.
    """
    if len(history) < ENOUGH_DAYS:
        return None
    counts = [day.count(Fate.NEW) for day in history]
    return float(median(counts)) or mean(min(count, 1) for count in counts)


def read_pages(day: Day) -> int:
    """Return the pages of a day that came to an end, listings and redirects apart."""
    return day.pages - day.count(*UNREAD)


def share(part: int, whole: int) -> float:
    """Return `part` of `whole`; 0 where there is nothing."""
    return part / whole if whole else 0.0


def days_before(days: Mapping[date, Day], end: date, *, most: int = SHOWN) -> list[Day]:
    """Return the days, `most` before `end`, of which anything is known; newest first."""
    dates = (end - timedelta(days=back) for back in range(1, most + 1))
    return [days[day] for day in dates if day in days]


def added(first: Day, second: Day) -> Day:
    """Return two days as one, which begins with the first."""
    fates = {f: first.count(f) + second.count(f) for f in (*first.fates, *second.fates)}
    return Day(
        source=first.source,
        day=first.day,
        passes=first.passes + second.passes,
        listed=max(first.listed, second.listed),
        fates=fates,
        posts=first.posts + second.posts,
        undated=first.undated + second.undated,
        untitled=first.untitled + second.untitled,
        last_good=second.last_good or first.last_good,
    )
