"""When what is due: revisits, polls, misses, hosts that aren't believed, pages that are gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiemchung.crawl_state import CrawlState, Gone, KnownPage, Leads, Miss, Notes, Poll, Seen
from kiemchung.crawl_state.schedule import (
    POLL_FIRST,
    POLL_LEAST,
    POLL_MOST,
    back_off,
    has_come,
    is_control,
    next_poll,
    next_revisit,
)

NOW = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def page(number: int, **fields: Any) -> KnownPage:
    """Return what is known of a page; `fields` replace its own."""
    values = {"source": "bao", "capture": "c", "checked_at": NOW, "first_fetched": NOW, **fields}
    return KnownPage(url=f"http://bao.example/{number}", **values)


def poll(seconds: float) -> Poll:
    """Return a listing's poll."""
    return Poll(
        source="bao", url="http://bao.example/rss", polled=NOW, seconds=int(seconds), due=NOW
    )


def test_a_page_is_due_after_1_1_1_and_4_days() -> None:
    """Visited whenever it is due, a page is visited four times, and then no more."""
    visits, at = [], NOW
    while due := next_revisit(NOW, at):
        visits.append(round((due - NOW) / DAY))
        at = due
    assert visits == [1, 2, 3, 7]


def test_a_day_may_be_a_little_short() -> None:
    """A daily run that begins a minute earlier finds what is due; half a day later nothing is."""
    due = next_revisit(NOW, NOW)

    assert due is not None
    assert NOW + DAY / 2 < due < NOW + DAY - MINUTE


def test_a_page_that_is_gone_is_due_daily_until_its_posts_go() -> None:
    """One wrong 404 has three days in which it can be put right."""
    gone = NOW + 3 * DAY
    visits, at = [], gone
    while due := next_revisit(NOW, at, gone):
        visits.append(round((due - NOW) / DAY))
        at = NOW + visits[-1] * DAY

    assert visits == [4, 5, 6, 7]


def test_a_visit_stands_for_all_that_were_missed() -> None:
    """After ten days without a run, one visit is made, not four."""
    assert next_revisit(NOW, NOW + 10 * DAY) is None


@given(st.timedeltas(timedelta(), 20 * DAY))
def test_what_is_due_lies_ahead(waited: timedelta) -> None:
    """No visit, whenever it is made, leaves a page due at once."""
    due = next_revisit(NOW, NOW + waited)

    assert due is None or due > NOW + waited


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=30))
def test_the_wait_of_a_listing_stays_between_its_bounds(visits: list[tuple[int, bool]]) -> None:
    """Whatever a listing does, it is asked at least every two days, at most each quarter hour."""
    before = None
    for fresh, missed in visits:
        wait = next_poll(before, fresh=fresh, missed=missed)
        assert POLL_LEAST <= wait <= POLL_MOST
        before = poll(wait.total_seconds())


def test_news_shorten_the_wait_and_none_lengthens_it() -> None:
    """Half after news, a quarter where we were too late, half as long again after none."""
    hour = poll(3600)

    assert next_poll(None, fresh=9, missed=False) == POLL_FIRST
    assert next_poll(hour, fresh=1, missed=False) == timedelta(minutes=30)
    assert next_poll(hour, fresh=9, missed=True) == timedelta(minutes=15)
    assert next_poll(hour, fresh=0, missed=False) == timedelta(minutes=90)


def test_failures_in_a_row_are_left_alone_for_longer() -> None:
    """From an hour to four days, however many there are."""
    waits = [back_off(count) for count in range(1, 9)]

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(hours=1), 4 * DAY)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"visits": 1, "full_at": NOW}, False),
        ({"visits": 2, "full_at": NOW}, True),
        ({"visits": 3, "full_at": NOW}, False),
        ({"visits": 10, "full_at": NOW}, True),
        ({"visits": 4, "full_at": NOW - 8 * DAY}, True),
        ({"visits": 4, "full_at": NOW - 6 * DAY}, False),
        ({"visits": 0, "full_at": None}, True),
    ],
)
def test_which_304_is_checked(fields: dict[str, Any], *, expected: bool) -> None:
    """The second, every eighth from there, and the first after a week without the whole page."""
    assert is_control(page(1, **fields), NOW) is expected


def test_due_pages_are_those_of_the_source_whose_time_has_come(state: CrawlState) -> None:
    """The longest overdue first, no more than wanted; what was missed lately waits."""
    due = {1: NOW - DAY, 2: NOW - 2 * DAY, 3: NOW + MINUTE, 4: None, 5: NOW - 3 * DAY}
    pages = [page(number, due=when) for number, when in due.items()]
    other = page(6, source="khac", due=NOW - DAY)
    missed = Miss(url=page(5).url, source="bao", count=1, due=NOW + MINUTE)
    state.write(Notes(pages=[*pages, other], misses=[missed]))

    assert state.schedule.due_pages("bao", NOW, 9) == [page(2).url, page(1).url]
    assert state.schedule.due_pages("bao", NOW, 1) == [page(2).url]
    assert state.schedule.due_pages("bao", NOW + 2 * MINUTE, 9)[0] == page(5).url


def test_a_page_that_never_answers_again_is_given_up(state: CrawlState) -> None:
    """Two weeks after its first fetch a page is not visited again, though it is due still."""
    state.write(Notes(pages=[page(1, due=NOW + DAY)]))

    assert state.schedule.due_pages("bao", NOW + 13 * DAY, 9) == [page(1).url]
    assert state.schedule.due_pages("bao", NOW + 15 * DAY, 9) == []


def test_a_clock_that_jumped_back_holds_nothing_up(state: CrawlState) -> None:
    """F2: what is due further ahead than it can be is due now."""
    state.write(Notes(pages=[page(1, due=NOW + 6 * DAY), page(2, due=NOW + 8 * DAY)]))

    assert state.schedule.due_pages("bao", NOW, 9) == [page(2).url]
    assert has_come(NOW + 3 * DAY, NOW, POLL_MOST)
    assert not has_come(NOW + DAY, NOW, POLL_MOST)


def test_what_is_remembered_of_an_address_comes_back(state: CrawlState) -> None:
    """Page, leads and misses, to the last field; nothing where nothing is known."""
    known = page(1, etag='"1"', full_at=NOW, visits=3, due=NOW + DAY, gone_at=NOW - DAY)
    leads = Leads(pages=("http://bao.example/2",), changed={"http://bao.example/2": NOW})
    miss = Miss(url=page(3).url, source="bao", count=2, due=NOW)
    state.write(Notes(pages=[known], leads={known.url: ("bao", leads)}, misses=[miss]))

    seen = state.look([known.url, miss.url, "http://bao.example/4"])
    assert seen == {
        known.url: Seen(known, leads, None),
        miss.url: Seen(None, None, miss),
        "http://bao.example/4": Seen(),
    }


def test_what_could_be_had_is_no_miss_any_more(state: CrawlState) -> None:
    """An address that answered is forgotten as a miss."""
    miss = Miss(url=page(1).url, source="bao", count=2, due=NOW)
    state.write(Notes(misses=[miss]))

    state.write(Notes(had=[miss.url]))

    assert state.look([miss.url])[miss.url] == Seen()


def test_the_first_fetch_is_never_written_anew(state: CrawlState) -> None:
    """A later visit leaves when a page was met first, which decides how long its posts live."""
    state.write(Notes(pages=[page(1)]))
    state.write(Notes(pages=[page(1, checked_at=NOW + DAY, first_fetched=NOW + DAY)]))

    known = state.validators(page(1).url)
    assert known is not None
    assert (known.first_fetched, known.checked_at) == (NOW, NOW + DAY)


def test_a_gone_page_is_told_until_it_was_heard(state: CrawlState) -> None:
    """Gone, told, back, told: each is said until it is noted, and once more where it changes."""
    schedule = state.schedule
    gone = Gone(url=page(1).url, source="bao", at=NOW)
    state.write(Notes(pages=[page(1, gone_at=NOW), page(2)]))
    assert schedule.gone() == [gone]

    schedule.told(schedule.gone())
    state.write(Notes(pages=[page(1, gone_at=NOW, checked_at=NOW + DAY)]))
    assert schedule.gone() == schedule.returned() == []

    state.write(Notes(pages=[page(1)]))
    assert schedule.returned() == [msgspec.structs.replace(gone, at=None)]

    schedule.told(schedule.returned())
    assert schedule.gone() == schedule.returned() == []


def test_a_page_that_was_back_before_it_was_told_says_nothing(state: CrawlState) -> None:
    """A hiccup between two tellings changes no post."""
    state.write(Notes(pages=[page(1, gone_at=NOW)]))
    state.write(Notes(pages=[page(1)]))

    assert state.schedule.gone() == state.schedule.returned() == []


def test_a_page_that_goes_between_telling_and_noting_is_told_again(state: CrawlState) -> None:
    """What changed after it was read is not lost by noting what was read."""
    state.write(Notes(pages=[page(1, gone_at=NOW)]))
    heard = state.schedule.gone()
    state.write(Notes(pages=[page(1)]))

    state.schedule.told(heard)

    assert [each.at for each in state.schedule.returned()] == [None]


def test_what_was_told_to_be_gone_is_asked_for_in_full(state: CrawlState) -> None:
    """Its posts may be gone when it is back, and a 304 would bring none of them."""
    state.write(Notes(pages=[page(n, etag="x", gone_at=NOW if n == 1 else None) for n in (1, 2)]))

    state.schedule.told(state.schedule.gone())

    seen = state.look([page(1).url, page(2).url])
    known = [each.known for each in seen.values()]
    assert [(each.etag, each.capture) for each in known if each] == [("", ""), ("x", "c")]


def test_polls_are_those_of_the_last_pass(state: CrawlState) -> None:
    """A listing's next time replaces the one before; another source's is its own."""
    state.schedule.write_polls([poll(3600)])
    state.schedule.write_polls([poll(1800), msgspec.structs.replace(poll(900), source="khac")])

    assert state.schedule.polls("bao") == {poll(1).url: poll(1800)}


def test_distrust_ends_after_a_month(state: CrawlState) -> None:
    """A host that lied is not believed for 30 days, and forgotten then."""
    state.schedule.distrust("bao.example", page(1).url, NOW)

    assert state.schedule.distrusted(NOW + 29 * DAY) == {"bao.example"}
    assert state.schedule.distrusted(NOW + 31 * DAY) == set()

    state.schedule.prune(NOW + 31 * DAY)
    assert state.schedule.distrusted(NOW) == set()


def test_old_misses_are_forgotten(state: CrawlState) -> None:
    """What could not be had a month ago, and isn't asked for any more, is no knowledge."""
    state.write(Notes(misses=[Miss(url=page(1).url, source="bao", count=9, due=NOW)]))

    state.schedule.prune(NOW + 29 * DAY)
    assert state.look([page(1).url])[page(1).url].miss

    state.schedule.prune(NOW + 31 * DAY)
    assert state.look([page(1).url])[page(1).url] == Seen()


def test_where_a_redirect_led_is_forgotten_with_it(state: CrawlState) -> None:
    """It is known while the redirect is listed, and for a month; a page's own leads stay longer."""
    moved = Leads(pages=("http://bao.example/2",), moved=True)
    leads = {page(1).url: ("bao", moved), page(3).url: ("bao", Leads())}
    miss = Miss(url=page(1).url, source="bao", count=1, due=NOW + DAY)
    state.write(Notes(pages=[page(3)], leads=leads, misses=[miss]))

    state.schedule.prune(NOW + 30 * DAY)
    state.expire(NOW - 60 * DAY, NOW - 60 * DAY)
    assert state.look([page(1).url])[page(1).url].leads == moved

    state.schedule.prune(NOW + 32 * DAY)
    state.expire(NOW - 58 * DAY, NOW - 58 * DAY)
    assert state.look([page(1).url])[page(1).url] == Seen()
    assert state.look([page(3).url])[page(3).url].leads == Leads()


def test_what_failed_is_tried_again_until_it_is_given_up(state: CrawlState) -> None:
    """Those whose time has come, longest overdue first; not pages that were had, nor redirects."""
    misses = [
        Miss(url=page(1).url, source="bao", count=1, due=NOW - MINUTE),
        Miss(url=page(2).url, source="bao", count=4, due=NOW - 2 * MINUTE),
        Miss(url=page(3).url, source="bao", count=5, due=NOW - MINUTE),
        Miss(url=page(4).url, source="khac", count=1, due=NOW - MINUTE),
        Miss(url=page(5).url, source="bao", count=1, due=NOW - MINUTE),
        Miss(url=page(6).url, source="bao", count=1, due=NOW - MINUTE),
        Miss(url=page(7).url, source="bao", count=1, due=NOW + MINUTE),
        Miss(url=page(8).url, source="bao", count=1, due=NOW + 9 * DAY),
    ]
    leads = {page(6).url: ("bao", Leads(moved=True))}
    state.write(Notes(pages=[page(5)], misses=misses, leads=leads))

    due = [page(number).url for number in (2, 1, 8)]
    assert state.schedule.due_misses("bao", NOW, 9) == due
    assert state.schedule.due_misses("bao", NOW, 1) == due[:1]
    assert state.schedule.due_misses("bao", NOW, 0) == []
