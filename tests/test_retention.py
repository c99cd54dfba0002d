"""What expires when, on the embedded store (boundary 8)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from kiemchung.captures import Captures
from kiemchung.errors import CaptureError
from kiemchung.records import Flag, Post, Quarantined, RawPage
from kiemchung.retention import expire_records
from kiemchung.settings import Settings, load_settings
from kiemchung.store import open_store
from kiemchung.store.base import Store
from kiemchung.vocabulary import AnswerKind, Harm, SignalLabel, Status
from tests.makers import make_check, make_flag, make_post, make_signal

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
    store: Store, captures: Captures, settings: Settings, days: int, score: float, *, lives: bool
) -> None:
    """14 days, or 90 for what a later fact-check may find."""
    signal = make_signal(label=SignalLabel.CHECK_WORTHINESS, score=score)
    store.put([make_post(fetched_at=days_ago(days), signals=(signal,))])

    expire_records(store, captures, settings, NOW)

    assert bool(store.get(Post, ["p1"])) is lives


def test_a_flagged_post_stays(store: Store, captures: Captures, settings: Settings) -> None:
    """What a living flag leans on is not taken from under it."""
    store.put([make_post(fetched_at=days_ago(80)), scam_flag(fetched_at=days_ago(80))])

    expire_records(store, captures, settings, NOW)

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
    captures: Captures,
    settings: Settings,
    days: int,
    verdict: AnswerKind | None,
    *,
    lives: bool,
) -> None:
    """90 days untaken or dismissed, a year when settled."""
    store.put([scam_flag(fetched_at=days_ago(days), verdict=verdict)])

    expire_records(store, captures, settings, NOW)

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
    store: Store, captures: Captures, settings: Settings
) -> None:
    """30 days, longer behind a living flag or a fact-check."""
    old, flagged, checked, new = (
        captures.write(page(body, days))
        for body, days in ((b"old", 31), (b"flagged", 31), (b"checked", 31), (b"new", 29))
    )
    store.put([scam_flag(fetched_at=days_ago(31), capture=flagged), make_check(capture=checked)])

    gone = expire_records(store, captures, settings, NOW)

    assert gone.captures == 1
    assert [captures.read(each).sha256 for each in (flagged, checked, new)]
    with pytest.raises(CaptureError):
        captures.read(old)


def test_expiring_twice_removes_nothing_more(
    store: Store, captures: Captures, settings: Settings
) -> None:
    """The run may be repeated."""
    broken = Quarantined(
        id="q1", stage="extract", stage_version="1", subject="http://a.example/", source="a",
        capture="", cause="too deep", at=days_ago(31),
    )  # fmt: skip
    store.put([make_post(fetched_at=days_ago(100)), broken])

    first = expire_records(store, captures, settings, NOW)
    second = expire_records(store, captures, settings, NOW)

    assert (first.posts, first.quarantined) == (1, 1)
    assert set(msgspec.structs.astuple(second)) == {0}
