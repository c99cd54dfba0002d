"""What holds for every DAG file: short, named like its DAG, quick to read, patient and bounded."""

from pathlib import Path

import pytest

from tests.dags.conftest import DAGS, Played

pytestmark = pytest.mark.timeout(1200)  # the first test waits until every run is played

FILES = sorted(DAGS.glob("*.py"))
LINES = 60
OURS = {"kiemchung", "crawlers", "nlp", "demo", "tests"}
HEAVY = {"scrapy", "spacy", "underthesea", "sklearn", "elasticsearch", "numpy", "tantivy"}


def is_patient(task: dict[str, float | None]) -> bool:
    """Tell whether a task is tried again, later each time, and comes to an end."""
    return all((task["retries"], task["delay"], (task["backoff"] or 0) > 1, task["seconds"]))


def test_there_are_dags() -> None:
    """The folder that Airflow is given is not empty."""
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_short(file: Path) -> None:
    """A DAG file has no room for logic."""
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LINES


def test_files_can_be_read(played: Played) -> None:
    """Airflow reads every file without an error."""
    assert played.dags["errors"] == {}


def test_a_dag_is_named_like_its_file(played: Played) -> None:
    """Every file is one DAG, whose id is the file's stem."""
    names = {dag_id: dag["file"] for dag_id, dag in played.dags["dags"].items()}

    assert names == {file.stem: file.name for file in FILES}


def test_reading_the_files_asks_nobody(played: Played) -> None:
    """Airflow reads the files again and again: no connection is made meanwhile."""
    assert played.dags["connections"] == []


def test_reading_the_files_loads_nothing_of_ours(played: Played) -> None:
    """The product is only loaded by the processes that the tasks start."""
    roots = {name.partition(".")[0] for name in played.dags["modules"]}

    assert any(name.startswith("unusual_prefix_") for name in roots)
    assert roots & (OURS | HEAVY) == set()


def test_every_task_is_tried_again_and_ends(played: Played) -> None:
    """A killed worker costs a try, so each task has another one, later; none runs for ever."""
    tasks = [
        (f"{dag_id}.{task_id}", task)
        for dag_id, dag in played.dags["dags"].items()
        for task_id, task in dag["tasks"].items()
    ]
    wrong = [name for name, task in tasks if not is_patient(task)]

    assert tasks
    assert wrong == []


def test_no_dag_makes_up_for_the_past(played: Played) -> None:
    """A DAG that is switched on begins today, and its runs don't overtake each other."""
    dags = played.dags["dags"].values()

    assert [(dag["catchup"], dag["max_active_runs"]) for dag in dags] == [(False, 1)] * len(FILES)
