"""Places, beginnings and rests of hosts, as several processes see them."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiemchung.crawl_state import CrawlState
from kiemchung.crawl_state.database import open_database
from kiemchung.crawl_state.hosts import (
    AFTERMATH,
    LEASE,
    LONGEST_DELAY,
    SOON,
    WAITING,
    Hosts,
    HostState,
)
from kiemchung.crawl_state.owners import is_gone, new_owner

HOST = "bao.example"
PLACES = 2
A, B, C = (new_owner() for _ in "abc")


class Timed(Hosts):
    """Hosts whose clock the test sets."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_000.0
        self.database = open_database(f"sqlite:///{folder}/timed.sqlite")
        super().__init__(self.database, clock=lambda: self.now)


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Timed]:
    """Open hosts with a clock of their own."""
    timed = Timed(tmp_path)
    yield timed
    timed.database.close()


@pytest.fixture(scope="module")
def gone() -> str:
    """Return the name of a process that has ended."""
    say = "from kiemchung.crawl_state.owners import new_owner; print(new_owner())"
    return subprocess.run(
        [sys.executable, "-c", say], capture_output=True, text=True, check=True
    ).stdout.strip()


def take(hosts: Hosts, owner: str, ticket: int = 0, *, waits: bool = True) -> bool:
    """Tell whether `owner` got a place."""
    return hosts.take(HOST, owner, ticket, places=PLACES, waits=waits) is not None


def test_there_are_no_more_places_than_there_are(state: CrawlState) -> None:
    """The third who asks gets none, until one is given back."""
    assert [take(state.hosts, owner) for owner in (A, B, C)] == [True, True, False]

    state.hosts.give_back(A, 0)

    assert take(state.hosts, C)


def test_many_who_ask_at_once_share_the_places(state: CrawlState) -> None:
    """However many ask in the same moment, no more get a place than there are."""
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: take(state.hosts, f"owner-{n}", waits=False), range(24)))

    assert sum(got) == PLACES


def test_hosts_are_apart(state: CrawlState) -> None:
    """A host that is full leaves others as they are."""
    assert all(take(state.hosts, owner) for owner in (A, B))

    assert state.hosts.take("khac.example", A, 1, places=PLACES, waits=True) is not None


def test_a_ticket_that_is_over_gives_nothing_back(timed: Timed) -> None:
    """Who lost its place to another can't give that one's back."""
    assert take(timed, A, 0)
    assert take(timed, A, 1)
    timed.now += LEASE + 1
    assert take(timed, B)
    assert take(timed, C)

    timed.give_back(A, 0)
    timed.give_back(A, 1)

    assert not take(timed, A, 2)


def test_a_lease_ends_unless_it_is_renewed(timed: Timed) -> None:
    """A place that nobody renews comes free after the lease; a renewed one doesn't."""
    assert take(timed, A)
    assert take(timed, B)
    timed.now += LEASE - 1
    assert [renewal.ticket for renewal in timed.renew(A)] == [0]
    timed.now += 2

    assert take(timed, C)
    assert not take(timed, B, 1)
    assert timed.renew(B) == []


def test_a_clock_that_was_set_back_costs_a_lease_at_most(timed: Timed) -> None:
    """Places written by a clock far ahead are held for one lease, and no longer."""
    assert all(take(timed, owner) for owner in (A, B))
    timed.now = 5.0
    assert not take(timed, C)

    timed.now += LEASE + 0.1

    assert take(timed, C, 1)


def test_a_killed_processs_place_comes_free_early(timed: Timed, gone: str) -> None:
    """A process that is seen to be gone keeps its place no longer than the host may need."""
    assert all(take(timed, owner) for owner in (A, gone))
    timed.now += AFTERMATH - 0.1
    assert not take(timed, B)

    timed.now += 0.2

    assert take(timed, B)
    assert not take(timed, C)


def test_who_waited_longest_comes_first(timed: Timed) -> None:
    """One who came later, or has a place already, doesn't get what another waits for."""
    assert all(take(timed, owner) for owner in (A, B))
    assert not take(timed, C)
    timed.now += 0.1  # two who ask in one instant are in no order
    timed.give_back(A, 0)

    assert not take(timed, A, 1)
    assert not take(timed, B, 1, waits=False)
    assert take(timed, C)


def test_who_no_longer_asks_holds_up_nobody(timed: Timed) -> None:
    """One who waited and went away is passed over."""
    assert all(take(timed, owner) for owner in (A, B))
    assert not take(timed, C)
    timed.give_back(A, 0)
    timed.now += WAITING + 0.1

    assert take(timed, A, 1)


def test_a_renewal_tells_that_others_wait(state: CrawlState) -> None:
    """Who holds a place hears that another process waits for one at that host."""
    assert all(take(state.hosts, owner) for owner in (A, B))
    assert [renewal.wanted for renewal in state.hosts.renew(A)] == [False]

    assert not take(state.hosts, C)

    assert [(r.host, r.wanted) for r in state.hosts.renew(A)] == [(HOST, True)]


def test_who_leaves_leaves_nothing(state: CrawlState) -> None:
    """All places, and the right to begin, are free once their owner has left."""
    assert take(state.hosts, A, 0)
    assert take(state.hosts, A, 1)
    assert state.hosts.begin(HOST, A, 5.0) == 0

    state.hosts.leave(A)

    assert take(state.hosts, B, 0)
    assert take(state.hosts, B, 1)
    assert state.hosts.begin(HOST, B, 5.0) == 0


def test_a_delay_lies_between_two_beginnings(timed: Timed) -> None:
    """Whoever asks is told to wait until the delay since the last beginning is over."""
    assert timed.begin(HOST, A, 2.0) == 0
    timed.began(HOST, A, 2.0)
    timed.now += 0.5

    assert timed.begin(HOST, B, 2.0) == pytest.approx(1.5)
    timed.now += 1.5
    assert timed.begin(HOST, B, 2.0) == 0


def test_nobody_begins_while_another_is_about_to(state: CrawlState) -> None:
    """Between the right to begin and the beginning, all others wait."""
    assert state.hosts.begin(HOST, A, 0.5) == 0

    assert state.hosts.begin(HOST, B, 0.5) == SOON
    state.hosts.began(HOST, A, 0.5)
    assert 0 < state.hosts.begin(HOST, B, 0.5) <= 0.5


def test_one_who_never_began_is_taken_to_have_begun(timed: Timed, gone: str) -> None:
    """A process that was killed as it began may have sent its request: the delay is kept."""
    assert timed.begin(HOST, gone, 2.0) == 0

    assert timed.begin(HOST, B, 2.0) == 2.0
    timed.now += 2.0
    assert timed.begin(HOST, B, 2.0) == 0


def test_a_beginning_too_far_ahead_is_not_believed(timed: Timed) -> None:
    """A moment written by a clock that was set back since keeps nobody waiting."""
    assert timed.begin(HOST, A, 2.0) == 0
    timed.began(HOST, A, 2.0)
    timed.now -= 2 * LONGEST_DELAY

    assert timed.begin(HOST, A, 2.0) == 0


def test_failures_add_up_until_the_host_answers(state: CrawlState) -> None:
    """Failures in a row lengthen the rest, for all processes; an answer ends the row."""
    assert state.hosts.failed(HOST, 2, "status 503", float).points == 2
    assert state.hosts.failed(HOST, 1, "time-out", float).points == 3

    known = state.hosts.state_of(HOST)
    assert (known.points, known.cause) == (3, "time-out")
    assert 2.0 < known.rest(datetime.now(UTC)) <= 3.0

    state.hosts.healed(HOST)

    assert state.hosts.state_of(HOST).points == 0


def test_a_longer_rest_is_kept(state: CrawlState) -> None:
    """Neither a smaller failure nor an answer that was under way shortens a rest."""
    state.hosts.failed(HOST, 2, "status 429", lambda _: 60.0)

    for after in (state.hosts.failed(HOST, 1, "x", lambda _: 1.0), state.hosts.healed(HOST)):
        assert after.rest(datetime.now(UTC)) > 55.0


def test_a_rest_is_never_longer_than_it_was(state: CrawlState) -> None:
    """With the clock set back a day, a minute's rest is a minute's rest."""
    after = state.hosts.failed(HOST, 2, "status 429", lambda _: 60.0)

    assert after.rest(datetime.now(UTC) - timedelta(days=1)) == pytest.approx(60.0)
    assert after.rest(datetime.now(UTC) + timedelta(minutes=2)) == 0.0


def test_an_unknown_host_is_well(state: CrawlState) -> None:
    """Nothing is known of a host that nobody asked."""
    assert state.hosts.state_of(HOST) == HostState()


def test_the_crawl_delay_is_known_to_all(state: CrawlState) -> None:
    """Who takes a place hears what Crawl-delay the host asks for."""
    state.hosts.asks_for(HOST, 7.5)

    grant = state.hosts.take(HOST, A, 0, places=PLACES, waits=True)

    assert grant is not None
    assert grant.state.crawl_delay == 7.5


def test_a_process_is_gone_when_it_has_ended(gone: str) -> None:
    """A name tells whether its process lives; a name from elsewhere tells nothing."""
    assert is_gone(gone)
    assert not is_gone(A)
    assert not is_gone(f"elsewhere/{gone.partition('/')[2]}")
    assert not is_gone("nonsense")
