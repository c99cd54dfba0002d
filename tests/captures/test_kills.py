"""F1 for captures: killed with -9 at any point, whole after, and nothing twice."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from kiemchung.captures import Captures
from tests.captures.pages import LIMIT, NOW, files, page, records

WRITER = """
import sys
from pathlib import Path
from kiemchung.captures import Captures
from tests.captures.pages import page
captures = Captures(Path(sys.argv[1]), 10**9)
number = 0
while True:
    captures.write_all([page(n, body=b"%d" % n * 5000) for n in range(number, number + 5)])
    number += 5
    print(number, flush=True)
"""
DYING = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from kiemchung.captures import Captures, expiry, files, index
from tests.captures.pages import NOW, page

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

folder, work, owner, name = sys.argv[1:]
captures = Captures(Path(folder), 10**9)
place = {"Index": index.Index, "Growing": files.Growing, "Pass": expiry.Pass, "Path": Path}[owner]
setattr(place, name, die)
if work == "write":
    captures.write_all([page(3), page(4)])
    captures.close()
else:
    captures.expire(NOW - timedelta(days=30), set())
"""


@pytest.mark.parametrize("after", [1, 4, 9])
def test_what_was_written_survives_kill(tmp_path: Path, after: int) -> None:
    """Every page whose write returned is there, in this process's eyes and the next writer's."""
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        done = [int(process.stdout.readline()) for _ in range(after)][-1]
        time.sleep(random.Random(after).uniform(0, 0.02))
        os.kill(process.pid, signal.SIGKILL)

    bodies = [b"%d" % n * 5000 for n in range(done)]
    captures = Captures(tmp_path, LIMIT)
    assert [captures.read(sha256(body).hexdigest()).body for body in bodies] == bodies
    with captures:
        captures.write(page(0))
    assert len(files(tmp_path)) == 1
    urls = [url for _, url in records(tmp_path)]
    assert len(set(urls)) == len(urls) - 1  # page 0 alone has two bodies


@pytest.mark.parametrize(
    ("work", "owner", "name"),
    [
        ("write", "Index", "append"),
        ("write", "Path", "rename"),
        ("expire", "Index", "append"),
        ("expire", "Growing", "close"),
        ("expire", "Path", "unlink"),
        ("expire", "Index", "keep_files"),
        ("expire", "Pass", "_move"),
    ],
)
def test_killed_between_two_steps_the_repeat_ends_the_same(
    tmp_path: Path, work: str, owner: str, name: str
) -> None:
    """Whatever step it died before, the same call again leaves what an undisturbed one would."""
    old = NOW - timedelta(days=40)
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1, when=old), page(2)])
    command = [sys.executable, "-c", DYING, str(tmp_path), work, owner, name]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL

    with Captures(tmp_path, LIMIT) as captures:
        if work == "write":
            captures.write_all([page(3), page(4)])
        captures.expire(NOW - timedelta(days=30), set())
        left = [2, 3, 4] if work == "write" else [2]

        assert [captures.page(each).url for each in captures.scan("bao")] == [
            page(n).url for n in left
        ]
        assert all(captures.read(page(n).sha256, page(n).url).body == page(n).body for n in left)
    assert sorted(url for _, url in records(tmp_path)) == [page(n).url for n in left]
    assert list(tmp_path.glob("*/*.open")) == []


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_torn_record_is_cut_off(tmp_path: Path, cut: int) -> None:
    """A record that a kill left unfinished is no capture; those before it are, and after it."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1), page(2)])
    (file,) = files(tmp_path)
    file.with_name(file.name + ".open").write_bytes(file.read_bytes()[:-cut])
    file.unlink()
    for index in (tmp_path / "_index").iterdir():
        index.unlink()

    with Captures(tmp_path, LIMIT) as captures:
        assert captures.read(page(1).sha256).body == page(1).body
        captures.write(page(3))
    assert [url for _, url in records(tmp_path)] == [page(1).url, page(3).url]


@pytest.mark.parametrize("left", [0, 1, 71, 73])
def test_a_torn_index_is_mended(tmp_path: Path, left: int) -> None:
    """An entry that a kill tore off is cut before the next is appended; the record is found."""
    body = b"same"
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(1, body=body), page(2, body=body)])
    (file,) = files(tmp_path)
    file.rename(file.with_name(file.name + ".open"))
    bucket = tmp_path / "_index" / sha256(body).hexdigest()[:2]
    bucket.write_bytes(bucket.read_bytes()[:left])

    with Captures(tmp_path, LIMIT) as captures:
        captures.write(page(3, body=body))
        digest = sha256(body).hexdigest()
        assert [captures.read(digest, page(n).url).url for n in (1, 2, 3)] == [
            page(n).url for n in (1, 2, 3)
        ]
    assert bucket.stat().st_size == 3 * 72


def told(folder: Path) -> list[tuple[str, datetime]]:
    """Return what there is, as a process sees it that opens `folder` now."""
    return [(each.sha256, each.fetched_at) for each in Captures(folder, LIMIT).scan("bao")]


@pytest.mark.parametrize("lost", ["all", "bucket", "half", "twice"])
def test_a_damaged_index_is_mended(tmp_path: Path, lost: str) -> None:
    """Lost, in part lost (as by a power cut), or with a row too many: the files tell the rest."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(n) for n in range(5)])
        captures.write(page(0, when=NOW + timedelta(hours=1)))
    before = told(tmp_path)
    bucket = tmp_path / "_index" / page(0).sha256[:2]
    if lost == "all":
        shutil.rmtree(tmp_path / "_index")
    elif lost == "bucket":
        bucket.unlink()
    elif lost == "half":
        bucket.write_bytes(bucket.read_bytes()[:72])
    else:
        bucket.write_bytes(bucket.read_bytes() * 2)

    assert told(tmp_path) == before
    assert sum(each.stat().st_size for each in (tmp_path / "_index").glob("??")) == 6 * 72


def test_a_file_that_was_put_back_is_found(tmp_path: Path) -> None:
    """As from a backup, under whatever name."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(n) for n in range(3)])
    (file,) = files(tmp_path)
    content = file.read_bytes()
    file.unlink()
    assert told(tmp_path) == []

    file.with_name("restored.warc.gz").write_bytes(content)
    assert len(told(tmp_path)) == 3


def test_a_file_cut_short_keeps_what_is_left(tmp_path: Path) -> None:
    """What is gone of it is not told; the file stays as it is."""
    with Captures(tmp_path, LIMIT) as captures:
        captures.write_all([page(n) for n in range(3)])
    (file,) = files(tmp_path)
    file.write_bytes(file.read_bytes()[:-10])

    assert [sha256 for sha256, _ in told(tmp_path)] == [page(0).sha256, page(1).sha256]
    assert file.exists()


def test_writers_readers_and_expiry_at_once(tmp_path: Path) -> None:
    """Two writers of the same pages, killed or not, and expiry beside them: every page is whole."""
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    done = 0
    captures = Captures(tmp_path, LIMIT)
    for turn in range(4):
        for writer in writers:
            assert writer.stdout is not None
            done = max(done, int(writer.stdout.readline()))
        captures.expire(NOW - timedelta(days=turn), set())
    for writer in writers:
        writer.kill()
        writer.communicate()

    bodies = [b"%d" % n * 5000 for n in range(done)]
    assert [captures.read(sha256(body).hexdigest()).body for body in bodies] == bodies
