"""A day's work on the demo web, by the real command line, in a folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from demo.server import DemoServer
from kiemchung.paths import ROOT
from kiemchung.settings import load_settings
from kiemchung.store import open_store
from kiemchung.store.base import Store

PROGRAM = Path(sys.executable).parent / "kiemchung"


class DemoRun(msgspec.Struct, frozen=True):
    """Where a run's data lie, under which environment, and the web that it read."""

    server: DemoServer
    data: Path
    environment: dict[str, str]

    def kiemchung(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the command line to its end; its streams are captured."""
        command = [PROGRAM, *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the run's store."""
        store = open_store(load_settings(self.environment))
        try:
            yield store
        finally:
            store.close()


def demo_run(server: DemoServer, data: Path, **more: str) -> DemoRun:
    """Prepare a run over `server` in the folder `data`; `more` are further settings."""
    hosts = ",".join(f"{host}={place}" for host, place in server.host_map)
    kept = {name: value for name, value in os.environ.items() if "KIEMCHUNG_" not in name}
    environment = {
        **kept,
        "KIEMCHUNG_DATA_DIR": str(data),
        "KIEMCHUNG_SOURCES": str(ROOT / "demo" / "sources"),
        "KIEMCHUNG_PUBLISHERS": str(ROOT / "demo" / "publishers.toml"),
        "KIEMCHUNG_HOST_MAP": hosts,
        "KIEMCHUNG_CONTACT": "tests@kiemchung.example",
        "KIEMCHUNG_DELAY": "0.02",
        "KIEMCHUNG_TIMEOUT": "2",
        "COLUMNS": "120",
        **more,
    }
    return DemoRun(server, data, environment)


def read_labels() -> list[dict[str, object]]:
    """Read the demo's intended labels."""
    lines = (ROOT / "demo" / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
