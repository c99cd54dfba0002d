"""The board over a crawl state: alerts raised once, kept, closed; what it shows adds up."""

from datetime import timedelta

import pytest

from kiemchung.crawl_state import CrawlState, SourceRun
from kiemchung.crawl_state.health import Cause
from kiemchung.health import GROUPS, Group, State, check_health, read_health
from kiemchung.vocabulary import Fate
from tests.health.makers import BAO, NOW, TODAY, crawled, watched

DAY = timedelta(days=1)


@pytest.fixture
def fortnight(state: CrawlState) -> CrawlState:
    """Return a crawl state that holds two good weeks before today."""
    for back in range(1, 15):
        crawled(state, NOW - back * DAY, {Fate.NEW: 10, Fate.UNCHANGED: 5, Fate.LISTING: 1})
    return state


def test_a_trouble_from_its_first_day_to_its_end(fortnight: CrawlState) -> None:
    """A listing breaks for three days and heals: one alert, open meanwhile, then recovered."""
    for day in range(3):
        crawled(fortnight, NOW + day * DAY, {Fate.FAILED: 1}, detail="listing: no feed", listed=0)
        check_health(fortnight, [watched()], NOW + day * DAY)
        (alert,) = check_health(fortnight, [watched()], NOW + day * DAY)
        assert (alert.cause, alert.since, alert.recovered_at) == (Cause.LISTING, NOW, None)
        assert alert.last_seen == NOW + day * DAY

    healed = NOW + 3 * DAY
    crawled(fortnight, healed, {Fate.NEW: 10, Fate.LISTING: 1})
    assert check_health(fortnight, [watched()], healed) == []

    (one,) = read_health(fortnight, [watched()], healed)
    assert [each.recovered_at for each in one.alerts] == [healed]
    assert one.state is State.WELL
    (later,) = read_health(fortnight, [watched()], healed + 8 * DAY)
    assert later.alerts == ()


def test_silence_is_told_and_its_end_too(fortnight: CrawlState) -> None:
    """Days without news are an alert by the source's own history; news close it."""
    crawled(fortnight, NOW, {Fate.UNCHANGED: 15, Fate.LISTING: 1})
    (alert,) = check_health(fortnight, [watched()], NOW)
    assert alert.cause is Cause.EMPTY
    assert "10 a day" in alert.en

    crawled(fortnight, NOW + DAY, {Fate.NEW: 8, Fate.LISTING: 1})
    assert check_health(fortnight, [watched()], NOW + DAY) == []


def test_a_silent_source_that_goes_down_stays_silent(fortnight: CrawlState) -> None:
    """Being unreachable says nothing of the silence before: that alert stays as it is."""
    crawled(fortnight, NOW, {Fate.UNCHANGED: 15, Fate.LISTING: 1})
    check_health(fortnight, [watched()], NOW)
    crawled(fortnight, NOW + DAY, {Fate.TIMED_OUT: 1}, listed=0)

    alerts = check_health(fortnight, [watched()], NOW + DAY)

    assert {each.cause: each.since for each in alerts} == {
        Cause.EMPTY: NOW,
        Cause.FAILING: NOW + DAY,
    }


def test_a_pass_that_asked_for_nothing_heals_nothing(fortnight: CrawlState) -> None:
    """Where nothing was due, the pass before it has the last word."""
    crawled(fortnight, NOW, {Fate.FAILED: 3}, listed=0)
    check_health(fortnight, [watched()], NOW)
    idle = NOW + timedelta(hours=1)
    fortnight.write_run(SourceRun(run="idle", source=BAO, started=idle, ended=idle))
    begun = NOW + timedelta(hours=2)
    fortnight.write_run(SourceRun(run="begun", source=BAO, started=begun, asked=1))

    (alert,) = check_health(fortnight, [watched()], begun)
    assert (alert.cause, alert.since) == (Cause.FAILING, NOW)


def test_a_source_that_was_switched_off_has_no_alert(fortnight: CrawlState) -> None:
    """Its open alert is closed: nobody has to look any more."""
    crawled(fortnight, NOW, {Fate.FAILED: 3}, listed=0)
    assert len(check_health(fortnight, [watched()], NOW)) == 1

    assert check_health(fortnight, [], NOW + DAY) == []


def test_hosts_tell_what_they_know(fortnight: CrawlState) -> None:
    """A host that asks to be left alone, and one whose 304 is not taken any more, are told."""
    source = watched(hosts=frozenset({"bao.example"}))
    crawled(fortnight, NOW, {Fate.NEW: 10, Fate.LISTING: 1})
    fortnight.schedule.distrust("bao.example", "http://bao.example/1", NOW)
    assert [each.cause for each in check_health(fortnight, [source], NOW)] == [Cause.VALIDATORS]

    fortnight.hosts.failed("bao.example", 2, "status 429, Retry-After 3600 s", lambda _: 3_600.0)
    fares = fortnight.hosts.state_of("bao.example")
    assert fares.failed_at is not None
    soon = fares.failed_at + timedelta(minutes=1)
    causes = {each.cause for each in check_health(fortnight, [source], soon)}
    assert causes == {Cause.VALIDATORS, Cause.RESTING}


def test_no_alert_has_a_word_of_an_address(fortnight: CrawlState) -> None:
    """An address holds the words of a title: alerts say numbers, and the source (boundary 6)."""
    crawled(fortnight, NOW, {Fate.FAILED: 9}, detail="nuoc-la-du-du-chua-ung-thu", listed=0)
    (alert,) = check_health(fortnight, [watched()], NOW)

    assert "du-du" not in f"{alert.vi} {alert.en}"
    assert "http" not in f"{alert.vi} {alert.en}"


def test_the_board_has_every_day_and_its_counts_add_up(fortnight: CrawlState) -> None:
    """Days without a pass are there, empty; the groups of a day make up its pages."""
    crawled(fortnight, NOW, dict.fromkeys(Fate, 2))
    check_health(fortnight, [watched(), watched("khac")], NOW)
    board = {each.source.name: each for each in read_health(fortnight, [watched()], NOW, days=30)}
    days = board[BAO].days

    assert [day.day for day in days] == [TODAY - n * DAY for n in reversed(range(30))]
    assert [day.pages for day in days[:15]] == [0] * 15
    assert days[-1].pages == 2 * len(Fate)
    for day in days:
        assert sum(day.count(*GROUPS[group]) for group in Group) == day.pages
    assert board[BAO].expected == 10


def test_sources_in_trouble_come_first(fortnight: CrawlState) -> None:
    """Then those of which nothing is known, then those that are well."""
    crawled(fortnight, NOW, {Fate.NEW: 9, Fate.LISTING: 1})
    crawled(fortnight, NOW, {Fate.FAILED: 9}, source="xau", listed=0)
    sources = [watched(), watched("moi"), watched("xau")]
    check_health(fortnight, sources, NOW)

    states = {each.source.name: each.state for each in read_health(fortnight, sources, NOW)}
    assert states == {"xau": State.ALERT, "moi": State.UNKNOWN, BAO: State.WELL}
    assert list(states) == ["xau", "moi", BAO]
