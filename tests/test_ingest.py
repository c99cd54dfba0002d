"""Captures → posts: every page's fate is settled once, and one bad page holds up no other."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from crawlers.registry import load_sources
from kiemchung.captures import Captures
from kiemchung.crawl_state import KnownPage, open_crawl_state
from kiemchung.ingest import Ingest, ingest_pending, put_checks
from kiemchung.publishers import Publishers
from kiemchung.records import FactCheck, PageFate, Post, Quarantined, RawPage, stable_id
from kiemchung.settings import load_settings
from kiemchung.store import open_store
from kiemchung.store.dump import canonical_dump
from kiemchung.vocabulary import Fate, Rating
from tests.makers import make_check, make_post

WHEN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SOURCE = '''"""A source for this test."""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import SourceKind

SOURCE = Source(name="bao_thu", title="Báo Thử", kind=SourceKind.NEWSPAPER, owner="t", why="t",
    spider=SpiderKind.LISTING, listings=("http://baothu.example/",), follow="/tin/",
    status=SourceStatus.VERIFIED)
'''
PAGE = """<html lang="vi"><head><title>{title}</title><link rel="canonical" href="{canonical}">
<meta name="author" content="Nguyễn Văn Bút"></head><body><article><h1>{title}</h1>
<p class="byline">Nguyễn Văn Bút</p><p>{text}</p><p>Bà con ở ven sông cho biết nước đã rút từ sáng,
chợ họp lại bình thường và trẻ em đi học đủ.</p></article></body></html>"""

CLAIM_REVIEW = """<script type="application/ld+json">{"@context": "https://schema.org",
"@type": "ClaimReview", "claimReviewed": "Đập sẽ vỡ đêm nay", "datePublished": "2026-11-20",
"reviewRating": {"@type": "Rating", "alternateName": "Sai"}}</script>"""


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Ingest]:
    """Give what ingestion is handed, over an empty folder and one source."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "bao_thu.py").write_text(SOURCE, encoding="utf-8")
    settings = load_settings({"KIEMCHUNG_DATA_DIR": str(tmp_path / "data")})
    store = open_store(settings)
    state = open_crawl_state(settings.crawl_state_url)
    with Captures(settings.captures_dir, settings.captures_bytes) as captures:
        yield Ingest(store, state, captures, load_sources([folder]), Publishers({}))
    state.close()
    store.close()


def fetch(parts: Ingest, url: str, body: str, *, run: str = "r1", source: str = "bao_thu") -> None:
    """Leave a page as the crawler would."""
    raw = body.encode()
    page = RawPage(
        url=url, source=source, status=200, headers=(("content-type", "text/html; charset=utf-8"),),
        body=raw, fetched_at=WHEN, sha256=hashlib.sha256(raw).hexdigest(),
    )  # fmt: skip
    capture = parts.captures.write(page)
    fate = PageFate(run=run, source=source, url=url, fate=Fate.FETCHED, capture=capture, at=WHEN)
    parts.state.record([fate])


def article(url: str, text: str = "Mực nước sông hạ dần trong đêm qua, đò ngang chạy lại.") -> str:
    """Write an article's page."""
    return PAGE.format(title="Nước rút, chợ họp lại", canonical=url, text=text)


def fates(parts: Ingest, run: str = "r1") -> dict[str, Fate]:
    """Return what became of each page of a run."""
    return {fate.url: fate.fate for fate in parts.state.pages_of(run)}


A, B = "http://baothu.example/tin/a", "http://baothu.example/tin/b"


def test_a_new_page_becomes_a_masked_post_without_its_author(parts: Ingest) -> None:
    """The text is there, the number is masked, the byline is gone."""
    fetch(
        parts, A, article(A, "Cần hỗ trợ xin gọi 0905 000 123, xã cử người xuống ngay trong ngày.")
    )

    ingest_pending(parts)

    (post,) = parts.store.scan(Post)
    assert fates(parts) == {A: Fate.NEW}
    assert "•••• ••• •••" in post.text
    assert "Bút" not in post.text + post.title


def test_the_same_page_again_is_unchanged_and_an_edit_is_a_revision(parts: Ingest) -> None:
    """Nothing is stored twice; the first fetch decides `fetched_at`."""
    fetch(parts, A, article(A))
    ingest_pending(parts)
    fetch(parts, A, article(A) + "<!-- other bytes -->", run="r2")
    ingest_pending(parts)
    fetch(
        parts,
        A,
        article(A, "Nước lại lên, đò ngang tạm nghỉ từ trưa nay cho tới khi có tin."),
        run="r3",
    )
    ingest_pending(parts)

    (post,) = parts.store.scan(Post)
    assert [fates(parts, run)[A] for run in ("r1", "r2", "r3")] == ["new", "unchanged", "changed"]
    assert (post.edition, post.fetched_at) == (2, WHEN)


def test_two_addresses_of_one_page_are_one_post(parts: Ingest) -> None:
    """The second address is a duplicate of the canonical one."""
    fetch(parts, A, article(A))
    fetch(parts, B, article(A))

    ingest_pending(parts)

    assert fates(parts) == {A: Fate.NEW, B: Fate.DUPLICATE}
    assert len(list(parts.store.scan(Post))) == 1


def test_a_page_without_words_is_no_text(parts: Ingest) -> None:
    """A picture alone is counted, not stored."""
    fetch(parts, A, "<html><body><img src='x.jpg' alt=''></body></html>")

    ingest_pending(parts)

    assert fates(parts) == {A: Fate.NO_TEXT}


def test_a_broken_page_goes_to_quarantine_and_the_rest_goes_on(parts: Ingest) -> None:
    """One bad page, its stage and its cause; the good one is a post."""
    fetch(parts, A, "<div>" * 100_000)
    fetch(parts, B, article(B))

    ingest_pending(parts)

    (broken,) = parts.store.scan(Quarantined)
    assert fates(parts) == {A: Fate.QUARANTINED, B: Fate.NEW}
    assert (broken.stage, broken.subject, bool(broken.cause)) == ("extract", A, True)


def test_a_page_of_a_source_that_is_gone_goes_to_quarantine(parts: Ingest) -> None:
    """A file that was removed holds up nothing."""
    fetch(parts, A, article(A), source="bao_cu")
    fetch(parts, B, article(B))

    ingest_pending(parts)

    assert fates(parts) == {A: Fate.QUARANTINED, B: Fate.NEW}


def test_a_lost_capture_goes_to_quarantine(parts: Ingest) -> None:
    """A fate whose bytes are gone is told, not waited for."""
    lost = PageFate(run="r1", source="bao_thu", url=A, fate=Fate.FETCHED, capture="0" * 64, at=WHEN)
    parts.state.record([lost])
    fetch(parts, B, article(B))

    ingest_pending(parts)

    assert fates(parts) == {A: Fate.QUARANTINED, B: Fate.NEW}


def test_killed_between_store_and_fate_the_page_counts_once(parts: Ingest) -> None:
    """The records are there, the fate still says `fetched`: the repeat settles it as new."""
    fetch(parts, A, article(A))
    ingest_pending(parts)
    before = canonical_dump(parts.store)
    fate = next(parts.state.pages_of("r1"))
    parts.state.record([msgspec.structs.replace(fate, fate=Fate.FETCHED)])

    ingest_pending(parts)

    assert fates(parts) == {A: Fate.NEW}
    assert canonical_dump(parts.store) == before


def test_imported_checks_are_new_once(parts: Ingest) -> None:
    """The same file again changes nothing; a corrected rating is the next revision."""
    assert put_checks(parts.store, [make_check()]) == (1, [])
    assert put_checks(parts.store, [make_check()]) == (0, [])
    assert put_checks(parts.store, [make_check(rating_text="Sai sự thật")]) == (1, [])

    (check,) = parts.store.scan(FactCheck)
    assert check.revision == 2


def test_what_broke_is_asked_for_again(parts: Ingest) -> None:
    """A page in quarantine keeps no validators: the next visit fetches it in full."""
    fetch(parts, A, "<div>" * 100_000)
    known = KnownPage(url=A, source="bao_thu", etag="x", capture="c" * 64, checked_at=WHEN)
    parts.state.record([], [known])

    ingest_pending(parts)

    after = parts.state.validators(A)
    assert after is not None
    assert (after.etag, after.capture) == ("", "")


def test_what_expired_stays_gone(parts: Ingest) -> None:
    """A text over its time is not taken in again because its page's bytes changed (boundary 8)."""
    long_ago = WHEN - timedelta(days=91)
    known = KnownPage(url=A, source="bao_thu", capture="c" * 64, checked_at=long_ago)
    parts.state.record([], [known])
    fetch(parts, A, article(A))

    ingest_pending(parts)

    assert list(parts.store.scan(Post)) == []
    assert fates(parts) == {A: Fate.UNCHANGED}


def test_a_page_met_again_keeps_its_first_time(parts: Ingest) -> None:
    """Its post expires when it would have, had it stayed."""
    before = WHEN - timedelta(days=20)
    known = KnownPage(url=A, source="bao_thu", capture="c" * 64, checked_at=before)
    parts.state.record([], [known])
    fetch(parts, A, article(A))

    ingest_pending(parts)

    assert [post.fetched_at for post in parts.store.scan(Post)] == [before]


def test_a_reworded_check_is_the_same_check(parts: Ingest) -> None:
    """A page that corrects its claim or its rating leaves one check, not two."""
    page = article(A).replace("</head>", CLAIM_REVIEW + "</head>")
    fetch(parts, A, page)
    ingest_pending(parts)
    fetch(
        parts, A, page.replace("sẽ vỡ đêm nay", "nứt ba mét").replace('"Sai"', '"Đúng"'), run="r2"
    )
    ingest_pending(parts)

    (check,) = parts.store.scan(FactCheck)
    assert (check.claim, check.rating, check.revision) == ("Đập nứt ba mét", Rating.TRUE, 2)


def test_a_living_post_is_edited_however_old(parts: Ingest) -> None:
    """What a flag keeps alive past its time still takes its page's edits."""
    long_ago = WHEN - timedelta(days=91)
    known = KnownPage(url=A, source="bao_thu", capture="c" * 64, checked_at=long_ago)
    parts.state.record([], [known])
    old = make_post(id=stable_id("bao_thu", A), source="bao_thu", url=A, fetched_at=long_ago)
    parts.store.put([old])
    fetch(parts, A, article(A))

    ingest_pending(parts)

    (post,) = parts.store.scan(Post)
    assert (post.edition, post.fetched_at) == (2, long_ago)
    assert fates(parts) == {A: Fate.CHANGED}
