"""The rules: each trouble is told by its cause, and an ordinary day by none."""

from datetime import timedelta
from typing import Any

import pytest

from kiemchung.crawl_state.health import Begun, Cause, Day
from kiemchung.health.rules import BLOCKING, RULES, find_alerts
from kiemchung.health.view import View
from kiemchung.vocabulary import Fate
from tests.health.makers import (
    NOW,
    a_day,
    a_pass,
    a_view,
    raised_on,
    silent,
    watched,
)

WEEKLY = {back: silent(back) for back in range(1, 20) if back % 7}


def causes(view: View) -> list[Cause]:
    """Return the causes that are told."""
    return [alert.cause for alert in find_alerts(view).alerts]


def fates(**counts: int) -> dict[Fate, int]:
    """Return counts by fate."""
    return {Fate(name): count for name, count in counts.items()}


ORDINARY = {
    "a day like all": a_view(a_day()),
    "nothing yet today": a_view(),
    "the first day ever": a_view(a_day(), days={}, last_good=None),
    "never asked": a_view(days={}, last=None, last_good=None),
    "a page gone, a page failed": a_view(a_day(fates=fates(new=8, not_found=1, failed=1))),
    "one pass of many today, without news": a_view(
        silent(passes=1), *(a_day(back, passes=24) for back in range(1, 15))
    ),
    "one silent day of a source that brings two a day": a_view(
        silent(), *(a_day(back, fates=fates(new=2)) for back in range(1, 15))
    ),
    "six silent days of a weekly source": a_view(*WEEKLY.values(), silent(0)),
    "a source that never says dates": a_view(
        *(a_day(back, undated=10) for back in range(20)),
    ),
    "a listing that is unchanged": a_view(a_day(), last=a_pass(fates(unchanged=1), listed=0)),
    "one unreadable listing of two": a_view(
        a_day(), last=a_pass(fates(failed=1, listing=1, new=9), unreadable=1)
    ),
    "a pass that still runs": a_view(a_day(), begun=Begun(started=NOW - timedelta(hours=1))),
    "another note of the crawler": a_view(a_day(), last=a_pass(fates(new=9), note="all well")),
    "a page that was due failed": a_view(
        a_day(), last=a_pass(fates(failed=1), listed=0, all_listings=False)
    ),
    "one of two listings was due": a_view(
        a_day(),
        last=a_pass(fates(listing=1), listed=2, all_listings=False),
        source=watched(min_posts=3),
    ),
    "new in the folder": a_view(days={}, last=None, last_good=None, since=NOW - timedelta(days=1)),
    "two pages, both behind a login": a_view(
        a_day(fates=fates(login_wall=2, new=1)), a_day(1, fates=fates(listing=1))
    ),
}
DAYS_OF_TROUBLE: dict[Cause, View] = {
    Cause.FILE: a_view(last=a_pass(fates(failed=9)), source=watched(is_broken=True)),
    Cause.FAILING: a_view(a_day(), last=a_pass(fates(timed_out=3, failed=7, redirected=1))),
    Cause.UNFINISHED: a_view(a_day(), begun=Begun(started=NOW - timedelta(hours=7))),
    Cause.RESTING: a_view(a_day(), last=a_pass(fates(failed=9)), resting="status 429"),
    Cause.ROBOTS: a_view(a_day(), last=a_pass(fates(robots_denied=1), listed=0)),
    Cause.LISTING: a_view(a_day(), last=a_pass(fates(failed=1), unreadable=1, listed=0)),
    Cause.SOFT_404: a_view(a_day(fates=fates(soft_404=5, new=5))),
    Cause.LOGIN_WALL: a_view(a_day(fates=fates(login_wall=9, new=1))),
    Cause.NOT_ASKED: a_view(last=a_pass(fates(new=1), started=NOW - timedelta(days=4))),
    Cause.VALIDATORS: a_view(a_day(), distrusted=1),
    Cause.FEED_MOVED: a_view(
        a_day(), last=a_pass(fates(new=9), note="http://bao.example/rss got ahead of us: more")
    ),
    Cause.EMPTY: a_view(silent()),
    Cause.STALE: a_view(
        a_day(last_good=None),
        *(a_day(back, last_good=None) for back in range(1, 9)),
        last_good=NOW - timedelta(days=8),
    ),
    Cause.UNDATED: a_view(a_day(undated=6)),
    Cause.UNTITLED: a_view(a_day(untitled=10)),
    Cause.NO_TEXT: a_view(a_day(fates=fates(no_text=6, new=4))),
    Cause.QUARANTINE: a_view(a_day(fates=fates(quarantined=3, new=9))),
}


@pytest.mark.parametrize("view", ORDINARY.values(), ids=ORDINARY)
def test_an_ordinary_day_raises_nothing(view: View) -> None:
    """What happens every day is no alert."""
    assert causes(view) == []


@pytest.mark.parametrize(("cause", "view"), DAYS_OF_TROUBLE.items())
def test_each_trouble_is_told_by_its_cause(cause: Cause, view: View) -> None:
    """One trouble is one alert, with words in both languages."""
    (alert,) = find_alerts(view).alerts

    assert alert.cause is cause
    assert alert.vi.endswith((".", "?"))
    assert alert.en.endswith((".", "?"))


def test_every_rule_has_a_trouble_here() -> None:
    """A rule without a test would be a rule that may be dead."""
    assert DAYS_OF_TROUBLE.keys() == {*BLOCKING, *RULES}


def test_the_promise_of_the_source_counts_from_its_first_day() -> None:
    """A listing that names fewer pages than the source's least is an alert without any history."""
    last = a_pass(fates(listing=1), listed=2)
    view = a_view(days={}, last=last, last_good=None, source=watched(min_posts=3))

    assert causes(view) == [Cause.EMPTY]


@pytest.mark.parametrize(("silent_days", "told"), [(14, False), (28, True)])
def test_a_rare_source_is_given_time(silent_days: int, *, told: bool) -> None:
    """One day with news a week: four silent weeks are an alert, two are none."""
    days = [silent(back) for back in range(60) if back < silent_days or back % 7]
    goods = [a_day(back) for back in range(silent_days, 60) if back % 7 == 0]
    view = a_view(*goods, *days, last_good=NOW - timedelta(days=1))

    assert (causes(view) == [Cause.EMPTY]) is told


def test_a_source_that_nobody_ever_asked_is_told() -> None:
    """It was switched on days ago, others were crawled since, and no run has it."""
    view = a_view(days={}, last=None, last_good=None, since=NOW - timedelta(days=4))

    assert causes(view) == [Cause.NOT_ASKED]


def test_a_pass_over_some_listings_closes_no_alert_over_all_of_them() -> None:
    """Too few pages were listed; what one of the listings names says neither yes nor no."""
    view = a_view(
        a_day(),
        last=a_pass(fates(listing=1), listed=2, all_listings=False),
        source=watched(min_posts=3),
    )

    assert Cause.EMPTY in find_alerts(view).unjudged


def test_what_keeps_us_out_is_told_alone() -> None:
    """A site that is down is empty and stale too: one alert, and the others stay as they are."""
    view = a_view(
        silent(0), silent(1), last=a_pass(fates(timed_out=1)), last_good=NOW - timedelta(days=9)
    )

    found = find_alerts(view)
    assert [alert.cause for alert in found.alerts] == [Cause.FAILING]
    assert {Cause.EMPTY, Cause.STALE} <= found.unjudged


def test_an_empty_source_is_not_told_again_as_stale() -> None:
    """It goes stale in the end: that is the same trouble."""
    view = a_view(*(silent(back) for back in range(10)), last_good=NOW - timedelta(days=10))

    found = find_alerts(view)
    assert [alert.cause for alert in found.alerts] == [Cause.EMPTY]
    assert Cause.STALE in found.unjudged


def without_dates(days: int) -> list[Day]:
    """Return days up to today on which no post has a date."""
    return [a_day(back, undated=10) for back in range(days)]


@pytest.mark.parametrize(
    ("days", "open_since", "told"), [(1, 0, True), (14, 13, True), (29, 28, True), (45, 44, False)]
)
def test_trouble_becomes_history_after_a_month_only(
    days: int, open_since: int, *, told: bool
) -> None:
    """While it is open, an alert looks at the days before it."""
    history = [a_day(back) for back in range(days, 60)]
    opened = raised_on(open_since, Cause.UNDATED)
    view = a_view(*history, *without_dates(days), open=opened)

    assert (causes(view) == [Cause.UNDATED]) is told


@pytest.mark.parametrize(("opened", "told"), [((), False), ((Cause.SOFT_404,), True)])
def test_an_open_alert_closes_when_the_trouble_is_over(
    opened: tuple[Cause, ...], *, told: bool
) -> None:
    """A share just under the limit opens nothing, and closes nothing: no flicker."""
    view = a_view(a_day(fates=fates(soft_404=2, new=8)), open=raised_on(1, *opened))

    assert (causes(view) == [Cause.SOFT_404]) is told


def test_few_pages_today_are_read_with_yesterdays() -> None:
    """Three pages say nothing of a share; with yesterday's they do."""
    few = fates(login_wall=3, new=1)
    yesterday = a_day(1, fates=fates(login_wall=8))

    assert causes(a_view(a_day(fates=few), yesterday)) == [Cause.LOGIN_WALL]
    assert causes(a_view(a_day(fates=few), a_day(1, fates=fates(new=40)))) == []


@pytest.mark.parametrize("view", [*ORDINARY.values(), *DAYS_OF_TROUBLE.values()])
def test_the_rules_change_nothing(view: View) -> None:
    """They are pure: asked again they say the same."""
    first: Any = find_alerts(view)

    assert find_alerts(view) == first
