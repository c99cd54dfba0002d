"""A pytest plugin: counts the cases of each fault and writes docs/faults.md (`make faults`).

A test belongs to the faults that its docstring names (`F3`), or else its module's docstring.
"""

import re
from collections import Counter
from datetime import date

import pytest

from kiemchung.paths import ROOT

NUMBER = re.compile(r"\bF(\d{1,2})\b")
PAGE = ROOT / "docs" / "faults.md"
FAULTS = {
    1: "kill -9 anywhere; the next run ends in the same store",
    2: "disk full, read-only folder, clock and zone, two runs at once",
    3: "Elasticsearch down, dying, refusing, slow, of another version; a master killed",
    4: "SQLite locked, torn, of another schema, corrupted",
    5: "one source fails, hangs, floods or empties",
    6: "an upgrade in the middle",
    7: "sizes and decompression bombs",
    8: "nesting and shape",
    9: "encodings",
    10: "traps: redirect loops, endless paging, soft-404",
    11: "reaching inside: redirects and names that lead to inner addresses",
    12: "robots.txt in every answer, requests queued before it arrives",
    13: "dates",
    14: "text that makes patterns explode",
    15: "Unicode",
    16: "fuzz",
    17: "text that speaks to a program",
    18: "script in every field of a crawled page",
    19: "formulas in CSV",
    20: "forged forms, forced browsing",
    21: "many reviewers at once",
    22: "the audit log changed, cut or reordered",
    23: "model files",
    24: "poisoned labels",
    25: "dependencies",
    26: "secrets",
    27: "mapping explosion",
    28: "Vietnamese search and folding",
    29: "Airflow: retries, repeats, lost heartbeats",
}
_of_test: dict[str, list[int]] = {}
_outcomes: dict[str, str] = {}
PROPERTY = "faults"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each collected test carry its faults along, to whichever process writes the page."""
    for item in items:
        function = getattr(item, "function", None)
        said = NUMBER.findall(getattr(function, "__doc__", None) or "")
        module = getattr(item, "module", None)
        said = said or NUMBER.findall(getattr(module, "__doc__", None) or "")
        item.user_properties.append((PROPERTY, [int(number) for number in said]))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how each test ended; a failure in any phase counts."""
    if report.when == "call" or report.outcome != "passed":
        _outcomes[report.nodeid] = report.outcome
        _of_test[report.nodeid] = [
            number
            for name, numbers in report.user_properties
            if name == PROPERTY and isinstance(numbers, list)
            for number in numbers
        ]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the page: cases a fault, by outcome."""
    if hasattr(session.config, "workerinput"):
        return
    counts: dict[int, Counter[str]] = {}
    for test, outcome in _outcomes.items():
        for number in _of_test.get(test, []):
            counts.setdefault(number, Counter())[outcome] += 1
    outcomes = ("passed", "failed", "skipped")
    rows = [
        f"| F{number} | {FAULTS[number]} | {' | '.join(str(ended[o]) for o in outcomes)} |"
        for number, ended in sorted(counts.items())
    ]
    head = (
        "# Faults\n\nWritten by `make faults` on "
        f"{date.today().isoformat()}. Faults without a row have no test yet.\n\n"  # noqa: DTZ011
        "| # | fault | passed | failed | skipped |\n|---|---|---|---|---|\n"
    )
    PAGE.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
