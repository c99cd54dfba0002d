"""The notebooks run from top to bottom on what ships with the project, and ship without outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from kiemchung.paths import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS_A_CELL = 120
NO_NETWORK = """
import socket

connect = socket.socket.connect

def connect_inside(self, address):
    if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
        raise OSError(f"no network here: {address[0]}")
    return connect(self, address)

def refuse(*args, **kwargs):
    raise OSError("no network here")

socket.socket.connect, socket.create_connection = connect_inside, refuse
"""
"""Put where Python looks at its start: the kernel talks to its client on loopback only."""


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a kernel an empty home, no network, no store, and this environment's Python."""
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    for name in ("HOME", "IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
        (tmp_path / name.lower()).mkdir()
    monkeypatch.delenv("KIEMCHUNG_STORE_URL", raising=False)
    return tmp_path


def load(path: Path) -> nbformat.NotebookNode:
    """Read a notebook."""
    notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def test_there_are_notebooks() -> None:
    """The list that the other tests go through is not empty."""
    assert [path.name for path in NOTEBOOKS][:1] == ["01_explore_labels.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_ships_without_outputs(path: Path) -> None:
    """Outputs are stripped: no result of anybody's machine or data is in the repository."""
    notebook = load(path)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]

    nbformat.validate(notebook)
    assert [cell.id for cell in cells if cell.outputs or cell.execution_count is not None] == []
    assert [cell.id for cell in notebook.cells if cell.metadata] == []


def run(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Execute all cells with `folder` as the place to be."""
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=SECONDS_A_CELL, resources=where).execute()


def test_a_kernel_has_no_network(alone: Path) -> None:
    """What a notebook would fetch can't be had: the promise of the next test has teeth."""
    fetch = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    cell = new_code_cell(fetch)  # type: ignore[no-untyped-call]
    notebook = new_notebook(cells=[cell])  # type: ignore[no-untyped-call]

    with pytest.raises(CellExecutionError, match="no network here"):
        run(notebook, alone)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, alone: Path) -> None:
    """Without network and store, from any folder, every cell runs; something is shown."""
    notebook = load(path)

    run(notebook, alone)

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [each for each in outputs if each.get("name") == "stderr"] == []
    assert any("image/png" in each.get("data", {}) for each in outputs)
