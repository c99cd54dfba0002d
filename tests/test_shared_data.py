"""`analyse` over every text set of ../shared/data: real Vietnamese from many hands, no crash.

No row is copied here. What was flagged is no test: the sets were labelled for other tasks.
"""

import json
import lzma
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from kiemchung.paths import ROOT
from tests.command_line import COMMAND, errors_of, spans

DATA = ROOT.parent / "shared" / "data"
FEW, ALL = 1_000, 10_000_000
MOST_PLAIN = 20_000
"""Lines of a file of running text that are read in full mode."""
CHECKED = 25
"""Lines of output that are checked against the whole schema; the others by their spans."""
FIELDS = {
    "chongluadao_hosts": ("host",),
    "ie403_smishing": ("text",),
    "reintel_health_emergency": ("text",),
    "sib200_vi": ("text",),
    "ud_vi_vtb": ("text",),
    "vafc_debunks": ("text", "title"),
    "vfnd_filtered": ("text", "title"),
    "viclickbait2025": ("lead", "title"),
    "vicov19qa": ("question", "answer"),
    "victsd": ("text", "article_title"),
    "vifactcheck": ("claim", "evidence", "text"),
    "vihallu": ("claim", "evidence", "question"),
    "vihos": ("text",),
    "vihsd": ("text",),
    "vilexnorm": ("original", "normalized"),
    "vispamreviews": ("text",),
    "vn_html_pages": ("main_content",),
    "vnpara": ("sentence1", "sentence2"),
    "wcxb_subset": ("main_content",),
    "xnli_vi": ("premise", "hypothesis"),
}

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here"),
]


def rows_of(name: str, field: str, limit: int) -> list[dict[str, object]]:
    """Return up to `limit` rows of a set with a text in `field`; a row without id gets a number."""
    rows: Iterator[dict[str, object]] = (
        json.loads(line)
        for file in sorted((DATA / name).glob("*.jsonl"))
        for line in file.read_bytes().splitlines()
    )
    having = (row for row in rows if isinstance(row.get(field), str))
    return [{"id": str(number)} | row for number, row in enumerate(islice(having, limit))]


def check_analysis(folder: Path, rows: list[dict[str, object]], field: str) -> None:
    """Analyse `rows` by the command line: a line each, in order, every span a slice of its text."""
    source, output = folder / "in.jsonl", folder / "out.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    done = subprocess.run(
        [COMMAND, "analyse", "--input", source, "--output", output, "--text-field", field],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    lines = [json.loads(line) for line in output.read_bytes().splitlines()]
    assert [line["id"] for line in lines] == [row["id"] for row in rows]
    for row, line in zip(rows, lines, strict=True):
        text = str(row[field])
        assert all(0 <= start < end <= len(text) for start, end in spans(line)), row["id"]
    assert [error for line in lines[:CHECKED] for error in errors_of("analyse_output", line)] == []


def test_every_set_is_listed() -> None:
    """A set of lines that is added later is analysed too."""
    assert {file.parent.name for file in DATA.glob("*/*.jsonl")} == set(FIELDS)


@pytest.mark.parametrize("limit", [FEW, pytest.param(ALL, marks=pytest.mark.faults)])
@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, fields in FIELDS.items() for field in fields]
)
def test_a_set_is_analysed(tmp_path: Path, name: str, field: str, limit: int) -> None:
    """Each text field of each set goes through `analyse`."""
    rows = rows_of(name, field, limit)

    assert rows != []
    check_analysis(tmp_path, rows, field)


@pytest.mark.parametrize("limit", [FEW, pytest.param(MOST_PLAIN, marks=pytest.mark.faults)])
def test_running_text_is_analysed(tmp_path: Path, limit: int) -> None:
    """Encyclopaedia, laws and documentation go through `analyse`."""
    rows: list[dict[str, object]] = []
    for file in sorted((DATA / "text_vi").glob("*.xz")):
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            texts = list(islice(lines, limit if "wiki" in file.name else limit // 10))
        rows += [{"id": f"{file.name} {n}", "text": text} for n, text in enumerate(texts)]

    assert rows != []
    check_analysis(tmp_path, rows, "text")
