"""Captures replayed: the store of the crawls that left them, without what expired."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import msgspec
import pytest

from crawlers.worker import Workers
from kiemchung.crawl_state import open_crawl_state
from kiemchung.ingest import Ingest, ingest_pages, ingest_pending
from kiemchung.records import Edition, Post, Quarantined, RawPage, stable_id
from kiemchung.replay import Meetings, replay
from kiemchung.settings import Settings
from kiemchung.store.dump import canonical_dump
from tests.ingest.outlets import TEXTS, A, B, article, fetch, later, page, thread
from tests.makers import CHECKERS, make_check

SITE = "http://baothu.example/tin"
CHANNEL = "http://kenh.example/tin/kenh"
BROKEN = "<div>" * 100_000
NEWS = article(A)
SCAM = (
    "<html><body><article><h1>Thông báo</h1><p>Ngân hàng thông báo tài khoản của quý khách bị khóa,"
    " vui lòng đăng nhập http://vcb-xac-minh.example và nhập mã OTP ngay để mở lại. Quá 24 giờ tài"
    " khoản sẽ bị hủy vĩnh viễn.</p></article></body></html>"
)


def crawls(parts: Ingest) -> None:
    """Do a week's crawls: edits and back, copies, pages that break, messages and pages that go."""
    for number, text in enumerate((TEXTS[0], TEXTS[1], TEXTS[0])):
        run, url = f"r{number}", f"{SITE}/{number}"
        messages = thread(CHANNEL, [n for n in range(1, 5 + number) if n != number + 1])
        fetch(parts, A, article(A, text), run=run, at=later(number))
        fetch(parts, url, article(url, TEXTS[2], title=url), run=run, at=later(number + 0.1))
        fetch(parts, CHANNEL, messages, run=run, source="kenh", at=later(number + 0.2))
    fetch(parts, B, article(A), run="r3", at=later(3))
    fetch(parts, f"{SITE}/broken", BROKEN, run="r3", at=later(3.1))
    fetch(parts, f"{SITE}/mended", BROKEN + "1", run="r3", at=later(3.2))
    ingest_pending(parts)
    fetch(parts, f"{SITE}/mended", article(f"{SITE}/mended", TEXTS[1]), run="r4", at=later(4))
    known = parts.state.validators(f"{SITE}/1")
    assert known is not None
    parts.state.record([], [msgspec.structs.replace(known, gone_at=later(4), checked_at=later(4))])
    ingest_pending(parts)


def fates(parts: Ingest) -> list[str]:
    """Return every fate of every run."""
    return [
        f"{fate.run} {fate.url} {fate.fate}"
        for number in range(5)
        for fate in parts.state.pages_of(f"r{number}")
    ]


def test_a_lost_store_is_rebuilt(parts: Ingest, emptied: Ingest, settings: Settings) -> None:
    """Posts, editions, deletions and quarantine are as the crawls left them; no fate changes."""
    crawls(parts)
    before = fates(parts)

    done = replay(emptied, settings, now=later(5))

    assert canonical_dump(emptied.store) == canonical_dump(parts.store)
    assert fates(parts) == before
    assert (done.lost, done.unknown) == (0, ())
    assert {post.edition for post in emptied.store.scan(Post)} > {1}
    assert any(post.deleted_at for post in emptied.store.scan(Post))
    assert [each.subject for each in emptied.store.scan(Quarantined)] == [f"{SITE}/broken"]


def test_a_replay_over_what_is_there_changes_nothing(parts: Ingest, settings: Settings) -> None:
    """The same store, and no difference to tell."""
    crawls(parts)
    before = canonical_dump(parts.store)

    done = replay(parts, settings, now=later(5))

    assert canonical_dump(parts.store) == before
    counts = [found.counts() for found in done.differences.values()]
    assert all(each["same"] and not each["new"] + each["lost"] + each["text"] for each in counts)


@pytest.mark.parametrize("pages", [1, 4, 9])
def test_an_interrupted_replay_repeated_ends_the_same(
    parts: Ingest, emptied: Ingest, settings: Settings, pages: int
) -> None:
    """Ended anywhere and begun again: the store of an undisturbed one."""
    crawls(parts)
    with Workers() as workers:
        all_of_them = ingest_pages(emptied, _meetings(emptied), workers, now=later(5))
        assert len(list(islice(all_of_them, pages))) == pages

    replay(emptied, settings, now=later(5))

    assert canonical_dump(emptied.store) == canonical_dump(parts.store)


def _meetings(parts: Ingest) -> Iterator[RawPage]:
    for source in parts.captures.sources():
        yield from Meetings(parts, source, write=True)


def test_without_the_crawl_state_too_posts_come_back(
    parts: Ingest, emptied: Ingest, settings: Settings
) -> None:
    """They count from their captures, and are remembered so; texts and editions are the same."""
    crawls(parts)
    state = open_crawl_state(f"sqlite:///{settings.data_dir}/fresh.sqlite")
    bare = msgspec.structs.replace(emptied, state=state)

    replay(bare, settings, now=later(5))

    kept = {post.id: (post.text, post.edition) for post in parts.store.scan(Post)}
    assert {post.id: (post.text, post.edition) for post in bare.store.scan(Post)} == kept
    assert state.first_fetched([A]) == {A: later(0)}
    state.close()


def test_what_a_killed_run_captured_and_did_not_note_is_no_edit(
    parts: Ingest, emptied: Ingest, settings: Settings
) -> None:
    """A page whose fate was lost was fetched again: only that one counts."""
    parts.captures.write(page(A, article(A, TEXTS[0]), at=later(0)))
    fetch(parts, A, article(A, TEXTS[1]), at=later(0.1))
    fetch(parts, A, article(A, TEXTS[0]), run="r2", at=later(1))
    ingest_pending(parts)

    replay(emptied, settings, now=later(2))

    assert canonical_dump(emptied.store) == canonical_dump(parts.store)
    assert [post.edition for post in emptied.store.scan(Post)] == [2]


def test_what_another_source_s_run_noted_is_no_other_post(
    parts: Ingest, emptied: Ingest, settings: Settings
) -> None:
    """Of two sources that fetched one page in one run, the one that noted it has the post."""
    parts.captures.write(page(A, article(A), source="dien_dan", at=later(0)))
    fetch(parts, A, article(A), at=later(0.1))
    ingest_pending(parts)

    replay(emptied, settings, now=later(2))

    assert [post.source for post in emptied.store.scan(Post)] == ["bao_thu"]


@pytest.mark.parametrize(
    ("body", "worthy_days", "days", "left"),
    [
        (NEWS, 14, 13, 1),
        (NEWS, 14, 15, 0),
        (NEWS, 90, 15, 1),
        (SCAM, 14, 15, 1),
        (SCAM, 90, 91, 0),
    ],
    ids=["young", "ordinary", "check-worthy", "flagged", "too-old"],
)
def test_what_expired_stays_gone(  # noqa: PLR0917
    emptied: Ingest, settings: Settings, body: str, worthy_days: int, days: int, left: int
) -> None:
    """An ordinary post has 14 days, a check-worthy or flagged one its own time (boundary 8)."""
    fetch(emptied, A, body, at=later(0))
    settings = msgspec.structs.replace(settings, check_worthy_days=worthy_days)

    replay(emptied, settings, now=later(days))

    assert len(list(emptied.store.scan(Post))) == left


def test_time_counts_from_the_first_fetch(emptied: Ingest, settings: Settings) -> None:
    """A page that was captured again later is no younger for it."""
    fetch(emptied, A, article(A), at=later(0))
    fetch(emptied, A, article(A, TEXTS[1]), run="r2", at=later(10))
    emptied.captures.expire(later(5), set())
    settings = msgspec.structs.replace(settings, check_worthy_days=14)

    replay(emptied, settings, now=later(15))

    assert list(emptied.store.scan(Post)) == []


@pytest.mark.parametrize(("came", "left"), [(10, 1), (20, 0)])
def test_a_later_check_calls_nothing_back(
    emptied: Ingest, settings: Settings, came: int, left: int
) -> None:
    """A post that expired before a check of its claim came stays gone."""
    check = make_check(fetched_at=later(came))
    emptied.store.put([check])
    fetch(emptied, A, article(A, f"{check.claim}. Bà con chạy ngay."), at=later(0))
    parts = msgspec.structs.replace(emptied, publishers=CHECKERS)
    settings = msgspec.structs.replace(settings, check_worthy_days=14)

    replay(parts, settings, now=later(25))

    assert len(list(emptied.store.scan(Post))) == left


def test_a_deleted_post_has_three_days(emptied: Ingest, settings: Settings) -> None:
    """What its owner took away is not kept longer by a replay."""
    fetch(emptied, A, article(A), at=later(0))
    ingest_pending(emptied)
    known = emptied.state.validators(A)
    assert known is not None
    gone = msgspec.structs.replace(known, gone_at=later(1), checked_at=later(1))
    emptied.state.record([], [gone])
    ingest_pending(emptied)
    emptied.store.expire(Post, [stable_id("bao_thu", A)])

    replay(emptied, settings, now=later(3))
    assert [post.deleted_at for post in emptied.store.scan(Post)] == [later(1)]
    emptied.store.expire(Post, [stable_id("bao_thu", A)])
    replay(emptied, settings, now=later(5))
    assert list(emptied.store.scan(Post)) == []


def test_what_another_extractor_makes_of_pages_is_told(parts: Ingest, settings: Settings) -> None:
    """By source and kind of change, with masked examples; a dry run writes nothing."""
    fetch(parts, A, article(A, "Xin gọi 0905 000 123 khi nước lên, xã cử người xuống ngay."))
    fetch(parts, B, article(B, TEXTS[1]))
    fetch(parts, f"{SITE}/c", article(f"{SITE}/c", TEXTS[2]))
    ingest_pending(parts)
    posts = {post.url: post for post in parts.store.scan(Post)}
    older = msgspec.structs.replace(
        posts[A], text="Gọi •••• ••• •••", title="Tin cũ", text_hash="0" * 64, extractor="old/1"
    )
    gone = msgspec.structs.replace(posts[B], id="0" * 32, url=f"{B}#1", extractor="old/1")
    parts.store.put([older, gone])
    parts.store.expire(Post, [posts[f"{SITE}/c"].id])
    before = canonical_dump(parts.store)

    done = replay(parts, settings, write=False, now=later(1))
    found = done.differences["bao_thu"]

    assert canonical_dump(parts.store) == before
    assert found.counts() == {
        "pages": 3, "broken": 0, "same": 1, "text": 1, "title": 1, "date": 0, "new": 1, "lost": 1,
    }  # fmt: skip
    assert "0905" not in str(found.report())
    assert "Gọi" in str(found.report())
    assert "old/1" in found.extractors

    replay(parts, settings, now=later(1))
    assert parts.store.get(Post, [older.id])[older.id].text == posts[A].text
    assert list(parts.store.scan(Edition)) == []


def test_one_source_alone(parts: Ingest, emptied: Ingest, settings: Settings) -> None:
    """What is not named is not read; a source whose file is gone is told."""
    crawls(parts)
    without = {name: each for name, each in parts.sources.items() if name != "kenh"}
    emptied = msgspec.structs.replace(emptied, sources=without)

    done = replay(emptied, settings, only=["kenh"], now=later(5))
    assert (done.pages, done.unknown) == (0, ("kenh",))
    replay(emptied, settings, only=["bao_thu"], now=later(5))
    assert {post.source for post in emptied.store.scan(Post)} == {"bao_thu"}


def test_a_damaged_capture_costs_its_page_alone(
    parts: Ingest, emptied: Ingest, settings: Settings
) -> None:
    """It is counted; the others are rebuilt."""
    for url in (A, B):
        fetch(parts, url, article(url))
    (file,) = settings.captures_dir.glob("bao_thu/*")
    content = bytearray(file.read_bytes())
    content[len(content) // 4] ^= 255
    file.write_bytes(content)

    done = replay(emptied, settings, now=later(1))

    assert (done.lost, done.pages) == (1, 1)
    assert [post.url for post in emptied.store.scan(Post)] == [B]


def test_listings_are_no_pages(emptied: Ingest, settings: Settings) -> None:
    """A captured listing becomes no post."""
    emptied.captures.write_all([], listings=[page(A, article(A))])

    assert replay(emptied, settings, now=later(0) + timedelta(hours=1)).pages == 0
