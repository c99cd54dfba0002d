"""Real Airflow in a process of its own: reads the DAG files, then plays runs of them.

`python airflow_process.py PLAN`, with Airflow's settings in the environment. PLAN is a JSON object:
`folder`, where the answers go, and `runs`, each with `name`, `dag`, `logical_date` (null: a manual
run; twice the same: the same run) and `environ`. What the DAG files are goes to `dags.json`, how a
run ended to `NAME.json`, and the data that it left to the folder `NAME`.

Knows nothing of kiemchung, since Airflow must not either. The one thing changed about the DAGs is
how long they wait before another try.
"""

import json
import os
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import DagBag
from airflow.utils.session import create_session

connections: list[str] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note each attempt to leave the machine, or the process, through a socket."""
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        connections.append(f"{event} {arguments[1:]}")


def describe(bag: DagBag, before: set[str]) -> dict[str, Any]:
    """Return what the DAG files turned out to be, and what reading them did."""
    return {
        "errors": bag.import_errors,
        "connections": list(connections),
        "modules": sorted(set(sys.modules) - before),
        "dags": {
            dag_id: {
                "file": Path(dag.fileloc).name,
                "catchup": dag.catchup,
                "max_active_runs": dag.max_active_runs,
                "tasks": {task.task_id: task_of(task) for task in dag.tasks},
            }
            for dag_id, dag in bag.dags.items()
        },
    }


def task_of(task: Any) -> dict[str, Any]:
    """Return how often and when a task is tried again, and how long it may take."""
    limit = task.execution_timeout
    return {
        "retries": task.retries,
        "delay": task.retry_delay.total_seconds(),
        "backoff": task.retry_exponential_backoff,
        "seconds": limit and limit.total_seconds(),
    }


def play(bag: DagBag, plan: dict[str, Any], folder: Path) -> None:
    """Play one run, and keep what it left."""
    os.environ.update(plan["environ"])
    at = plan["logical_date"] and datetime.fromisoformat(plan["logical_date"])
    # The run's id is made of `run_after`: equal ones make the same run.
    run = bag.dags[plan["dag"]].test(logical_date=at, run_after=at)
    with create_session() as session:
        tasks = [
            {
                "task": each.task_id,
                "name": each.rendered_map_index,
                "state": each.state,
                "tries": each.try_number,
            }
            for each in run.get_task_instances(session=session)
        ]
    answer = {"run": run.run_id, "state": run.state, "tasks": tasks}
    (folder / f"{plan['name']}.json").write_text(json.dumps(answer), encoding="utf-8")
    shutil.copytree(plan["environ"]["KIEMCHUNG_DATA_DIR"], folder / plan["name"])


def main() -> None:
    """Do as the plan says."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = Path(plan["folder"])
    before = set(sys.modules)
    sys.addaudithook(watch)
    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    facts = json.dumps(describe(bag, before))
    (folder / "dags.json").write_text(facts, encoding="utf-8")
    for task in (task for dag in bag.dags.values() for task in dag.tasks):
        task.retry_delay = timedelta(milliseconds=1)
    for run in plan["runs"]:
        play(bag, run, folder)


if __name__ == "__main__":
    main()
