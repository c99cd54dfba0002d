"""Posts → signals → stories → flags, on the embedded store: what is pending, and only that."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiemchung.pipeline import Counts, analyse_pending, renew_flags, silent
from kiemchung.publishers import Publishers
from kiemchung.records import FactCheck, Flag, Post, Story
from kiemchung.settings import load_settings
from kiemchung.store import open_store
from kiemchung.store.base import Store
from kiemchung.store.dump import canonical_dump
from kiemchung.vocabulary import AnswerKind, Harm, Status
from tests.makers import CHECKERS, WHEN, make_check, make_post

RUMOUR = "Trời ơi đập thủy điện Sông Mây nứt một đường dài rồi, đêm 18/11 là vỡ, chạy đi bà con."
DENIAL = "TIN GIẢ nha: đập thủy điện Sông Mây đã nứt, đêm 18/11 sẽ vỡ. Đừng tin, đừng chia sẻ."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty embedded store."""
    opened = open_store(load_settings({"KIEMCHUNG_DATA_DIR": str(tmp_path)}))
    yield opened
    opened.close()


def put_post(store: Store, text: str, **changes: object) -> None:
    """Store a post as ingestion would."""
    store.put([make_post(text=text, text_hash=str(hash(text)), **changes)])


def flags(store: Store) -> dict[Harm, Flag]:
    """Return the store's flags by label."""
    return {flag.label: flag for flag in store.scan(Flag)}


def test_a_rumour_older_than_its_check_is_flagged_when_the_check_arrives(store: Store) -> None:
    """A new check makes stored posts pending again."""
    put_post(store, RUMOUR)
    analyse_pending(store, CHECKERS)
    assert Harm.FALSE_CLAIM not in flags(store)

    store.put([make_check()])
    analyse_pending(store, CHECKERS)

    assert flags(store)[Harm.FALSE_CLAIM].status is Status.CONTRADICTED


def test_a_flag_is_withdrawn_when_its_check_goes(store: Store) -> None:
    """What leans on a check falls with it."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, CHECKERS)

    store.expire(FactCheck, ["c1"])
    counts = analyse_pending(store, CHECKERS)

    assert counts.withdrawn == 1
    assert Harm.FALSE_CLAIM not in flags(store)


def test_an_edit_that_takes_the_claim_back_withdraws_the_flag(store: Store) -> None:
    """A new revision is read anew."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, CHECKERS)

    put_post(store, DENIAL, revision=2)
    analyse_pending(store, CHECKERS)

    assert flags(store) == {}


def test_nothing_pending_changes_nothing(store: Store) -> None:
    """A repeated analysis reads nothing and writes nothing."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, CHECKERS)
    before = canonical_dump(store)

    counts = analyse_pending(store, CHECKERS)

    assert counts == Counts()
    assert canonical_dump(store) == before


def test_copies_become_a_story_and_their_flags_say_so(store: Store) -> None:
    """Two copies in two sources: one story, and the reason that it spreads."""
    put_post(store, RUMOUR)
    put_post(store, "FWD: " + RUMOUR, id="p2", source="pho_nui")
    store.put([make_check()])

    counts = analyse_pending(store, CHECKERS)

    (story,) = store.scan(Story)
    assert counts.stories == 1
    assert (story.posts, story.sources) == (("p1", "p2"), ("pho_nui", "xom_cho"))
    assert {flag.story for flag in store.scan(Flag)} == {story.id}
    assert all("spreads" in [r.code for r in flag.reasons] for flag in store.scan(Flag))


def test_a_story_ends_when_its_copies_are_gone(store: Store) -> None:
    """Stories are made of living posts."""
    put_post(store, RUMOUR)
    put_post(store, "FWD: " + RUMOUR, id="p2")
    analyse_pending(store, CHECKERS)

    store.expire(Post, ["p2"])
    analyse_pending(store, CHECKERS)

    assert list(store.scan(Story)) == []
    assert [post.story for post in store.scan(Post)] == [None]


def test_a_settled_verdict_survives_a_renewed_flag(store: Store) -> None:
    """The machine changes its proposal, never a person's word."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, CHECKERS)
    settled = msgspec.structs.replace(
        flags(store)[Harm.FALSE_CLAIM], verdict=AnswerKind.CONTRADICTED
    )
    store.put([settled])

    put_post(store, "FWD: " + RUMOUR, id="p2")
    analyse_pending(store, CHECKERS)

    renewed = next(flag for flag in store.scan(Flag, {"post": "p1"}))
    assert renewed.verdict is AnswerKind.CONTRADICTED
    assert (renewed.story_size, renewed.revision) == (2, settled.revision + 1)


def test_posts_of_other_versions_are_read_anew(store: Store) -> None:
    """An upgrade in the middle leaves nothing behind (F6)."""
    put_post(store, RUMOUR, analysed_by="scam-0#old")

    counts = analyse_pending(store, CHECKERS)

    assert counts.analysed == 1
    assert [post.analysed_by for post in store.scan(Post)] != ["scam-0#old"]


def test_a_publisher_that_is_demoted_proves_nothing_more(store: Store) -> None:
    """The table as it is now says whose word a check is, not the record (boundary 4)."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, CHECKERS)

    analyse_pending(store, Publishers({}))

    assert Harm.FALSE_CLAIM not in flags(store)


def test_a_flag_that_comes_back_is_no_old_revision(store: Store) -> None:
    """An answer given to the flag's first text never belongs to its next one."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, CHECKERS)
    first = flags(store)[Harm.FALSE_CLAIM]
    put_post(store, DENIAL, revision=first.revision + 5)
    analyse_pending(store, CHECKERS)

    put_post(store, RUMOUR + " Gấp!", revision=first.revision + 9)
    analyse_pending(store, CHECKERS)

    assert flags(store)[Harm.FALSE_CLAIM].revision > first.revision


def test_a_post_that_waits_for_its_reading_keeps_its_flags(store: Store) -> None:
    """Another run's fresh edit is the next analysis' business, not a reason to withdraw."""
    put_post(store, RUMOUR)
    checks = {"c1": make_check()}
    store.put(list(checks.values()))
    analyse_pending(store, CHECKERS)
    put_post(store, DENIAL, revision=9)

    counts = renew_flags(store, checks, CHECKERS, silent)

    assert counts == (0, 0, 0)


def test_the_flag_of_a_deleted_post_stays_and_says_so(store: Store) -> None:
    """Since when; a post that is back is flagged as before."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, CHECKERS)
    (post,) = store.scan(Post)
    seen = []

    for deleted_at in (WHEN, None):
        store.put([msgspec.structs.replace(post, deleted_at=deleted_at)])
        analyse_pending(store, CHECKERS)
        seen.append((flags(store)[Harm.FALSE_CLAIM].deleted_at, flags(store).keys()))

    assert [when for when, _ in seen] == [WHEN, None]
    assert seen[0][1] == seen[1][1]
