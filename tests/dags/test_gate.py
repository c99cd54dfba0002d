"""The rule of `enough_sources`, kept by the command line: who answered, and is that enough."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kiemchung.commands.main import cli
from kiemchung.crawl_state import SourceRun, open_crawl_state
from kiemchung.settings import load_settings
from tests.dags.conftest import DEMO_SOURCES, DOWN, UP, two_sources

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def two(tmp_path: Path) -> dict[str, str]:
    """Return settings with two sources that are switched on, and one that isn't."""
    folder = two_sources(tmp_path / "sources")
    text = (DEMO_SOURCES / "kiem_tin.py").read_text(encoding="utf-8")
    (folder / "kiem_tin.py").write_text(text.replace("VERIFIED", "CONFIGURED"), encoding="utf-8")
    return {"KIEMCHUNG_DATA_DIR": str(tmp_path / "data"), "KIEMCHUNG_SOURCES": str(folder)}


def passed(environ: dict[str, str], *runs: SourceRun) -> None:
    """Write passes over sources into the crawl state."""
    state = open_crawl_state(load_settings(environ).crawl_state_url)
    for run in runs:
        state.write_run(run)
    state.close()


def a_pass(source: str, error: str = "", *, run: str = "r1", ended: bool = True) -> SourceRun:
    """Return a pass over `source`."""
    end = NOW if ended else None
    return SourceRun(run=run, source=source, started=NOW, ended=end, listed=1, error=error)


def kiemchung(environ: dict[str, str], arguments: Sequence[str]) -> Result:
    """Run a command."""
    return CliRunner().invoke(cli, arguments, env=environ)


def answered(environ: dict[str, str], *options: str) -> Result:
    """Ask who answered in the run r1."""
    return kiemchung(environ, ["sources", "answered", "--run", "r1", *options])


def test_names_are_those_switched_on(two: dict[str, str]) -> None:
    """`sources --names` is a JSON list without the sources that nobody verified."""
    done = kiemchung(two, ["sources", "--names"])

    assert json.loads(done.stdout) == sorted([UP, DOWN])


def test_half_is_enough_and_the_silent_one_is_named(two: dict[str, str]) -> None:
    """One of two answered: enough, and the other one is named with its cause."""
    passed(two, a_pass(UP), a_pass(DOWN, "listing http://x.example/: timed_out"))
    done = answered(two)

    assert done.exit_code == 0
    assert f"{DOWN}: listing http://x.example/: timed_out\n1 of 2 sources answered" in done.stderr


def test_more_may_be_asked_for(two: dict[str, str]) -> None:
    """`--least` is the share below which the status is 1."""
    passed(two, a_pass(UP), a_pass(DOWN, "listing: timed_out"))

    assert answered(two, "--least", "0.6").exit_code == 1


def test_a_pass_without_an_end_is_no_answer(two: dict[str, str]) -> None:
    """A crawl that was killed doesn't count, nor does one that was never begun."""
    passed(two, a_pass(UP, ended=False))
    done = answered(two)

    assert done.exit_code == 1
    assert f"{UP}: its pass has no end" in done.stderr
    assert f"{DOWN}: was not asked" in done.stderr


def test_another_runs_answers_do_not_count(two: dict[str, str]) -> None:
    """Yesterday's answers open no gate today."""
    passed(two, a_pass(UP, run="r0"), a_pass(DOWN, run="r0"))

    assert answered(two).exit_code == 1


def test_no_source_is_never_enough(two: dict[str, str], tmp_path: Path) -> None:
    """Where none is switched on, nothing answered, whatever the share."""
    (tmp_path / "empty").mkdir()
    none = {**two, "KIEMCHUNG_SOURCES": str(tmp_path / "empty")}

    assert answered(none, "--least", "0").exit_code == 1


def test_a_source_whose_file_is_broken_has_its_row(two: dict[str, str], tmp_path: Path) -> None:
    """It is among the names, so that its own task fails, and not the list that all hang on."""
    (tmp_path / "sources" / "hong.py").write_text("SOURCE = Source(", encoding="utf-8")
    done = kiemchung(two, ["sources", "--names"])

    assert json.loads(done.stdout) == sorted([UP, DOWN, "hong"])


def test_a_crawl_of_a_broken_file_fails_with_its_cause(two: dict[str, str], tmp_path: Path) -> None:
    """Status 1 and the cause; the gate counts it as silent, for that cause."""
    (tmp_path / "sources" / "hong.py").write_text("SOURCE = Source(", encoding="utf-8")
    done = kiemchung(two, ["crawl", "--source", "hong", "--run", "r1"])
    passed(two, a_pass(UP), a_pass(DOWN))

    assert done.exit_code == 1
    assert "SyntaxError" in done.stderr
    assert "hong.py: SyntaxError" in answered(two).stderr


def test_the_other_commands_go_on_without_a_broken_file(
    two: dict[str, str], tmp_path: Path
) -> None:
    """The list of sources shows the others, and says which is broken."""
    (tmp_path / "sources" / "hong.py").write_text("SOURCE = Source(", encoding="utf-8")
    done = kiemchung(two, ["sources"])

    assert (done.exit_code, UP in done.stdout) == (1, True)
    assert "hong" in done.stderr
