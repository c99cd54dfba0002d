"""F4: what happens to the embedded store's file, and what the store says of it."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiemchung.errors import StoreError
from kiemchung.records import Edition, Flag, Story
from kiemchung.store.base import KINDS
from kiemchung.store.dump import canonical_dump
from kiemchung.store.sqlite import SqliteStore
from kiemchung.vocabulary import Harm
from tests.store.samples import (
    make_check,
    make_edition,
    make_flag,
    make_post,
    make_story,
    one_of_each,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a store that is not there yet."""
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """Give a store in `path`."""
    opened = SqliteStore(path, busy_seconds=0.2)
    yield opened
    opened.close()


def filled(path: Path) -> bytes:
    """Make a closed store with many records; return its dump."""
    store = SqliteStore(path)
    store.put([*one_of_each(), *(make_story(f"s{place:04}") for place in range(2_000))])
    dump = canonical_dump(store)
    store.close()
    return dump


def test_the_folder_is_made(tmp_path: Path) -> None:
    """A store may be asked for in a folder that is not there."""
    SqliteStore(tmp_path / "a" / "b" / "store.sqlite").close()

    assert (tmp_path / "a" / "b" / "store.sqlite").exists()


def sequence(path: Path) -> int:
    """Return the number of the last change."""
    with sqlite3.connect(path) as database:
        (seq,) = database.execute("SELECT seq FROM state").fetchone()
    database.close()
    return int(seq)


def test_changes_are_numbered_and_repetitions_are_none(store: SqliteStore, path: Path) -> None:
    """Each change of a record takes one number; putting the same once more takes none."""
    store.put([make_flag("a"), make_flag("b")])
    assert sequence(path) == 2

    store.put([make_flag("a"), make_flag("b")])
    assert sequence(path) == 2

    store.put([make_flag("a", priority=1), make_flag("b")])
    assert sequence(path) == 3
    store.expire(Flag, ["a"])
    assert sequence(path) == 4


def test_what_expired_is_overwritten(store: SqliteStore, path: Path) -> None:
    """The words of an expired record are not left in the file (boundary 8)."""
    store.put([make_post("a", text="chữ sẽ mất đi"), make_post("b")])
    store.expire(type(make_post()), ["a"])
    store.close()

    assert "chữ sẽ mất đi".encode() not in path.read_bytes()


# --- faults -------------------------------------------------------------------------------------


def test_locked_for_long(store: SqliteStore, path: Path) -> None:
    """A lock that another process keeps is said; afterwards the same batch goes in."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="locked"):
        store.put([make_flag()])
    assert store.get(Flag, ["flag-1"]) == {}
    assert store.count(Flag) == {"": 0}

    other.execute("ROLLBACK")
    other.close()
    assert store.put([make_flag()]) == []


def test_locked_for_a_moment(path: Path) -> None:
    """A short lock is waited for."""
    store = SqliteStore(path, busy_seconds=20)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("ROLLBACK")).start()

    assert store.put([make_flag()]) == []
    other.close()
    store.close()


def test_locked_while_opening(path: Path) -> None:
    """A store that can't be opened for a lock says so."""
    filled(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreError, match="locked"):
        SqliteStore(path, busy_seconds=0.1)
    other.close()


def test_a_batch_is_all_or_nothing(store: SqliteStore, path: Path) -> None:
    """What breaks in the middle of a batch leaves nothing of it."""
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON stories WHEN new.id = 's50' "
        "BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )
    database.commit()
    database.close()

    with pytest.raises(StoreError, match="broken"):
        store.put([make_story(f"s{place}") for place in range(100)])

    assert store.count(Story) == {"": 0}
    assert store.put([make_story("s1")]) == []


WRITER = """
import sys
from kiemchung.store.sqlite import SqliteStore
from tests.store.samples import make_story
store = SqliteStore(sys.argv[1])
for batch in range(10_000):
    store.put([make_story(f"{batch:05}-{place:03}") for place in range(100)])
    print(batch, flush=True)
"""


@pytest.mark.parametrize("batches", [3, pytest.param(40, marks=pytest.mark.faults)])
def test_killed_while_writing(path: Path, batches: int) -> None:
    """After `kill -9` every batch that was answered is there, and every batch is whole."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert writer.stdout
    for _ in range(batches):
        writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()

    store = SqliteStore(path)
    counts = store.count(Story)[""]
    assert counts % 100 == 0
    assert counts >= batches * 100
    assert store.check() == []
    store.close()


@pytest.mark.parametrize("kept", [0.3, 0.999])
def test_torn_log(path: Path, tmp_path: Path, kept: float) -> None:
    """A write-ahead log that breaks off loses the batches behind the tear, and nothing else."""
    store = SqliteStore(path)
    for batch in range(20):
        store.put([make_story(f"{batch:02}-{place:02}") for place in range(50)])
    torn = tmp_path / "torn.sqlite"
    shutil.copy(path, torn)
    log = Path(f"{path}-wal").read_bytes()
    Path(f"{torn}-wal").write_bytes(log[: int(len(log) * kept)])
    store.close()

    after = SqliteStore(torn)
    counts = after.count(Story)[""]
    assert counts % 50 == 0
    assert counts < 1_000
    assert after.check() == []
    after.put([make_story(f"{batch:02}-{place:02}") for batch in range(20) for place in range(50)])
    assert after.count(Story) == {"": 1_000}
    after.close()


def test_a_newer_layout_is_refused(path: Path) -> None:
    """A file of a newer kiemchung is left alone, and what to do is said."""
    filled(path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()

    with pytest.raises(StoreError, match=r"newer kiemchung \(layout 99.*update kiemchung"):
        SqliteStore(path)


def test_an_older_file_gets_its_new_columns(path: Path) -> None:
    """A file that lacks a filter of today gets it, filled from the records that are there."""
    dump = filled(path)
    database = sqlite3.connect(path)
    for kind, column in (("flags", "label"), ("stories", "size"), ("posts", "url")):
        database.execute(f"DROP INDEX {kind}_{column}")
        database.execute(f"ALTER TABLE {kind} DROP COLUMN {column}")
    database.commit()
    database.close()

    store = SqliteStore(path)

    assert store.count(Flag, {"label": "health"}) == {"": 1}
    assert store.count(Story, {"size": 2}) == {"": 2_001}
    assert canonical_dump(store) == dump
    assert store.check() == []
    store.close()


def test_an_older_file_gets_its_new_kinds(path: Path) -> None:
    """A file made before there were editions takes them; what was there stays."""
    filled(path)
    database = sqlite3.connect(path)
    database.execute("DROP TABLE editions")
    database.commit()
    database.close()

    store = SqliteStore(path)

    assert store.put([make_edition()]) == []
    assert store.count(Edition, {"post": "post-1"}) == {"": 1}
    assert store.count(Flag, {"label": "health"}) == {"": 1}
    assert store.check() == []
    store.close()


def test_an_older_record_is_named(path: Path) -> None:
    """A record of a version whose fields differ is an error that says so, without its text."""
    filled(path)
    database = sqlite3.connect(path)
    database.execute("UPDATE flags SET body = ? WHERE id = 'flag-1'", (b'{"id":"flag-1","x":1}',))
    database.commit()
    database.close()

    store = SqliteStore(path)

    with pytest.raises(StoreError, match=r"a stored Flag can't be read.*rebuild"):
        store.get(Flag, ["flag-1"])
    assert store.get(Flag, ["flag-2"])
    store.close()


@pytest.mark.parametrize("application", [0, 12345])
def test_a_foreign_file_is_refused(path: Path, application: int) -> None:
    """A database of another program is not written into."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE posts (id)")
    database.execute(f"PRAGMA application_id = {application}")
    database.commit()
    database.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match="no store of kiemchung"):
        SqliteStore(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("what", ["text", "half a header"])
def test_no_database_at_all(path: Path, what: str) -> None:
    """A file that is no SQLite file is said to be none."""
    path.write_bytes(
        {"text": b"xin chao " * 1_000, "half a header": b"SQLite format 3\x00\x10"}[what]
    )

    with pytest.raises(StoreError, match="damaged"):
        SqliteStore(path)


def test_a_corrupted_page(path: Path) -> None:
    """A page of garbage is found by check and said by what reads it, with what to do."""
    filled(path)
    content = bytearray(path.read_bytes())
    pages = len(content) // 4096
    for page in range(pages // 2, pages):
        content[page * 4096 : page * 4096 + 2048] = os.urandom(2048)
    path.write_bytes(content)

    store = SqliteStore(path)

    assert any("rebuild it from the captures" in sentence for sentence in store.check())
    with pytest.raises(StoreError, match=r"damaged.*captures"):
        list(store.scan(Story))
    store.close()


def test_a_truncated_file(path: Path) -> None:
    """A file that breaks off is found, at opening or by check."""
    filled(path)
    path.write_bytes(path.read_bytes()[: 4096 * 20])

    with pytest.raises(StoreError, match="damaged"):
        use(path)


def use(path: Path) -> None:
    """Open a store and raise what its check finds."""
    store = SqliteStore(path)
    found = store.check()
    store.close()
    if found:
        raise StoreError(f"damaged: {found}")


def test_the_path_is_a_folder(tmp_path: Path) -> None:
    """A folder in the file's place, and a file in the folder's place, are said."""
    with pytest.raises(StoreError, match="can't be opened"):
        SqliteStore(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="folder can't be made"):
        SqliteStore(tmp_path / "file" / "store.sqlite")


FULL = """
import resource, sys
from kiemchung.errors import StoreError
from kiemchung.store.sqlite import SqliteStore
from tests.store.samples import make_story
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = SqliteStore(sys.argv[1])
store.put([make_story("first")])
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
try:
    store.put([make_story(f"s{place}", posts=("p" * 500,)) for place in range(5_000)])
except StoreError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(store.put([make_story("last")]), store.count(type(make_story())))
"""


def test_no_more_room(path: Path) -> None:
    """A disk without room is said; nothing is half written, and with room it goes on."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    said, after = done.stdout.splitlines()
    assert "disk" in said
    assert after == "[] {'': 2}"


READER = """
import os, sys
from kiemchung.errors import StoreError
from kiemchung.store.sqlite import SqliteStore
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    SqliteStore(sys.argv[1]).put([])
except StoreError as error:
    print(error)
"""


def test_a_file_that_can_not_be_written() -> None:
    """A file and a folder without the right to write are said (root becomes nobody for this)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled(folder / "store.sqlite")
        (folder / "store.sqlite").chmod(0o444)
        folder.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", READER, str(folder / "store.sqlite")],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        folder.chmod(0o755)

    assert "check the" in done.stdout
    assert "rights" in done.stdout


def test_many_processes_open_a_new_store(path: Path) -> None:
    """Making the file is no race: all of several openers get the same store."""
    code = (
        "import sys; from kiemchung.store.sqlite import SqliteStore\n"
        "from tests.store.samples import make_story\n"
        "store = SqliteStore(sys.argv[1]); print(store.put([make_story(sys.argv[2])]))"
    )
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(number)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        for number in range(4)
    ]

    assert [opener.communicate() for opener in openers] == [(b"[]\n", b"")] * 4
    store = SqliteStore(path)
    assert store.count(Story) == {"": 4}
    store.close()


def test_filters_of_every_kind_are_columns(store: SqliteStore, path: Path) -> None:
    """Each filter has its column and its index, so that scans and counts read no bodies."""
    store.put([make_check("a"), make_flag("b", label=Harm.HEALTH)])
    database = sqlite3.connect(path)
    for kind in KINDS.values():
        for field in kind.filters:
            sql = f'EXPLAIN QUERY PLAN SELECT count(*) FROM {kind.name} WHERE "{field}" = 1'  # noqa: S608
            plan = database.execute(sql).fetchall()
            assert f"{kind.name}_{field}" in str(plan)
    database.close()
