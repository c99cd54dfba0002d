"""Quarantine: what broke is told, driven again from its capture, and counted once."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiemchung.crawl_state import KnownPage
from kiemchung.ingest import Ingest, ingest_pending
from kiemchung.quarantine import causes, entries, note_listings, retry
from kiemchung.records import PageFate, Post, Quarantined
from kiemchung.settings import load_settings
from kiemchung.store import open_store
from kiemchung.store.dump import canonical_dump
from kiemchung.vocabulary import Fate
from tests.ingest import outlets
from tests.ingest.outlets import TEXTS, WHEN, A, B, article, fates, fetch, later, page

FAILING = '''

def extract(page, source):
    """Break."""
    raise ValueError("xin gọi 0905 000 123")
'''
BYTES = 1_000_000
FEED = "http://baothu.example/rss"


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Ingest]:
    """Give an empty store, crawl state and captures, and three sources."""
    settings = load_settings({"KIEMCHUNG_DATA_DIR": str(tmp_path / "data")})
    store = open_store(settings)
    yield from outlets.opened(settings, store, outlets.sources(tmp_path / "sources"))
    store.close()


@pytest.fixture
def broken(parts: Ingest) -> Ingest:
    """Give two pages in quarantine, broken by their source's own extraction, and one that is not.

    The source's file is mended afterwards.
    """
    file = parts.sources["bao_thu"].file
    text = file.read_text(encoding="utf-8")
    file.write_text(text + FAILING, encoding="utf-8")
    fetch(parts, A, article(A))
    fetch(parts, B, article(B, TEXTS[1]), run="r2", at=later(1))
    fetch(parts, "http://kenh.example/tin/1", article("http://kenh.example/tin/1"), source="kenh")
    ingest_pending(parts)
    assert fates(parts)[A] is Fate.QUARANTINED
    file.write_text(text, encoding="utf-8")
    return parts


def counts(parts: Ingest) -> Counter[Fate]:
    """Count all pages of all runs by fate."""
    return Counter(fate for run in ("r1", "r2") for fate in fates(parts, run).values())


def test_entries_are_told_newest_first(broken: Ingest) -> None:
    """By stage and source; counted by stage and cause; no word of the page."""
    every = list(entries(broken.store))

    assert {entry.subject for entry in every} == {A, B}
    assert every == sorted(every, key=lambda entry: entry.at, reverse=True)
    assert list(entries(broken.store, stage="extract", source="bao_thu")) == every
    assert list(entries(broken.store, stage="store")) == []
    assert list(entries(broken.store, source="kenh")) == []
    ((stage, cause), count), *rest = causes(broken.store).items()
    assert (stage, count, rest) == ("extract", 2, [])
    assert "ValueError" in cause
    assert "0905" not in str(every)


def test_a_mended_stage_settles_its_pages_anew(broken: Ingest) -> None:
    """Driven again they are posts, in their own runs, and no page is counted twice."""
    before = counts(broken)

    done = retry(broken, list(entries(broken.store)), page_bytes=BYTES)

    assert (done.driven, done.mended, done.left) == (2, 2, ())
    assert list(entries(broken.store)) == []
    assert before[Fate.QUARANTINED] == 2
    assert counts(broken) == before - Counter({Fate.QUARANTINED: 2}) + Counter({Fate.NEW: 2})
    posts = {post.url: post.fetched_at for post in broken.store.scan(Post, {"source": "bao_thu"})}
    assert posts == {A: WHEN, B: later(1)}


def test_what_breaks_again_tells_its_present_cause(broken: Ingest) -> None:
    """The entry stays one, with the version and cause of now; the page is counted as it was."""
    file = broken.sources["bao_thu"].file
    text = file.read_text(encoding="utf-8")
    file.write_text(text + FAILING.replace("ValueError", "KeyError"), encoding="utf-8")
    before = counts(broken)

    done = retry(broken, list(entries(broken.store)), page_bytes=BYTES)

    assert (done.driven, done.mended, len(done.left)) == (2, 0, 2)
    assert all("KeyError" in entry.cause for entry in entries(broken.store))
    assert counts(broken) == before


def test_one_entry_alone(broken: Ingest) -> None:
    """The others stay where they are."""
    (wanted,) = [entry for entry in entries(broken.store) if entry.subject == A]

    assert retry(broken, [wanted], page_bytes=BYTES).mended == 1
    assert [entry.subject for entry in entries(broken.store)] == [B]


def test_killed_after_it_began_the_next_extraction_goes_on(broken: Ingest) -> None:
    """The page waits like any other; its entry goes when it is read."""
    fate = next(broken.state.pages_of("r1", "bao_thu"))
    waiting = msgspec.structs.replace(fate, fate=Fate.FETCHED, detail="")
    broken.state.record([waiting])

    ingest_pending(broken)

    assert fates(broken)[A] is Fate.NEW
    assert [entry.subject for entry in entries(broken.store)] == [B]


def test_a_page_that_was_read_since_needs_no_retry(broken: Ingest) -> None:
    """The later visit took it out of quarantine; an entry left over changes no post."""
    (old,) = [entry for entry in entries(broken.store) if entry.subject == A]
    fetch(broken, A, article(A, TEXTS[2]), run="r3", at=later(2))
    ingest_pending(broken)
    assert [entry.subject for entry in entries(broken.store)] == [B]
    broken.store.put([old])
    before = canonical_dump(broken.store)

    assert retry(broken, [old], page_bytes=BYTES).mended == 1
    assert fates(broken)[A] is Fate.QUARANTINED
    left = canonical_dump(broken.store)
    assert set(before.splitlines()) - set(left.splitlines()) == {
        line for line in before.splitlines() if b'"quarantine"' in line and A.encode() in line
    }


@pytest.mark.parametrize("remembered", [True, False], ids=["its run is known", "and is forgotten"])
def test_what_its_owner_took_away_since_stays_away(broken: Ingest, *, remembered: bool) -> None:
    """A page that answers 404, or leads home, leaves no capture; it is gone all the same."""
    known = KnownPage(url=A, source="bao_thu", capture="", checked_at=later(1), gone_at=later(1))
    broken.state.record([], [known])
    ingest_pending(broken)
    if not remembered:
        broken.state.expire(later(100), later(100))

    done = retry(broken, list(entries(broken.store)), page_bytes=BYTES)

    assert (done.driven, done.mended) == (2, 2)
    assert [post.url for post in broken.store.scan(Post, {"source": "bao_thu"})] == [B]


def test_a_page_of_a_forgotten_run_is_driven_from_its_capture(broken: Ingest) -> None:
    """Where the crawl state is lost, the post comes back all the same."""
    (entry,) = [entry for entry in entries(broken.store) if entry.subject == B]
    broken.state.expire(later(2), later(2))

    assert retry(broken, [entry], page_bytes=BYTES).mended == 1
    assert [post.url for post in broken.store.scan(Post, {"source": "bao_thu"})] == [B]


def test_a_capture_that_expired_is_told(broken: Ingest) -> None:
    """Nothing can be driven again; the entry says why."""
    broken.captures.expire(later(30), set())

    done = retry(broken, list(entries(broken.store)), page_bytes=BYTES)

    assert done.mended == 0
    assert all("may have expired" in entry.cause for entry in entries(broken.store))


def listing(parts: Ingest, body: str, fate: Fate, run: str = "r1", detail: str = "") -> None:
    """Leave a listing as the crawler would: its bytes where it could not be read."""
    raw = page(FEED, body)
    if fate is Fate.FAILED:
        parts.captures.write_all([], listings=[raw])
    capture = raw.sha256 if fate is Fate.FAILED else ""
    parts.state.record(
        [
            PageFate(
                run=run,
                source="bao_thu",
                url=FEED,
                fate=fate,
                capture=capture,
                detail=detail,
                at=WHEN,
            )
        ]
    )


@pytest.fixture
def feed(parts: Ingest) -> Ingest:
    """Give a source whose listing is a feed."""
    file = parts.sources["bao_thu"].file
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("SpiderKind.LISTING", "SpiderKind.FEED"), encoding="utf-8")
    from crawlers.registry import load_sources

    return msgspec.structs.replace(parts, sources=load_sources([file.parent]))


def test_a_listing_that_could_not_be_read_is_in_quarantine(feed: Ingest) -> None:
    """Once, however often it is noted; a run that could read it takes it out."""
    listing(feed, "<rss", Fate.FAILED, detail="listing: no XML")

    assert note_listings(feed, "r1") == 1
    assert note_listings(feed, "r1") == 1
    (entry,) = entries(feed.store, stage="listing")
    assert (entry.subject, entry.cause) == (FEED, "listing: no XML")

    listing(feed, "", Fate.LISTING, run="r2")
    assert note_listings(feed, "r2") == 0
    assert list(entries(feed.store)) == []


@pytest.mark.parametrize(
    ("body", "mended"), [("<rss><channel></channel></rss>", 1), ("<html><p>404</p></html>", 0)]
)
def test_a_listing_is_driven_again(feed: Ingest, body: str, mended: int) -> None:
    """A reader that can read it now settles its fate as a listing's; else it says why not."""
    listing(feed, body, Fate.FAILED, detail="listing: an older fault")
    note_listings(feed, "r1")

    done = retry(feed, list(entries(feed.store)), page_bytes=BYTES)

    assert (done.driven, done.mended) == (1, mended)
    assert fates(feed)[FEED] is (Fate.LISTING if mended else Fate.FAILED)
    assert [entry.cause for entry in entries(feed.store)] == (
        [] if mended else ["listing: neither RSS nor Atom"]
    )


def test_entries_say_nothing_twice(feed: Ingest) -> None:
    """A page that breaks in two runs is one entry."""
    file = feed.sources["bao_thu"].file
    file.write_text(file.read_text(encoding="utf-8") + FAILING, encoding="utf-8")
    fetch(feed, A, article(A))
    fetch(feed, A, article(A, TEXTS[1]), run="r2", at=later(1))
    ingest_pending(feed)

    (entry,) = feed.store.scan(Quarantined)
    assert entry.capture == page(A, article(A, TEXTS[1])).sha256
