"""What its owner deleted is marked: pages that are gone, messages that vanished from theirs."""

import pytest

from kiemchung.crawl_state import Gone, KnownPage
from kiemchung.ingest import Ingest, ingest_pending
from kiemchung.ingest.absences import vanished
from kiemchung.records import Post
from tests.ingest.kills import killed_after
from tests.ingest.outlets import TEXTS, A, B, article, deleted, fates, fetch, later, thread

NOTHING = (
    "<html><head><title>Không tìm thấy trang</title></head><body><h1>Không tìm thấy trang</h1>"
    "<p>Trang bạn tìm không tồn tại.</p></body></html>"
)
T, T2 = "http://kenh.example/t/1", "http://kenh.example/t/2"


def read(parts: Ingest, numbers: tuple[int, ...], *, day: float = 0, url: str = T) -> None:
    """Fetch and read a channel's page with the messages of these numbers."""
    fetch(parts, url, thread(url, numbers), run=f"r{day}", source="kenh", at=later(day))
    ingest_pending(parts)


def gone(parts: Ingest, url: str, day: float | None, source: str = "bao_thu") -> None:
    """Note, as the crawler would, that a page is gone since `day`, or there again."""
    at = None if day is None else later(day)
    known = KnownPage(url=url, source=source, capture="", checked_at=later(9), gone_at=at)
    parts.state.record([], [known])


@pytest.mark.parametrize(
    ("before", "now", "went"),
    [
        ("12345", "1245", "3"),
        ("12345", "135", "24"),
        ("12345", "345", ""),
        ("12345", "123", ""),
        ("12345", "34567", ""),
        ("12345", "678", ""),
        ("12345", "14567", "23"),
        ("", "12", ""),
        ("54321", "5431", "2"),
    ],
)
def test_only_what_went_from_between_two_that_stay_was_deleted(
    before: str, now: str, went: str
) -> None:
    """What left at an end scrolled off, or moved to the next page."""
    assert "".join(vanished(before, now)) == went


def test_a_message_that_vanished_is_marked(parts: Ingest) -> None:
    """Since when it was missed; its neighbours are not."""
    read(parts, (1, 2, 3, 4))
    read(parts, (2, 4, 5), day=1)

    assert deleted(parts) == {"m1": False, "m2": False, "m3": True, "m4": False, "m5": False}
    (post,) = (post for post in parts.store.scan(Post) if post.deleted_at)
    assert (post.deleted_at, post.edition) == (later(1), 1)


def test_a_message_that_is_back_is_unmarked(parts: Ingest) -> None:
    """On its own page, or on another one."""
    read(parts, (1, 2, 3))
    read(parts, (1, 3), day=1)
    read(parts, (1, 2, 3), day=2)

    assert not any(deleted(parts).values())
    assert fates(parts, "r2") == {T: "unchanged"}
    assert parts.state.contents.departed([post.id for post in parts.store.scan(Post)]) == {}


def test_a_message_that_stands_on_another_page_is_not_deleted(parts: Ingest) -> None:
    """Two pages of a channel overlap."""
    page = thread(T2, (2, 9)).replace("/t/2", "/t/1")
    fetch(parts, T2, page, source="kenh")
    read(parts, (1, 2, 3))
    read(parts, (1, 3), day=1)

    assert not any(deleted(parts).values())


def test_the_posts_of_a_page_that_is_gone_are_marked(parts: Ingest) -> None:
    """All that stood on it, once; the crawler is not asked again."""
    read(parts, (1, 2, 3))
    fetch(parts, A, article(A))
    gone(parts, T, 1, "kenh")

    ingest_pending(parts)

    assert deleted(parts) == {"m1": True, "m2": True, "m3": True, A: False}
    assert parts.state.schedule.gone() == []


def test_the_posts_of_a_page_that_is_back_are_unmarked(parts: Ingest) -> None:
    """Also where the server says no more than that nothing changed."""
    fetch(parts, A, article(A))
    ingest_pending(parts)
    gone(parts, A, 1)
    ingest_pending(parts)
    marked = deleted(parts)
    gone(parts, A, None)

    ingest_pending(parts)

    assert (marked, deleted(parts)) == ({A: True}, {A: False})
    assert parts.state.schedule.returned() == []


def test_a_post_that_stands_under_another_address_stays(parts: Ingest) -> None:
    """One of two addresses went; when the other one goes too, so does the post."""
    fetch(parts, A, article(A))
    fetch(parts, B, article(A))
    ingest_pending(parts)
    gone(parts, B, 1)
    ingest_pending(parts)
    first = deleted(parts)
    gone(parts, A, 2)

    ingest_pending(parts)

    assert (first, deleted(parts)) == ({A: False}, {A: True})


def test_a_post_whose_addresses_say_one_by_one_that_there_is_nothing_is_deleted(
    parts: Ingest,
) -> None:
    """A page that says so is no living page that has it; one that has it again is."""
    fetch(parts, A, article(A))
    fetch(parts, B, article(A))
    ingest_pending(parts)
    told = []
    for day, (url, body) in enumerate(((B, NOTHING), (A, NOTHING), (B, article(A))), 1):
        fetch(parts, url, body, run=f"r{day}", at=later(day))
        ingest_pending(parts)
        told.append(deleted(parts)[A])

    assert told == [False, True, False]
    assert fates(parts, "r2") == {A: "soft_404"}


def test_other_sources_are_left_alone(parts: Ingest) -> None:
    """Their pages may still wait to be read."""
    fetch(parts, A, article(A))
    ingest_pending(parts)
    gone(parts, A, 1)

    ingest_pending(parts, only=["kenh"])

    assert deleted(parts) == {A: False}
    assert parts.state.schedule.gone() == [Gone(url=A, source="bao_thu", at=later(1))]


def test_killed_between_its_writes_it_ends_the_same(parts: Ingest) -> None:
    """What vanished is marked once; what went at the end is not."""
    read(parts, (1, 2, 3, 4))
    fetch(parts, T, thread(T, (2, 4)), run="r9", source="kenh", at=later(1))

    with killed_after(parts, "records") as broken, pytest.raises(KeyboardInterrupt):
        ingest_pending(broken)
    ingest_pending(parts)

    assert deleted(parts) == {"m1": False, "m2": False, "m3": True, "m4": False}
    assert fates(parts, "r9") == {T: "unchanged"}


def test_an_edit_of_what_is_deleted_takes_the_mark_away(parts: Ingest) -> None:
    """Who edits a page has it."""
    fetch(parts, A, article(A))
    ingest_pending(parts)
    gone(parts, A, 1)
    ingest_pending(parts)
    fetch(parts, A, article(A, TEXTS[1]), run="r2", at=later(2))

    ingest_pending(parts)

    (post,) = parts.store.scan(Post)
    assert (post.edition, post.deleted_at) == (2, None)
