"""Runs of `crawl_sources` under real Airflow on the demo web."""

from pathlib import Path

import msgspec
import pytest

from kiemchung.crawl_state import open_crawl_state
from kiemchung.records import Flag, Post
from kiemchung.settings import Settings, load_settings
from kiemchung.store import open_store
from kiemchung.store.base import KINDS
from kiemchung.store.dump import canonical_dump
from tests.dags.conftest import DOWN, EVERY_KIND, UP, Played

pytestmark = pytest.mark.timeout(1200)  # the first test waits until every run is played
OTHERS = {"list_sources", "analyse", "enough_sources"}
TRIES = 3


def settings_of(played: Played, name: str) -> Settings:
    """Return settings that lead to what a run left."""
    return load_settings({"KIEMCHUNG_DATA_DIR": str(Path(played.folder, name))})


def stored(played: Played, name: str) -> bytes:
    """Return what a run left in the store, without what belongs to the run."""
    store = open_store(settings_of(played, name))
    try:
        return canonical_dump(store)
    finally:
        store.close()


def records(played: Played, name: str) -> list[msgspec.Struct]:
    """Return every record that a run left in the store, to the last field."""
    store = open_store(settings_of(played, name))
    try:
        return [record for kind in KINDS for record in store.scan(kind)]
    finally:
        store.close()


def posts_by_source(played: Played, name: str) -> dict[str, int]:
    """Count the posts that a run left, by source."""
    store = open_store(settings_of(played, name))
    try:
        return dict(store.count(Post, by="source"))
    finally:
        store.close()


def crawled(played: Played, name: str) -> dict[str, str]:
    """Return the error of each source that was crawled under the run's id; "" for none."""
    state = open_crawl_state(settings_of(played, name).crawl_state_url)
    try:
        return {run.source: run.error for run in state.runs_of(played.run(name)["run"])}
    finally:
        state.close()


def test_every_source_is_a_green_row_of_its_name(played: Played) -> None:
    """All up: a task a source, named after it, and all tasks and the run are green."""
    states = played.states("all_up")

    assert states == dict.fromkeys(EVERY_KIND | OTHERS, "success")
    assert played.run("all_up")["state"] == "success"


def test_a_run_has_the_crawls_under_its_id(played: Played) -> None:
    """The crawl state knows the passes by Airflow's run id, which a manual run has as well."""
    assert crawled(played, "all_up") == dict.fromkeys(EVERY_KIND, "")


def test_the_end_state_is_that_of_a_day_without_airflow(played: Played) -> None:
    """The same posts, fact-checks, stories and flags as `kiemchung run` leaves, byte for byte."""
    by_airflow = stored(played, "all_up")

    assert by_airflow.count(b"\n") > len(EVERY_KIND) * 10
    assert by_airflow == stored(played, "without_airflow")


def test_a_source_that_is_down_leaves_the_others_green(played: Played) -> None:
    """Its row alone is red, after all its tries; the analysis is done, and the run is green."""
    down = [task for task in played.run("one_down")["tasks"] if task["name"] == DOWN]

    assert played.states("one_down") == {**dict.fromkeys({UP, *OTHERS}, "success"), DOWN: "failed"}
    assert [task["tries"] for task in down] == [TRIES]
    assert played.run("one_down")["state"] == "success"


def test_what_the_others_brought_is_analysed(played: Played) -> None:
    """With one source down, the other's posts are stored and flagged."""
    found = records(played, "one_down")

    assert set(posts_by_source(played, "one_down")) == {UP}
    assert any(isinstance(record, Flag) for record in found)
    assert all(record.analysed_by for record in found if isinstance(record, Post))


def test_a_run_in_which_every_source_failed_is_not_green(played: Played) -> None:
    """The analysis of nothing is a success, so the gate behind it fails, and the run with it."""
    expected = {"list_sources": "success", "analyse": "success", "enough_sources": "failed"}

    assert played.states("all_down") == {**expected, UP: "failed", DOWN: "failed"}
    assert played.run("all_down")["state"] == "failed"


def test_the_gate_names_who_was_silent(played: Played) -> None:
    """Airflow's log says which sources didn't answer, and how many did."""
    log = (played.folder / "airflow.log").read_text(encoding="utf-8")

    assert "0 of 2 sources answered" in log
    assert f"{UP}: listing http" in log


def test_a_run_done_again_takes_up_the_source_that_is_back(played: Played) -> None:
    """Under the same id, what failed is crawled, and what was there is not there twice."""
    before, after = posts_by_source(played, "one_down"), posts_by_source(played, "back_up")
    whole = posts_by_source(played, "all_up")

    assert played.run("back_up")["run"] == played.run("one_down")["run"]
    assert crawled(played, "back_up") == {UP: "", DOWN: ""}
    assert before == {UP: whole[UP]}
    assert after == {UP: whole[UP], DOWN: whole[DOWN]}


def test_a_run_done_once_more_changes_nothing(played: Played) -> None:
    """The same run on the same web leaves every record as it was, revisions and times included."""
    assert played.run("once_more")["state"] == "success"
    assert records(played, "once_more") == records(played, "back_up")
