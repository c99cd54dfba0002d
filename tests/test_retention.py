"""What expires when, on the embedded store (boundary 8)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from kiemchung.captures import Captures
from kiemchung.crawl_state import CrawlState, SourceRun, open_crawl_state
from kiemchung.crawl_state.contents import Content, Settled, Standing
from kiemchung.errors import CaptureError
from kiemchung.records import Edition, Flag, PageFate, Post, Quarantined, RawPage
from kiemchung.retention import Expired, drop_editions, expire_records
from kiemchung.settings import Settings, load_settings
from kiemchung.store import open_store
from kiemchung.store.base import Store
from kiemchung.vocabulary import AnswerKind, Fate, Harm, SignalLabel, Status
from tests.makers import make_check, make_edition, make_flag, make_post, make_signal

Expire = Callable[[], Expired]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give the default settings over an empty folder."""
    return load_settings({"KIEMCHUNG_DATA_DIR": str(tmp_path)})


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """Give an empty store."""
    opened = open_store(settings)
    yield opened
    opened.close()


@pytest.fixture
def captures(settings: Settings) -> Iterator[Captures]:
    """Give empty captures."""
    with Captures(settings.captures_dir, settings.captures_bytes) as opened:
        yield opened


@pytest.fixture
def state(settings: Settings) -> Iterator[CrawlState]:
    """Give an empty crawl state."""
    opened = open_crawl_state(settings.crawl_state_url)
    yield opened
    opened.close()


@pytest.fixture
def expire(store: Store, captures: Captures, state: CrawlState, settings: Settings) -> Expire:
    """Give a way to remove what is over its time."""
    return lambda: expire_records(store, captures, state, settings, NOW)


def days_ago(days: float) -> datetime:
    """Return a time before NOW."""
    return NOW - timedelta(days=days)


def scam_flag(**changes: object) -> Flag:
    """Make a flag of scam."""
    return make_flag(
        **{
            "label": Harm.SCAM,
            "status": Status.UNVERIFIED,
            "signals": (make_signal(),),
            "evidence": (),
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("days", "score", "lives"), [(13, 0, True), (15, 0, False), (89, 0.9, True), (91, 0.9, False)]
)
def test_posts_live_longer_when_they_can_be_checked(
    store: Store,
    expire: Expire,
    days: int,
    score: float,
    *,
    lives: bool,
) -> None:
    """14 days, or 90 for what a later fact-check may find."""
    signal = make_signal(label=SignalLabel.CHECK_WORTHINESS, score=score)
    store.put([make_post(fetched_at=days_ago(days), signals=(signal,))])

    expire()

    assert bool(store.get(Post, ["p1"])) is lives


def test_a_flagged_post_stays(store: Store, expire: Expire) -> None:
    """What a living flag leans on is not taken from under it."""
    store.put([make_post(fetched_at=days_ago(80)), scam_flag(fetched_at=days_ago(80))])

    expire()

    assert store.get(Post, ["p1"])


@pytest.mark.parametrize(
    ("days", "verdict", "lives"),
    [
        (89, None, True),
        (91, None, False),
        (91, AnswerKind.NOT_HARMFUL, False),
        (91, AnswerKind.HARMFUL, True),
        (366, AnswerKind.HARMFUL, False),
    ],
)
def test_flags_live_as_long_as_their_verdict_says(
    store: Store,
    expire: Expire,
    days: int,
    verdict: AnswerKind | None,
    *,
    lives: bool,
) -> None:
    """90 days untaken or dismissed, a year when settled."""
    store.put([scam_flag(fetched_at=days_ago(days), verdict=verdict)])

    expire()

    assert bool(store.get(Flag, ["f1"])) is lives


def page(body: bytes, days: int) -> RawPage:
    """Make a fetched page."""
    return RawPage(
        url=f"http://a.example/{body.decode()}",
        source="a",
        status=200,
        headers=(("content-type", "text/html"),),
        body=body,
        fetched_at=days_ago(days),
        sha256=sha256(body).hexdigest(),
    )


def test_captures_stay_where_something_leans_on_them(
    store: Store, captures: Captures, expire: Expire
) -> None:
    """30 days, longer behind a living flag or a fact-check."""
    old, flagged, checked, new = (
        captures.write(page(body, days))
        for body, days in ((b"old", 31), (b"flagged", 31), (b"checked", 31), (b"new", 29))
    )
    store.put([scam_flag(fetched_at=days_ago(31), capture=flagged), make_check(capture=checked)])

    gone = expire()

    assert gone.captures == 1
    assert [captures.read(each).sha256 for each in (flagged, checked, new)]
    with pytest.raises(CaptureError):
        captures.read(old)


def test_expiring_twice_removes_nothing_more(store: Store, expire: Expire) -> None:
    """The run may be repeated."""
    broken = Quarantined(
        id="q1", stage="extract", stage_version="1", subject="http://a.example/", source="a",
        capture="", cause="too deep", at=days_ago(31),
    )  # fmt: skip
    store.put([make_post(fetched_at=days_ago(100)), broken])

    first = expire()
    second = expire()

    assert (first.posts, first.quarantined) == (1, 1)
    assert set(msgspec.structs.astuple(second)) == {0}


@pytest.mark.parametrize(
    ("met", "deleted", "flagged", "lives"),
    [(4, 2.9, False, True), (4, 3.1, False, False), (15, 1, False, False), (40, 9, True, True)],
)
def test_what_its_owner_deleted_has_three_days(
    store: Store,
    expire: Expire,
    met: float,
    deleted: float,
    *,
    flagged: bool,
    lives: bool,
) -> None:
    """Or its normal time where that is over before; a living flag keeps it (boundary 8)."""
    store.put([make_post(fetched_at=days_ago(met), deleted_at=days_ago(deleted))])
    store.put([scam_flag(fetched_at=days_ago(met))] if flagged else [])

    expire()

    assert bool(store.get(Post, ["p1"])) is lives


def test_a_check_worthy_post_that_was_deleted_has_three_days_too(
    store: Store, expire: Expire
) -> None:
    """Its owner's will is worth more than a later fact-check."""
    signal = make_signal(label=SignalLabel.CHECK_WORTHINESS, score=0.9)
    store.put([make_post(fetched_at=days_ago(4), deleted_at=days_ago(4), signals=(signal,))])

    assert expire().posts == 1


@pytest.mark.parametrize(
    ("met", "verdict", "lives"),
    [
        (1, None, True),
        (15, None, False),
        (1, AnswerKind.NOT_HARMFUL, False),
        (1, AnswerKind.OUT_OF_SCOPE, False),
        (20, AnswerKind.HARMFUL, True),
    ],
)
def test_editions_go_with_their_post_or_when_it_is_settled_out(
    store: Store,
    expire: Expire,
    met: int,
    verdict: AnswerKind | None,
    *,
    lives: bool,
) -> None:
    """Earlier texts are for whoever reviews a flag, and for nobody else."""
    store.put([make_post(fetched_at=days_ago(met), edition=2), make_edition()])
    store.put([scam_flag(fetched_at=days_ago(met), verdict=verdict)] if verdict else [])

    gone = expire()

    assert bool(list(store.scan(Edition))) is lives
    assert gone.editions == (not lives)


def test_one_living_flag_keeps_the_editions(store: Store, expire: Expire) -> None:
    """A post may have two flags, of which one was settled out."""
    flags = [
        scam_flag(fetched_at=days_ago(1), verdict=AnswerKind.OUT_OF_SCOPE),
        scam_flag(id="f2", fetched_at=days_ago(1)),
    ]
    store.put([make_post(fetched_at=days_ago(1)), make_edition(), *flags])

    assert expire().editions == 0


def test_editions_can_go_at_once(store: Store) -> None:
    """Those of the posts that are named, and no others."""
    store.put([make_edition(), make_edition(id="e2", post="p2")])

    assert drop_editions(store, ["p1", "p3"]) == 1
    assert [edition.post for edition in store.scan(Edition)] == ["p2"]


def test_the_crawl_state_forgets_what_is_old(state: CrawlState, expire: Expire) -> None:
    """Fates, runs and contents go after 90 days; what still waits, and first times, stay."""
    for days, run in ((91, "old"), (89, "new")):
        at = days_ago(days)
        fates = [
            PageFate(run=run, source="a", url=f"http://a.example/{name}", fate=fate, at=at)
            for name, fate in (("x", Fate.NEW), ("y", Fate.FETCHED))
        ]
        state.record(fates)
        state.write_run(SourceRun(run=run, source="a", started=at))
        standing = (Standing(post=run, text="t"),)
        content = Content(url=f"http://a.example/{run}", source="a", posts=standing, at=at)
        state.contents.settle(Settled(contents=(content,), repeated={("a", run): at}))

    first = expire()
    second = expire()

    assert [fate.fate for fate in state.pages_of("old")] == [Fate.FETCHED]
    assert len(list(state.pages_of("new"))) == 2
    assert (state.runs_of("old"), len(state.runs_of("new"))) == ([], 1)
    assert list(state.contents.of(["http://a.example/old", "http://a.example/new"])) == [
        "http://a.example/new"
    ]
    assert state.contents.repeated([("a", "old"), ("a", "new")]) == {("a", "new")}
    assert (first.remembered, second.remembered) == (4, 0)


def test_where_a_flagged_post_stands_is_known_as_long_as_its_flag(
    store: Store, state: CrawlState, expire: Expire
) -> None:
    """Else its deletion would go unmarked where that comes late (boundary 8)."""
    store.put([scam_flag(id="f", post="flagged", raised_at=days_ago(89))])
    for post in ("flagged", "other"):
        on_page = (Standing(post="above"), Standing(post=post))
        url = f"http://a.example/{post}"
        content = Content(url=url, source="a", posts=on_page, at=days_ago(91))
        state.contents.settle(Settled(contents=(content,)))

    expired = expire()

    there = state.contents.of(["http://a.example/flagged", "http://a.example/other"])
    assert [[each.post for each in one.posts] for one in there.values()] == [["above", "flagged"]]
    assert expired.remembered == 2
