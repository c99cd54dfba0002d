"""The crawl state: one fate a page and run, whoever writes; SQLite here, PostgreSQL where it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Barrier, Event
from time import sleep
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from kiemchung.crawl_state import CrawlState, KnownPage, SourceRun, open_crawl_state
from kiemchung.crawl_state.database import open_database
from kiemchung.crawl_state.pages import FATES, PAGES
from kiemchung.errors import SettingsError, StoreError
from kiemchung.records import PageFate
from kiemchung.vocabulary import Fate

NOW = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC)


def fate(number: int, of: Fate = Fate.FETCHED, **fields: Any) -> PageFate:
    """Return a fate; `fields` replace its own."""
    values = {"run": "r1", "source": "bao", "capture": "c", "at": NOW, **fields}
    return PageFate(url=f"http://bao.example/{number}", fate=of, **values)


def known(**fields: Any) -> KnownPage:
    """Return what a page said."""
    values = {"source": "bao", "etag": '"1"', "capture": "c1", "checked_at": NOW, **fields}
    return KnownPage(url="http://bao.example/1", **values)


def test_validators_are_those_of_the_last_visit(state: CrawlState) -> None:
    """A page is unknown before its first visit; then what it said last is known."""
    assert state.validators("http://bao.example/1") is None

    state.record([], [known()])
    state.record([], [known(etag='"2"', last_modified="Tue")])

    expected = known(etag='"2"', last_modified="Tue", first_fetched=NOW)
    assert state.validators("http://bao.example/1") == expected


def test_a_page_has_one_fate_a_run(state: CrawlState) -> None:
    """Its own source may write it again; another source doesn't change it; another run is apart."""
    state.record([fate(1)])
    state.record([fate(1, Fate.FAILED, detail="again")])
    state.record([fate(1, Fate.UNCHANGED, source="khac")])
    state.record([fate(1, run="r2")])

    assert list(state.pages_of("r1")) == [fate(1, Fate.FAILED, detail="again")]
    assert state.fates_of("r1") == {"bao": {Fate.FAILED: 1}}


def test_record_is_all_or_nothing(state: CrawlState) -> None:
    """A row that is refused leaves nothing of its batch."""
    broken = fate(2, detail=sa.null())  # a value that the database takes for none

    with pytest.raises(StoreError):
        state.record([fate(1), broken])
    assert list(state.pages_of("r1")) == []


def test_pending_pages_come_from_all_runs_oldest_first(state: CrawlState) -> None:
    """What was fetched and not extracted is pending, until it is settled."""
    later = NOW + timedelta(hours=1)
    state.record([fate(1, run="r2", at=later), fate(2), fate(3, Fate.NOT_FOUND)])
    assert [p.url[-1] for p in state.pending()] == ["2", "1"]

    state.record([fate(2, Fate.NEW)])

    assert list(state.pending()) == [fate(1, run="r2", at=later)]
    assert state.fates_of("r1") == {"bao": {Fate.NEW: 1, Fate.NOT_FOUND: 1}}


def test_many_pending_pages_come_once_each_while_they_are_settled(state: CrawlState) -> None:
    """Settling one by one neither skips nor repeats a page, over many batches."""
    state.record([fate(number) for number in range(1_203)])

    seen = []
    for page in state.pending():
        seen.append(page.url)
        settled = msgspec.structs.replace(page, fate=Fate.QUARANTINED, detail="why")
        state.record([settled])

    assert sorted(seen) == sorted(fate(number).url for number in range(1_203))
    assert list(state.pending()) == []


def test_runs_are_remembered(state: CrawlState) -> None:
    """A run's passes are found by source; the latest is the one that began last."""
    assert state.latest_run() is None
    begun = SourceRun(run="r1", source="bao", started=NOW)
    state.write_run(begun)
    assert state.runs_of("r1") == [begun]

    ended = SourceRun(run="r1", source="bao", started=NOW, ended=NOW, listed=3, error="why")
    state.write_run(ended)
    state.write_run(SourceRun(run="r2", source="bao", started=NOW + timedelta(days=1)))

    assert state.runs_of("r1") == [ended]
    assert state.latest_run() == "r2"


def test_several_write_at_once(state: CrawlState) -> None:
    """Writers wait for each other; nothing is lost."""
    with ThreadPoolExecutor(4) as pool:
        batches = [[fate(k * 50 + n) for n in range(50)] for k in range(12)]
        list(pool.map(state.record, batches))

    assert state.fates_of("r1") == {"bao": {Fate.FETCHED: 600}}


def test_those_who_write_the_same_pages_do_not_end_each_other(state: CrawlState) -> None:
    """Two processes that meet the same addresses crosswise both write what they noted."""
    meet = Barrier(2)

    def write(source: str) -> None:
        shuffled = Random(source)
        for turn in range(30):
            fates = [fate(turn * 100 + n, source=source) for n in shuffled.sample(range(64), 64)]
            pages = [
                KnownPage(url=f.url, source=source, capture="c", checked_at=NOW) for f in fates
            ]
            meet.wait(60)
            state.record(fates, pages)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ["bao", "khac"]))

    counts = [count for by_fate in state.fates_of("r1").values() for count in by_fate.values()]
    assert sum(counts) == 30 * 64


BLOCKED = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def test_one_of_two_who_wait_for_each_other_writes_again(postgres_database: str) -> None:
    """Where PostgreSQL ends a writer that another one waits for, it writes once more."""
    state = open_crawl_state(postgres_database)
    state.record([fate(1), fate(2)], [known()])
    other = open_database(postgres_database)
    holds = Event()

    def cross() -> None:
        with other.writing() as db:
            db.execute(sa.update(FATES).where(FATES.c.url == fate(2).url).values(detail="theirs"))
            holds.set()
            while not db.execute(sa.text(BLOCKED)).scalar():
                sleep(0.02)  # PostgreSQL ends the one that has waited longer
            db.execute(sa.update(PAGES).values(etag="theirs"))

    with ThreadPoolExecutor(1) as pool:
        theirs = pool.submit(cross)
        holds.wait()
        state.record([fate(2, detail="ours")], [known(etag="ours")])
        theirs.result()

    page = state.validators(known().url)
    assert page is not None
    assert page.etag == "ours"
    state.close()
    other.close()


def test_two_may_open_at_once(tmp_path: Path) -> None:
    """Two processes that make the same database both succeed."""
    url = f"sqlite:///{tmp_path}/state.sqlite"
    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(open_crawl_state, [url] * 8))

    for state in states:
        assert state.latest_run() is None
        state.close()


@pytest.mark.parametrize("url", ["mysql://who:secret@db/x", "nonsense", ""])
def test_a_wrong_address_is_told(url: str) -> None:
    """The error names the setting, and no password."""
    with pytest.raises(SettingsError, match="KIEMCHUNG_CRAWL_STATE_URL") as error:
        open_crawl_state(url)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["sqlite:////proc/none/state.sqlite", "postgresql://who:secret@127.0.0.1:1/x"]
)
def test_a_database_out_of_reach_is_told(url: str) -> None:
    """The error says what to check, and no password."""
    with pytest.raises(StoreError, match="KIEMCHUNG_CRAWL_STATE_URL") as error:
        open_crawl_state(url)
    assert "secret" not in str(error.value)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    """A file that is no database is an error of ours."""
    (tmp_path / "state.sqlite").write_bytes(b"no database" * 1_000)

    with pytest.raises(StoreError):
        open_crawl_state(f"sqlite:///{tmp_path}/state.sqlite")
