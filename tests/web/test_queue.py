"""The queue's order, filters and paging, on the real store."""

import pytest

from kiemchung.records import Flag
from kiemchung.store.base import Store
from kiemchung.vocabulary import AnswerKind, Harm, Status
from kiemchung.web.queue import PAGE, Filters, next_flag, place, read_filters, read_page
from tests.web.seed import (
    abuse_flag,
    copies,
    dam_flag,
    lemon_flag,
    many_flags,
    poisoned,
    scam_flag,
)

ALL = Filters()


def ids(flags: list[Flag]) -> list[str]:
    """Return the ids of `flags`, in order."""
    return [flag.id for flag in flags]


def test_the_most_urgent_comes_first(seeded: Store) -> None:
    """Priority decides the order."""
    flags = read_page(seeded, ALL, set(), "").flags

    assert [flag.priority for flag in flags] == [91, 84, 77, 74, 73, 58]


def test_pages_follow_each_other_without_gap_or_repeat(store: Store) -> None:
    """Every flag is on exactly one page, also where many share a priority."""
    store.put(many_flags(60))
    seen: list[str] = []
    after, pages = "", 0
    while pages == 0 or after:
        page = read_page(store, ALL, set(), after)
        seen += ids(page.flags)
        after, pages = page.after, pages + 1

    assert pages == 3
    assert len(seen) == len(set(seen)) == 60


def test_a_crowd_of_one_priority_comes_to_its_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More flags of one priority than are read at once: each once, and then no more."""
    monkeypatch.setattr("kiemchung.web.queue.FIRST_READ", 2)
    crowd = [poisoned(flag, "priority", 50) for flag in many_flags(30)]
    store.put([*crowd, scam_flag(), abuse_flag()])
    first = read_page(store, ALL, set(), "")
    second = read_page(store, ALL, set(), first.after)

    assert ids(first.flags + second.flags) == [
        scam_flag().id,
        abuse_flag().id,
        *sorted(ids(crowd)),
    ]
    assert second.after == ""


def test_what_is_answered_meanwhile_shifts_no_page(store: Store) -> None:
    """The second page begins where the first one ended, whatever left the queue since."""
    store.put(many_flags(60))
    first = read_page(store, ALL, set(), "")
    untouched = read_page(store, ALL, set(), first.after)

    assert read_page(store, ALL, set(ids(first.flags[:7])), first.after) == untouched


def test_a_page_is_full_although_much_is_answered(store: Store) -> None:
    """Answered flags are left out before the page is counted."""
    store.put(many_flags(60))
    answered = set(ids(read_page(store, ALL, set(), "").flags))

    page = read_page(store, ALL, answered, "")

    assert len(page.flags) == PAGE
    assert not answered & set(ids(page.flags))


@pytest.mark.parametrize(
    ("after", "behind"),
    [
        ("x", 6),
        ("-", 6),
        ("9", 0),
        ("²-x", 6),
        ("99999-x", 6),
        ("101-", 6),
        ("--1", 6),
        ("77-~", 3),
    ],
)
def test_a_made_up_place_breaks_nothing(seeded: Store, after: str, behind: int) -> None:
    """Whatever stands in the address, there is a page: the first, where it is no place."""
    assert len(read_page(seeded, ALL, set(), after).flags) == behind


def test_filters_by_harm_and_status(seeded: Store) -> None:
    """Only what was asked for."""
    by_harm = read_page(seeded, Filters(harm=Harm.ABUSE), set(), "")
    by_status = read_page(seeded, Filters(status=Status.CONTRADICTED), set(), "")

    assert ids(by_harm.flags) == [abuse_flag().id]
    assert ids(by_status.flags) == [lemon_flag().id]


def test_a_settled_flag_is_in_no_queue(store: Store) -> None:
    """What has a verdict waits for nobody."""
    store.put([poisoned(scam_flag(), "verdict", AnswerKind.HARMFUL), dam_flag()])

    assert ids(read_page(store, ALL, set(), "").flags) == [dam_flag().id]


def test_filters_survive_the_address() -> None:
    """What is written into an address is read back."""
    filters = Filters(harm=Harm.SCAM, status=Status.UNVERIFIED, with_answered=True)

    assert filters.query() == "?harm=scam&status=unverified&answered=show"
    read = read_filters({"harm": "scam", "status": "unverified", "answered": "show"})
    assert read == filters


def test_made_up_filters_are_left_out() -> None:
    """An unknown harm filters nothing (boundary 2: the list is closed)."""
    assert read_filters({"harm": "politics", "status": "bad", "answered": "?"}) == ALL


def test_the_next_flag_follows_in_the_queue(seeded: Store) -> None:
    """After the scam comes the false claim, answered ones are passed over."""
    following = next_flag(seeded, ALL, set(), scam_flag())
    passed = next_flag(seeded, ALL, {lemon_flag().id}, scam_flag())

    assert following is not None
    assert passed is not None
    assert (following.id, passed.id) == (lemon_flag().id, dam_flag().id)


def test_after_the_last_flag_the_queue_begins_again(seeded: Store) -> None:
    """What was skipped comes back; when nothing else waits, there is none."""
    first = next_flag(seeded, ALL, set(), abuse_flag())
    others = {flag.id for flag in (scam_flag(), lemon_flag(), dam_flag(), *copies())}

    assert first is not None
    assert first.id == scam_flag().id
    assert next_flag(seeded, ALL, others, abuse_flag()) is None


def test_a_place_names_priority_and_flag() -> None:
    """The place of a flag is found again in an address."""
    assert place(scam_flag()) == f"91-{scam_flag().id}"
