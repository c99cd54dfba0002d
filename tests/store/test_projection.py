"""The search index beside the embedded store: never wrong, only behind, and always replaceable."""

import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tantivy

from kiemchung.errors import StoreError
from kiemchung.records import FactCheck, Flag
from kiemchung.store import projection
from kiemchung.store.sqlite import SqliteStore
from tests.store.samples import cases, make_check, make_flag, make_post


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a store that is not there yet."""
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """Give a store of three fact-checks whose index is up to date."""
    opened = SqliteStore(path)
    opened.put([make_check("a", "chanh"), make_check("b", "chanh gừng"), make_check("c", "tỏi")])
    assert found(opened, "chanh") == {"a", "b"}
    yield opened
    opened.close()


def found(store: SqliteStore, query: str) -> set[str]:
    """Return the ids that a search finds."""
    return {hit.record.id for hit in store.search(FactCheck, query)}


def index_of(path: Path) -> Path:
    """Return the folder of the index of fact-checks."""
    return path.with_name(path.name + ".search") / "fact_checks"


def built_at(path: Path) -> int:
    """Return what changes when an index is thrown away and made anew."""
    return index_of(path).stat().st_ino


def test_writes_leave_the_index_alone(path: Path) -> None:
    """Only a search makes the index, and only of what can be searched."""
    store = SqliteStore(path)
    store.put([make_check("a", "chanh"), make_flag(), make_post()])
    assert not index_of(path).parent.exists()

    assert found(store, "chanh") == {"a"}
    assert [p.name for p in index_of(path).parent.iterdir() if p.is_dir()] == ["fact_checks"]
    store.close()


def test_an_index_that_is_up_to_date_is_not_written(store: SqliteStore, path: Path) -> None:
    """A search without changes before it writes nothing."""
    before = {p.name: p.stat().st_mtime_ns for p in index_of(path).iterdir()}
    store.put([make_flag(), make_check("a", "chanh")])

    assert found(store, "chanh") == {"a", "b"}
    assert {p.name: p.stat().st_mtime_ns for p in index_of(path).iterdir()} == before


def test_the_index_outlives_the_store(store: SqliteStore, path: Path) -> None:
    """A store that is opened again goes on with the index that is there."""
    made = built_at(path)
    store.close()

    again = SqliteStore(path)
    again.put([make_check("d", "chanh")])

    assert found(again, "chanh") == {"a", "b", "d"}
    assert built_at(path) == made
    again.close()


def empty(folder: Path) -> None:
    """Remove all files of the index."""
    for file in folder.iterdir():
        file.unlink()


def scramble(folder: Path) -> None:
    """Overwrite every file with garbage."""
    rng = random.Random(1)
    for file in folder.iterdir():
        file.write_bytes(rng.randbytes(max(file.stat().st_size, 64)))


def halve(folder: Path) -> None:
    """Cut every file of the index in half."""
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def half_of_postings(folder: Path) -> None:
    """Cut the files of postings in half, and leave the rest."""
    for file in folder.glob("*.idx"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def another_schema(folder: Path) -> None:
    """Put an index of an older version there, with other fields."""
    shutil.rmtree(folder)
    folder.mkdir()
    tantivy.Index(tantivy.SchemaBuilder().add_text_field("body").build(), path=str(folder))


def no_stamp(folder: Path) -> None:
    """Put an index there that was killed before its first commit."""
    schema = projection._schema(FactCheck)
    shutil.rmtree(folder)
    folder.mkdir()
    writer = tantivy.Index(schema, path=str(folder)).writer(20_000_000, num_threads=1)
    writer.add_document(tantivy.Document(id="ghost", folded="chanh"))
    writer.commit()
    writer.wait_merging_threads()


DAMAGES = {
    "gone": shutil.rmtree,
    "empty": empty,
    "garbage": scramble,
    "halved": halve,
    "postings halved": half_of_postings,
    "another schema": another_schema,
    "no stamp": no_stamp,
}


@pytest.mark.parametrize("name", cases(DAMAGES, "gone", "garbage", "another schema"))
@pytest.mark.parametrize("fresh", [True, False], ids=["opened", "open"])
def test_a_bad_index_is_made_anew(
    store: SqliteStore, path: Path, name: str, *, fresh: bool
) -> None:
    """Whatever became of the index, before or while the store is open, search is right."""
    if fresh:
        store.close()
        store = SqliteStore(path)

    DAMAGES[name](index_of(path))
    store.put([make_check("d", "chanh")])

    assert found(store, "chanh") == {"a", "b", "d"}
    assert found(store, "toi") == {"c"}
    store.close()


def test_an_index_of_an_older_folding_is_made_anew(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index whose tokens were made otherwise is replaced."""
    made = built_at(path)
    store.close()
    monkeypatch.setattr(projection, "FOLDING", "another")

    again = SqliteStore(path)

    assert found(again, "chanh") == {"a", "b"}
    assert built_at(path) != made
    again.close()


def test_an_index_of_another_database_is_made_anew(store: SqliteStore, path: Path) -> None:
    """An index that was left beside a file that is a new one is not believed."""
    store.close()
    for file in path.parent.glob("store.sqlite*"):
        if file.is_file():
            file.unlink()

    again = SqliteStore(path)
    again.put([make_check(name, "gừng") for name in "wxyz"])

    assert found(again, "chanh") == set()
    assert found(again, "gung") == set("wxyz")
    again.close()


def test_an_index_ahead_of_its_database_is_made_anew(store: SqliteStore, path: Path) -> None:
    """After a database was put back from a backup the index is not ahead of it."""
    store.close()
    backup = path.read_bytes()
    later = SqliteStore(path)
    later.put([make_check("a", "nghệ"), make_check("d", "nghệ")])
    assert found(later, "nghe") == {"a", "d"}
    later.close()
    path.write_bytes(backup)

    restored = SqliteStore(path)

    assert found(restored, "nghe") == set()
    assert found(restored, "chanh") == {"a", "b"}
    restored.close()


HOLDER = """
import sys, tantivy
from kiemchung.records import FactCheck
from kiemchung.store import projection
index = tantivy.Index(projection._schema(FactCheck), path=sys.argv[1])
writer = index.writer(20_000_000, num_threads=1)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let another process hold tantivy's writer during the test."""
    monkeypatch.setattr(projection, "WAIT", 0.2)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(index_of(store._path))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    yield
    holder.communicate()


@pytest.mark.usefixtures("held")
def test_a_writer_elsewhere_does_not_stop_a_search(store: SqliteStore) -> None:
    """While another process writes the index, what is there is searched; gone is gone."""
    store.put([make_check("d", "chanh")])
    store.expire(FactCheck, ["a"])

    assert found(store, "chanh") == {"b"}


def test_an_index_that_another_process_builds_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is nothing to search yet, a search says that it is being built."""
    monkeypatch.setattr(projection, "WAIT", 0.2)
    store = SqliteStore(path)
    store.put([make_check("a", "chanh")])
    index_of(path).parent.mkdir()
    with index_of(path).with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another process is building"):
            store.search(FactCheck, "chanh")

    assert found(store, "chanh") == {"a"}
    store.close()


def test_an_index_that_can_not_be_made_is_said(path: Path) -> None:
    """A file in the place of the index's folder is a clear error; writing goes on."""
    store = SqliteStore(path)
    index_of(path).parent.write_text("")

    with pytest.raises(StoreError, match="search index can't be written"):
        store.search(FactCheck, "chanh")
    assert store.put([make_check("a", "chanh")]) == []
    store.close()


SEARCHER = """
import sys
from kiemchung.records import Flag
from kiemchung.store.sqlite import SqliteStore
from tests.store.samples import make_flag
store = SqliteStore(sys.argv[1])
print("ready", flush=True)
for turn in range(10_000):
    store.put([make_flag(f"f{turn % 50}", text=f"chữ {turn}", priority=turn % 100)])
    if turn % 7 == 0:
        store.expire(Flag, [f"f{turn % 31}"])
    store.search(Flag, "chữ")
"""


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.faults)])
def test_killed_while_catching_up(path: Path, kills: int) -> None:
    """Whenever the process is killed, the next one's search finds exactly what is stored."""
    rng = random.Random(kills)
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-c", SEARCHER, str(path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0.05, 1.0))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

        store = SqliteStore(path)
        stored = {flag.id: flag.text for flag in store.scan(Flag)}
        hits = store.search(Flag, "chu", limit=1_000)
        assert {hit.record.id: hit.record.text for hit in hits} == stored
        for flag, text in stored.items():
            number = text.removeprefix("chữ ")
            assert flag in {hit.record.id for hit in store.search(Flag, number)}
        store.close()


def remains(path: Path) -> int:
    """Count the documents that the files of the index of flags hold and no search finds."""
    folder = path.with_name(path.name + ".search") / "flags"
    segments = json.loads((folder / "meta.json").read_bytes())["segments"]
    return sum((each["deletes"] or {}).get("num_deleted_docs", 0) for each in segments)


def test_words_of_what_was_removed_leave_the_files(path: Path) -> None:
    """A removed flag is found no more at once; its words are gone once the store is purged."""
    store = SqliteStore(path)
    store.put([make_flag("a"), make_flag("b")])
    assert len(store.search(Flag, "chanh")) == 2
    store.expire(Flag, ["a"])
    assert [hit.record.id for hit in store.search(Flag, "chanh")] == ["b"]
    assert remains(path) > 0

    store.purge(Flag)

    assert remains(path) == 0
    assert [hit.record.id for hit in store.search(Flag, "chanh")] == ["b"]
    store.close()


def test_a_purge_needs_no_search_before_it(path: Path) -> None:
    """What was removed since the last search goes too; without an index there is nothing to do."""
    store = SqliteStore(path)
    store.put([make_flag("a"), make_flag("b")])
    store.purge(Flag)
    assert not index_of(path).parent.exists()
    store.search(Flag, "chanh")
    store.expire(Flag, ["a"])

    store.purge(Flag)

    index = tantivy.Index.open(str(path.with_name(path.name + ".search") / "flags"))
    assert (remains(path), index.searcher().num_docs) == (0, 2)  # one of them is the mark
    store.close()


def test_a_purge_twice_is_one(path: Path) -> None:
    """An index that holds what the store does stays as it is."""
    store = SqliteStore(path)
    store.put([make_flag("a"), make_flag("b")])
    store.search(Flag, "chanh")
    store.expire(Flag, ["a"])
    store.purge(Flag)
    folder = path.with_name(path.name + ".search") / "flags"
    made = folder.stat().st_ino

    store.purge(Flag)

    assert folder.stat().st_ino == made
    assert sorted(each.name for each in folder.parent.iterdir()) == ["flags", "flags.lock"]
    store.close()


def test_searches_go_on_while_another_store_is_purged(path: Path) -> None:
    """One that holds the old files open finds what is there, before and after."""
    one, other = SqliteStore(path), SqliteStore(path)
    one.put([make_flag("a"), make_flag("b")])
    assert len(other.search(Flag, "chanh")) == 2
    one.expire(Flag, ["a"])

    one.purge(Flag)

    assert [hit.record.id for hit in other.search(Flag, "chanh")] == ["b"]
    one.put([make_flag("c")])
    assert {hit.record.id for hit in other.search(Flag, "chanh")} == {"b", "c"}
    one.close()
    other.close()
