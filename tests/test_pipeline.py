"""Posts → signals → stories → flags, on the embedded store: what is pending, and only that."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiemchung.pipeline import Counts, analyse_pending
from kiemchung.publishers import Publishers
from kiemchung.records import AnswerKind, FactCheck, Flag, Harm, Post, Status, Story
from kiemchung.settings import load_settings
from kiemchung.store import open_store
from kiemchung.store.base import Store
from kiemchung.store.dump import canonical_dump
from tests.makers import make_check, make_post

RUMOUR = "Trời ơi đập thủy điện Sông Mây nứt một đường dài rồi, đêm 18/11 là vỡ, chạy đi bà con."
DENIAL = "TIN GIẢ nha: đập thủy điện Sông Mây đã nứt, đêm 18/11 sẽ vỡ. Đừng tin, đừng chia sẻ."
NOBODY = Publishers({})


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
    analyse_pending(store, NOBODY)
    assert Harm.FALSE_CLAIM not in flags(store)

    store.put([make_check()])
    analyse_pending(store, NOBODY)

    assert flags(store)[Harm.FALSE_CLAIM].status is Status.CONTRADICTED


def test_a_flag_is_withdrawn_when_its_check_goes(store: Store) -> None:
    """What leans on a check falls with it."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, NOBODY)

    store.expire(FactCheck, ["c1"])
    counts = analyse_pending(store, NOBODY)

    assert counts.withdrawn == 1
    assert Harm.FALSE_CLAIM not in flags(store)


def test_an_edit_that_takes_the_claim_back_withdraws_the_flag(store: Store) -> None:
    """A new revision is read anew."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, NOBODY)

    put_post(store, DENIAL, revision=2)
    analyse_pending(store, NOBODY)

    assert flags(store) == {}


def test_nothing_pending_changes_nothing(store: Store) -> None:
    """A repeated analysis reads nothing and writes nothing."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, NOBODY)
    before = canonical_dump(store)

    counts = analyse_pending(store, NOBODY)

    assert counts == Counts()
    assert canonical_dump(store) == before


def test_copies_become_a_story_and_their_flags_say_so(store: Store) -> None:
    """Two copies in two sources: one story, and the reason that it spreads."""
    put_post(store, RUMOUR)
    put_post(store, "FWD: " + RUMOUR, id="p2", source="pho_nui")
    store.put([make_check()])

    counts = analyse_pending(store, NOBODY)

    (story,) = store.scan(Story)
    assert counts.stories == 1
    assert (story.posts, story.sources) == (("p1", "p2"), ("pho_nui", "xom_cho"))
    assert {flag.story for flag in store.scan(Flag)} == {story.id}
    assert all("spreads" in [r.code for r in flag.reasons] for flag in store.scan(Flag))


def test_a_story_ends_when_its_copies_are_gone(store: Store) -> None:
    """Stories are made of living posts."""
    put_post(store, RUMOUR)
    put_post(store, "FWD: " + RUMOUR, id="p2")
    analyse_pending(store, NOBODY)

    store.expire(Post, ["p2"])
    analyse_pending(store, NOBODY)

    assert list(store.scan(Story)) == []
    assert [post.story for post in store.scan(Post)] == [None]


def test_a_settled_verdict_survives_a_renewed_flag(store: Store) -> None:
    """The machine changes its proposal, never a person's word."""
    put_post(store, RUMOUR)
    store.put([make_check()])
    analyse_pending(store, NOBODY)
    settled = msgspec.structs.replace(
        flags(store)[Harm.FALSE_CLAIM], verdict=AnswerKind.CONTRADICTED
    )
    store.put([settled])

    put_post(store, "FWD: " + RUMOUR, id="p2")
    analyse_pending(store, NOBODY)

    renewed = next(flag for flag in store.scan(Flag, {"post": "p1"}))
    assert renewed.verdict is AnswerKind.CONTRADICTED
    assert (renewed.story_size, renewed.revision) == (2, settled.revision + 1)


def test_posts_of_other_versions_are_read_anew(store: Store) -> None:
    """An upgrade in the middle leaves nothing behind (F6)."""
    put_post(store, RUMOUR, analysed_by="scam-0#old")

    counts = analyse_pending(store, NOBODY)

    assert counts.analysed == 1
    assert [post.analysed_by for post in store.scan(Post)] != ["scam-0#old"]
