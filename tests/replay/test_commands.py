"""`extract` and `quarantine`, as a user meets them, over the demo web."""

import json
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.server import DemoServer
from kiemchung.records import Post, Quarantined
from kiemchung.store.dump import canonical_dump
from tests.demo_runs import PROGRAM, DemoRun, demo_run

SOURCES = ("--source", "xom_cho", "--source", "kiem_tin", "--source", "pho_nui")
BREAK = '\n\ndef extract(page, source):\n    raise KeyError("[bold]0905 000 123")\n'


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoRun]:
    """Do a day's work on three kinds of source, whose files the tests may change."""
    folder = tmp_path_factory.mktemp("day")
    sources = folder / "sources"
    shutil.copytree(Path("demo/sources"), sources)
    with DemoServer() as server:
        run = demo_run(server, folder / "data", KIEMCHUNG_SOURCES=str(sources))
        done = run.kiemchung("run", *SOURCES)
        assert done.returncode == 0, done.stderr
        yield run


def dump(run: DemoRun) -> bytes:
    """Return what the run's store holds."""
    with run.store() as store:
        return canonical_dump(store)


def test_a_lost_store_is_rebuilt_without_a_request(day: DemoRun, tmp_path: Path) -> None:
    """Extraction from captures and an analysis give the same records; the web isn't asked."""
    asked = len(day.server.log)
    url = f"sqlite:///{tmp_path}/other.sqlite"
    other = demo_run(day.server, day.data, **{**_own(day), "KIEMCHUNG_STORE_URL": url})

    done = other.kiemchung("extract", "--from-captures", "--diff", str(tmp_path / "diff.json"))
    assert done.returncode == 0, done.stderr
    assert other.kiemchung("analyse").returncode == 0

    assert dump(other) == dump(day)
    assert len(day.server.log) == asked
    report = json.loads((tmp_path / "diff.json").read_text(encoding="utf-8"))
    with day.store() as store:
        counts = store.count(Post, by="source")
    assert {name: each["new"] for name, each in report["sources"].items()} == counts


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_replay_repeated_ends_in_the_same_store(
    day: DemoRun, tmp_path: Path, seed: int
) -> None:
    """F1: `kill -9` at a random moment of it loses nothing and doubles nothing."""
    url = f"sqlite:///{tmp_path}/other.sqlite"
    other = demo_run(day.server, day.data, **{**_own(day), "KIEMCHUNG_STORE_URL": url})
    with subprocess.Popen(
        [PROGRAM, "extract", "--from-captures"], env=other.environment, stderr=subprocess.DEVNULL
    ) as process:
        time.sleep(random.Random(seed).uniform(2.0, 8.0))
        process.kill()

    assert other.kiemchung("extract", "--from-captures").returncode == 0
    assert other.kiemchung("analyse").returncode == 0
    assert dump(other) == dump(day)


def test_a_dry_run_over_what_is_there_finds_nothing_to_change(day: DemoRun) -> None:
    """A table by source, and no write."""
    before = dump(day)

    done = day.kiemchung("extract", "--from-captures", "--dry-run", "--source", "xom_cho")

    assert done.returncode == 0, done.stderr
    assert "xom_cho" in done.stdout
    assert "Examples" not in done.stdout
    assert dump(day) == before


def test_what_waits_is_extracted(day: DemoRun) -> None:
    """Without --from-captures: nothing waits after a run, and options that need it are refused."""
    assert day.kiemchung("extract").returncode == 0
    refused = day.kiemchung("extract", "--dry-run")
    assert (refused.returncode, "--from-captures" in refused.stderr) == (2, True)


def test_a_source_without_captures_is_told(day: DemoRun) -> None:
    """Status 1, and a sentence."""
    done = day.kiemchung("extract", "--from-captures", "--source", "no_such")

    assert (done.returncode, "no_such" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [("--source", "no_such"), ("--from-captures", "--diff", "/no/such/folder/diff.json")],
    ids=["source", "file"],
)
def test_what_can_not_be_is_said_before_anything_is_read(
    day: DemoRun, arguments: tuple[str, ...]
) -> None:
    """One sentence, status 2: a typo isn't found out after an hour's work, or never."""
    done = day.kiemchung("extract", *arguments)

    assert (done.returncode, len(done.stderr.strip().splitlines()), done.stdout) == (2, 1, "")


def test_quarantine_is_listed_shown_and_driven_again(day: DemoRun, tmp_path: Path) -> None:
    """A broken extractor's pages go there, and out again once it is mended; no word of a page."""
    sources = Path(day.environment["KIEMCHUNG_SOURCES"])
    whole = (sources / "xom_cho.py").read_text(encoding="utf-8")
    url = f"sqlite:///{tmp_path}/other.sqlite"
    run = demo_run(day.server, day.data, **{**_own(day), "KIEMCHUNG_STORE_URL": url})
    (sources / "xom_cho.py").write_text(whole + BREAK, encoding="utf-8")
    assert run.kiemchung("extract", "--from-captures", *SOURCES).returncode == 0
    with run.store() as store:
        broken = list(store.scan(Quarantined))
    assert broken

    listed = run.kiemchung("quarantine", "list", "--limit", "1000", "--source", "xom_cho")
    shown = run.kiemchung("quarantine", "show", broken[0].id)
    again = run.kiemchung("quarantine", "retry", broken[0].id)
    assert (listed.returncode, broken[0].id in listed.stdout) == (0, True)
    assert broken[0].capture in shown.stdout.replace("\n", "")
    assert (again.returncode, "KeyError" in again.stderr) == (1, True)
    assert "0905" not in listed.stdout + shown.stdout + again.stderr

    (sources / "xom_cho.py").write_text(whole, encoding="utf-8")
    mended = run.kiemchung("quarantine", "retry", "--all")
    assert mended.returncode == 0, mended.stderr
    assert f"{len(broken)} of them mended" in mended.stdout
    assert run.kiemchung("analyse").returncode == 0
    assert dump(run) == dump(day)
    assert run.kiemchung("quarantine", "list").stdout.strip() == "Nothing is in quarantine."


@pytest.mark.parametrize("command", ["list", "retry"])
def test_a_stage_that_is_none_is_said(day: DemoRun, command: str) -> None:
    """Nothing there would look like nothing broken."""
    done = day.kiemchung("quarantine", command, "--stage", "bogus")

    assert (done.returncode, "bogus" in done.stderr) == (2, True)


@pytest.mark.parametrize("arguments", [("show", "none"), ("retry", "none"), ("retry",)])
def test_what_is_not_in_quarantine_is_said(day: DemoRun, arguments: tuple[str, ...]) -> None:
    """One sentence, status 2."""
    done = day.kiemchung("quarantine", *arguments)

    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)


def _own(run: DemoRun) -> dict[str, str]:
    return {name: value for name, value in run.environment.items() if name.startswith("KIEMCHUNG_")}
