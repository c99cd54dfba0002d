"""Real Airflow with the real DAG files on the demo web: every run of the tests, played once."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.outlets import CONTENT
from demo.server import DemoServer
from kiemchung.paths import ROOT

DAGS = ROOT / "dags"
DEMO_SOURCES = CONTENT.parent / "sources"
EVERY_KIND = frozenset(
    {"an_lanh", "ben_sen", "ben_xe", "kiem_tin", "pho_nui", "soi_that", "song_may", "xom_cho"}
)
"""Sources of the demo web, one a way of listing at least: half of them is half of the time."""
PROGRAM = Path(__file__).parent / "airflow_process.py"
DAY = "2026-11-23T22:00:00+00:00"
SECONDS = 900
"""Seconds that all runs may take: where eight share two cores, they take half of it."""
UP, DOWN = "xom_cho", "an_lanh"
DOWN_HOST = "benhvienanlanh.example"


class Played:
    """The answers of Airflow's process, by name of the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dags: dict[str, Any] = json.loads((folder / "dags.json").read_text())

    def run(self, name: str) -> dict[str, Any]:
        """Return how a run ended: `run`, `state` and `tasks`."""
        answer: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text())
        return answer

    def states(self, name: str) -> dict[str, str]:
        """Return the state of each task of a run; a mapped one goes by its source."""
        return {task["name"] or task["task"]: task["state"] for task in self.run(name)["tasks"]}


def airflow_is_there() -> None:
    """Skip on a laptop without Airflow; fail in CI."""
    if importlib.util.find_spec("airflow") is not None:
        return
    said = "Airflow is not installed: uv sync --all-groups"
    if os.environ.get("CI") == "true":
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


def environment(home: Path) -> dict[str, str]:
    """Return an environment with an Airflow of its own, and none of the developer's settings."""
    others = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "KIEMCHUNG"))}
    return {
        **others,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__API_AUTH__JWT_SECRET": "only-of-the-tests-" * 4,
    }


def demo_settings(data: Path, hosts: dict[str, str], sources: Path) -> dict[str, str]:
    """Return the settings of kiemchung for one run."""
    return {
        "KIEMCHUNG_DATA_DIR": str(data),
        "KIEMCHUNG_SOURCES": str(sources),
        "KIEMCHUNG_PUBLISHERS": str(CONTENT.parent / "publishers.toml"),
        "KIEMCHUNG_HOST_MAP": ",".join(f"{host}={place}" for host, place in hosts.items()),
        "KIEMCHUNG_CONTACT": "tests@kiemchung.example",
        "KIEMCHUNG_DELAY": "0",
        "KIEMCHUNG_TIMEOUT": "3",
    }


def two_sources(folder: Path) -> Path:
    """Make a folder with two sources of the demo web."""
    return some_sources(folder, (UP, DOWN))


def some_sources(folder: Path, names: Iterable[str]) -> Path:
    """Make a folder with the sources of the demo web that are named."""
    folder.mkdir()
    for name in names:
        (folder / f"{name}.py").symlink_to(DEMO_SOURCES / f"{name}.py")
    return folder


def runs(
    folder: Path, hosts: dict[str, str], nowhere: str, every_kind: Path
) -> list[dict[str, Any]]:
    """Return the runs to play; the last three are one run, repeated until all is well."""
    two, data = two_sources(folder / "two"), folder / "data"
    all_down = dict.fromkeys(hosts, nowhere)
    one_down = {**hosts, DOWN_HOST: nowhere}
    settings = {
        "all_up": (None, demo_settings(data / "all_up", hosts, every_kind)),
        "all_down": (None, demo_settings(data / "all_down", all_down, two)),
        "one_down": (DAY, demo_settings(data / "repeated", one_down, two)),
        "back_up": (DAY, demo_settings(data / "repeated", hosts, two)),
        "once_more": (DAY, demo_settings(data / "repeated", hosts, two)),
    }
    return [
        {"name": name, "dag": "crawl_sources", "logical_date": day, "environ": environ}
        for name, (day, environ) in settings.items()
    ]


def play(folder: Path, plan: list[dict[str, Any]]) -> None:
    """Let Airflow read the DAG files and play `plan`; fail with its last words."""
    environ = environment(folder / "airflow")
    (folder / "plan.json").write_text(json.dumps({"folder": str(folder), "runs": plan}))
    commands = (
        [sys.executable, "-m", "airflow", "db", "migrate"],
        [sys.executable, str(PROGRAM), str(folder / "plan.json")],
    )
    with (folder / "airflow.log").open("w+", encoding="utf-8") as log:
        for command in commands:
            done = subprocess.run(
                command, stdout=log, stderr=log, env=environ, timeout=SECONDS, check=False
            )
            if done.returncode:
                log.seek(0)
                pytest.fail(f"{command[1:]}: {log.read()[-4000:]}", pytrace=False)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Play every run, and beside them the day's work without Airflow, as `without_airflow`."""
    airflow_is_there()
    folder = tmp_path_factory.mktemp("dags")
    with DemoServer() as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and never listens: a host that refuses
        hosts = dict(server.host_map)
        every_kind = some_sources(folder / "every_kind", EVERY_KIND)
        plan = runs(folder, hosts, f"127.0.0.1:{closed.getsockname()[1]}", every_kind)
        settings = demo_settings(folder / "without_airflow", hosts, every_kind)
        command = [str(Path(sys.executable).with_name("kiemchung")), "run"]
        with subprocess.Popen(
            command,
            env={**environment(folder), **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as alone:
            play(folder, plan)
        assert alone.returncode == 0
        yield Played(folder)
