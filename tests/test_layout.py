"""The house: where things live, how large they may grow, and who may know whom."""

import ast
import statistics
from pathlib import Path

import pytest

from kiemchung.paths import INDEX_MAPPINGS, PUBLISHERS, ROOT, SOURCES, STATIC, TEMPLATES

PACKAGES = ("kiemchung", "crawlers", "nlp", "demo")
MODULES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50


def functions(file: Path) -> dict[str, int]:
    """Return the length of each function of `file`, its docstring apart."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        f"{file.relative_to(ROOT)}:{node.name}": _length(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_grows_too_long(file: Path) -> None:
    """A module that needs more is two."""
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_functions_stay_small() -> None:
    """About 8 lines at the median, 30 at the 90th percentile, none over 50."""
    lengths = {name: n for file in MODULES for name, n in functions(file).items()}

    assert statistics.median(lengths.values()) <= 9
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= 30
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize(
    "folder", ["dags", "crawlers", "nlp", "index_mappings", "notebooks", "tests", "docs", "bench"]
)
def test_the_rooms_are_there(folder: str) -> None:
    """The top level is what the project's user asked for."""
    assert (ROOT / folder).is_dir()


def test_every_tests_folder_is_a_package() -> None:
    """Two test files of one name must not collide."""
    folders = {file.parent for file in (ROOT / "tests").rglob("*.py")}

    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_shipped_data_is_where_paths_say() -> None:
    """Nobody else knows where files lie."""
    assert all(path.exists() for path in (SOURCES, INDEX_MAPPINGS, PUBLISHERS, TEMPLATES, STATIC))


def test_there_is_no_room_for_odds_and_ends() -> None:
    """A module is named after what it is about."""
    names = {file.stem for file in MODULES}

    assert names & {"utils", "helpers", "common", "misc"} == set()
