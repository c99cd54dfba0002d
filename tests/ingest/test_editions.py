"""Edits become editions: the earlier text is kept, whatever is killed or read again."""

import msgspec
import pytest

from kiemchung.ingest import Ingest, ingest_pending
from kiemchung.ingest.posts import EDITIONS, succeed
from kiemchung.records import Edition, Post, stable_id
from kiemchung.store.dump import canonical_dump
from kiemchung.vocabulary import Fate
from tests.ingest.kills import killed_after
from tests.ingest.outlets import TEXTS, WHEN, A, B, article, fates, fetch, later
from tests.makers import make_post


def edit(parts: Ingest, *texts: str) -> None:
    """Fetch A once a day, each time with the next text."""
    for day, text in enumerate(texts):
        fetch(parts, A, article(A, text), run=f"r{day}", at=later(day))


def editions(parts: Ingest) -> list[tuple[int, str]]:
    """Return number and second line of each earlier edition, oldest first."""
    kept = sorted(parts.store.scan(Edition), key=lambda each: each.edition)
    return [(each.edition, each.text.splitlines()[0]) for each in kept]


def test_an_edit_keeps_the_earlier_edition(parts: Ingest) -> None:
    """With its text, its capture, and when each text was seen first."""
    edit(parts, *TEXTS)

    ingest_pending(parts)

    (post,) = parts.store.scan(Post)
    first, second = sorted(parts.store.scan(Edition), key=lambda each: each.edition)
    assert editions(parts) == [(1, TEXTS[0]), (2, TEXTS[1])]
    assert (first.post, first.seen_at, second.seen_at) == (post.id, WHEN, later(1))
    assert (post.edition, post.seen_at, post.fetched_at) == (3, later(2), WHEN)
    assert parts.captures.read(second.capture).fetched_at == later(1)


def test_an_edition_is_masked(parts: Ingest) -> None:
    """What was masked in the post is masked in what it was."""
    edit(parts, "Cần hỗ trợ xin gọi 0905 000 123 trong ngày, xã cử người xuống ngay.", TEXTS[0])

    ingest_pending(parts)

    (edition,) = parts.store.scan(Edition)
    assert "•••• ••• •••" in edition.text


def test_a_text_that_comes_back_is_the_next_edition(parts: Ingest) -> None:
    """A, B, A is three editions, though the bytes are captured once."""
    edit(parts, TEXTS[0], TEXTS[1], TEXTS[0])

    ingest_pending(parts)

    (post,) = parts.store.scan(Post)
    assert (post.edition, editions(parts)) == (3, [(1, TEXTS[0]), (2, TEXTS[1])])
    assert [fates(parts, run)[A] for run in ("r0", "r1", "r2")] == ["new", "changed", "changed"]


def test_the_first_and_the_latest_editions_are_kept() -> None:
    """The 21st edit makes room: the second edition goes, the first stays."""
    known, kept = make_post(edition=1), set()
    for number in range(2, EDITIONS + 6):
        new = make_post(text_hash=f"{number:064}", capture=f"{number:064}")
        step = succeed(known, new)
        assert isinstance(step.record, Post)
        assert step.earlier is not None
        kept = (kept | {step.earlier.id}) - {step.dropped}
        known = step.record

    left = [1, *range(6, EDITIONS + 5)]
    assert kept == {stable_id("p1", str(number)) for number in left}
    assert len(kept) == EDITIONS


def test_an_edition_that_makes_room_is_gone(parts: Ingest) -> None:
    """In the store, after many edits."""
    edit(parts, *(f"{text} Lần {n}." for n, text in enumerate(TEXTS * 8)))

    ingest_pending(parts)

    assert [number for number, _ in editions(parts)] == [1, *range(5, 24)]


def test_another_extractor_makes_no_edition_of_the_same_bytes() -> None:
    """The page is what it was; we read it otherwise."""
    known = make_post(edition=2)

    step = succeed(known, make_post(text_hash="b" * 64, extractor="extract-2", text="đập nứt"))

    assert isinstance(step.record, Post)
    assert (step.record.edition, step.record.text, step.earlier) == (2, "đập nứt", None)


@pytest.mark.parametrize("stage", ["meant", "editions", "records"])
def test_killed_between_its_writes_it_ends_the_same(parts: Ingest, stage: str) -> None:
    """Two edits, a new page, and one more text of the same post: no edition twice, none missing."""
    edit(parts, *TEXTS)
    fetch(parts, B, article(B, title="Tin khác"), run="r2", at=later(2))

    with killed_after(parts, stage) as broken, pytest.raises(KeyboardInterrupt):
        ingest_pending(broken)
    ingest_pending(parts)

    assert editions(parts) == [(1, TEXTS[0]), (2, TEXTS[1])]
    assert [fates(parts, run)[A] for run in ("r0", "r1", "r2")] == ["new", "changed", "changed"]
    assert fates(parts, "r2")[B] is Fate.NEW


def test_repeated_it_changes_nothing(parts: Ingest) -> None:
    """Pages that are read again, in whatever run, leave the same records."""
    edit(parts, *TEXTS)
    ingest_pending(parts)
    before = canonical_dump(parts.store)
    for fate in list(parts.state.pages_of("r2")):
        parts.state.record([msgspec.structs.replace(fate, fate=Fate.FETCHED)])

    ingest_pending(parts)

    assert canonical_dump(parts.store) == before
