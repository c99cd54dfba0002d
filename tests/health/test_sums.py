"""Daily sums and alerts in the crawl state: summed anew while they may change, then kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa

from kiemchung.crawl_state import CrawlState
from kiemchung.crawl_state.health import DAYS, Alert, Cause
from kiemchung.crawl_state.pages import FATES, RUNS
from kiemchung.vocabulary import Fate
from tests.health.makers import BAO, NOW, TODAY, crawled

WORDS = {"vi": "Không đọc được.", "en": "Can't be read."}


def alert(cause: Cause = Cause.FAILING, at: datetime = NOW) -> Alert:
    """Return an alert that is raised at `at`."""
    return Alert(source=BAO, cause=cause, since=at, last_seen=at, **WORDS)


def test_a_day_adds_up(state: CrawlState) -> None:
    """Every fate of the day is in its sum, over all its passes."""
    crawled(state, NOW, {Fate.NEW: 3, Fate.LISTING: 1}, undated=1)
    crawled(state, NOW + timedelta(hours=2), {Fate.UNCHANGED: 4, Fate.TIMED_OUT: 2}, listed=25)
    state.health.sum_up(NOW + timedelta(hours=3))

    (day,) = state.health.days(TODAY)
    counts = {Fate.NEW: 3, Fate.LISTING: 1, Fate.UNCHANGED: 4, Fate.TIMED_OUT: 2}
    assert (day.fates, day.pages) == (counts, 10)
    assert (day.passes, day.listed, day.posts, day.undated) == (2, 25, 3, 4)
    assert day.last_good == NOW
    assert state.health.last_good() == {BAO: NOW}


def test_a_day_ends_at_midnight_in_vietnam(state: CrawlState) -> None:
    """17:00 UTC is the next day."""
    crawled(state, datetime(2026, 11, 23, 16, 59, tzinfo=UTC), {Fate.NEW: 1})
    crawled(state, datetime(2026, 11, 23, 17, 0, tzinfo=UTC), {Fate.NEW: 2})
    state.health.sum_up(NOW)

    days = state.health.days(TODAY - timedelta(days=2))
    assert {day.day.isoformat(): day.pages for day in days} == {"2026-11-23": 1, "2026-11-24": 2}


def test_a_sum_follows_fates_that_are_settled_later(state: CrawlState) -> None:
    """Pages that wait for extraction, or lie in quarantine, change their day's sum weeks later."""
    crawled(state, NOW, {Fate.FETCHED: 2})
    state.health.sum_up(NOW)
    later = NOW + timedelta(days=20)
    crawled(state, later, {Fate.LISTING: 1})
    state.health.sum_up(later)
    pages = list(state.pages_of(NOW.strftime("%Y%m%dT%H%M")))
    state.record([msgspec.structs.replace(page, fate=Fate.NEW, posts=1) for page in pages])
    state.health.sum_up(later)

    first = state.health.days(TODAY)[0]
    assert (first.fates, first.posts) == ({Fate.NEW: 2}, 2)


def test_a_day_whose_waiting_pages_still_wait_is_not_summed_anew(state: CrawlState) -> None:
    """F5: one page in quarantine would else cost a day's sum at the end of each task, for weeks."""
    crawled(state, NOW, {Fate.QUARANTINED: 1, Fate.NEW: 2})
    later = NOW + timedelta(days=20)
    crawled(state, later, {Fate.LISTING: 1})
    state.health.sum_up(later)
    with state._database.writing() as db:
        db.execute(sa.update(DAYS).values(listed=77))

    state.health.sum_up(later)

    assert state.health.days(TODAY)[0].listed == 77


def test_a_sum_outlives_its_fates(state: CrawlState) -> None:
    """Fates are pruned; what they came to is kept, however often it is summed."""
    crawled(state, NOW, {Fate.NEW: 2})
    state.health.sum_up(NOW)
    with state._database.writing() as db:
        db.execute(sa.delete(FATES))
        db.execute(sa.delete(RUNS))
    state.health.sum_up(NOW)
    state.health.sum_up(NOW + timedelta(days=100))

    assert [day.pages for day in state.health.days(TODAY)] == [2]


def test_the_first_sum_reaches_back_to_the_first_run(state: CrawlState) -> None:
    """A crawl state of an older version has its history at once; a gap in the checks fills too."""
    for back in (40, 39, 0):
        crawled(state, NOW - timedelta(days=back), {Fate.NEW: 1})
    state.health.sum_up(NOW - timedelta(days=40))
    state.health.sum_up(NOW)

    assert len(state.health.days(TODAY - timedelta(days=90))) == 3


def test_summing_is_idempotent(state: CrawlState) -> None:
    """Several at once, and again, leave the same rows."""
    for back in range(5):
        crawled(state, NOW - timedelta(days=back), {Fate.NEW: back + 1, Fate.FAILED: 1})
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(state.health.sum_up, [NOW] * 4))
    with state._database.reading() as db:
        first = db.execute(sa.select(DAYS).order_by(*DAYS.primary_key)).all()
    state.health.sum_up(NOW)

    with state._database.reading() as db:
        assert db.execute(sa.select(DAYS).order_by(*DAYS.primary_key)).all() == first
    assert len(first) == 5


def test_the_last_pass_is_the_latest_one_of_each_source(state: CrawlState) -> None:
    """Its fates are its own, and a listing that came unreadable is counted."""
    crawled(state, NOW - timedelta(hours=1), {Fate.NEW: 5})
    crawled(state, NOW, {Fate.FAILED: 2}, detail="listing: no feed", listed=0)
    crawled(state, NOW, {Fate.NEW: 1}, source="khac")

    last = state.health.last_passes()
    assert last[BAO].fates == {Fate.FAILED: 2}
    assert last[BAO].unreadable == 2
    assert last["khac"].fates == {Fate.NEW: 1}


def test_an_alert_is_raised_once_kept_open_and_closed(state: CrawlState) -> None:
    """It keeps its beginning while it lasts; it recovers; a second trouble is a second alert."""
    hours = [NOW + timedelta(hours=n) for n in range(5)]
    state.health.settle([alert(at=hours[0])], (), hours[0])
    state.health.settle([alert(at=hours[1])], (), hours[1])
    (is_open,) = state.health.alerts()
    assert (is_open.since, is_open.last_seen) == (hours[0], hours[1])

    state.health.settle([], (), hours[2])
    assert state.health.alerts() == []
    (over,) = state.health.alerts(recovered_since=hours[0])
    assert (over.since, over.recovered_at) == (hours[0], hours[2])

    state.health.settle([alert(at=hours[3])], (), hours[3])
    assert [each.since for each in state.health.alerts()] == [hours[3]]
    both = state.health.alerts(recovered_since=hours[0])
    assert [each.recovered_at for each in both] == [None, hours[2]]
    assert state.health.alerts(recovered_since=hours[4]) == [both[0]]


def test_what_is_not_judged_stays_open(state: CrawlState) -> None:
    """An alert of which nothing can be said is neither closed nor touched."""
    state.health.settle([alert(Cause.EMPTY)], (), NOW)
    later = NOW + timedelta(days=1)
    state.health.settle([alert(at=later)], {(BAO, Cause.EMPTY)}, later)

    assert {each.cause: each.last_seen for each in state.health.alerts()} == {
        Cause.EMPTY: NOW,
        Cause.FAILING: later,
    }


def test_two_that_look_at_once_raise_one_alert(state: CrawlState) -> None:
    """Parallel crawls end with the same check: a cause is open once."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: state.health.settle([alert()], (), n), [NOW] * 8))

    assert len(state.health.alerts()) == 1
