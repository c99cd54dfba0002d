"""Runs the installed `kiemchung analyse` and `match`, and checks what they put out by schema."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from kiemchung.paths import ROOT

COMMAND = Path(sys.executable).parent / "kiemchung"
SCHEMAS = {
    path.name: json.loads(path.read_text(encoding="utf-8"))
    for path in (ROOT / "docs" / "schemas").glob("*.schema.json")
}
REGISTRY: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)

CLAIM = "Uống nước lá đu đủ đực nấu với sả chữa khỏi ung thư, khỏi cần hóa trị"
REPEAT = f"{CLAIM}. Ai cũng nên biết."
DENIAL = f"Tin giả: {CLAIM.lower()}. Bác sĩ bác bỏ, không có bằng chứng nào, đừng tin."
SCAM = (
    "Chúc mừng anh chị trúng thưởng xe máy! Nộp phí hồ sơ 500k vào STK 0710000000123, "
    "gửi mã OTP cho em qua zalo 0912000345 trong hôm nay, quá hạn tự động hủy."
)
CHECK = {
    "id": "check-1",
    "claim": CLAIM,
    "rating": "Sai",
    "publisher": "Kiểm Tin",
    "publisher_type": "independent_checker",
    "url": "http://kiemtin.example/1",
    "review_date": "2026-11-16",
    "summary": "Không có nghiên cứu nào.",
}
REVIEW = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "@id": "http://kiemtin.example/1#check",
    "url": "http://kiemtin.example/1",
    "claimReviewed": CLAIM,
    "author": {"@type": "Organization", "name": "Kiểm Tin"},
    "datePublished": "2026-11-16",
    "reviewRating": {"@type": "Rating", "ratingValue": 1, "alternateName": "Sai"},
    "itemReviewed": {"@type": "Claim", "author": {"@type": "Person", "name": "Ngụy Thị Kể Lại"}},
    "publisher_type": "independent_checker",
}

Line = dict[str, Any] | str | bytes


class Done(msgspec.Struct, frozen=True):
    """A finished run: its exit status, its output's lines and bytes, what it printed."""

    status: int
    lines: list[dict[str, Any]]
    raw: bytes
    stdout: bytes
    stderr: str

    def flags(self, key: str) -> list[tuple[str, str]]:
        """Return label and status of each flag of the post `key`."""
        return [(flag["label"], flag["status"]) for flag in self.of(key)["flags"]]

    def of(self, key: str) -> dict[str, Any]:
        """Return the output of the post `key`."""
        return next(line for line in self.lines if line["id"] == key)


def is_valid(schema: str, value: object) -> bool:
    """Tell whether `value` fits a shipped schema."""
    return not list(errors_of(schema, value))


def errors_of(schema: str, value: object) -> list[str]:
    """Return what is wrong with `value` by a shipped schema."""
    found = Draft202012Validator(SCHEMAS[f"{schema}.schema.json"], registry=REGISTRY)
    return [error.message for error in found.iter_errors(value)]


class Cli:
    """Runs the installed command in a folder of its own, without a store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, lines: Sequence[Line]) -> Path:
        """Write lines as given, bytes and text verbatim, records as JSON; the last has no end."""
        path = self.folder / name
        path.write_bytes(b"\n".join(map(_bytes, lines)))
        return path

    def run(
        self, *posts: Line, checks: Sequence[Line] | None = None, command: str = "analyse",
        options: Sequence[str] = (), seed: str = "0",
    ) -> Done:  # fmt: skip
        """Run `command` over `posts`; every output line has to fit the schema."""
        output = self.folder / "out.jsonl"
        arguments = ["--input", str(self.write("posts.jsonl", posts)), "--output", str(output)]
        if checks is not None:
            arguments += ["--fact-checks", str(self.write("checks.jsonl", checks))]
        done = subprocess.run(
            [COMMAND, command, *arguments, *options],
            cwd=self.folder,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
        )
        raw = output.read_bytes()
        lines = [json.loads(line) for line in raw.splitlines()]
        for line in lines:
            assert errors_of(f"{command}_output", line) == []
        return Done(done.returncode, lines, raw, done.stdout, done.stderr.decode("utf-8"))


def _bytes(line: Line) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)).encode()


def post(key: str, text: str, **more: object) -> dict[str, Any]:
    """Return a line of input."""
    return {"id": key, "text": text, **more}


def check(**changes: object) -> dict[str, Any]:
    """Return a fact-check with changes; a field that becomes None is left out."""
    return {key: value for key, value in (CHECK | changes).items() if value is not None}


def spans(line: dict[str, Any]) -> list[tuple[int, int]]:
    """Return all spans of an output line."""
    return [(each["start"], each["end"]) for each in (*line["signals"], *line["indicators"])]
