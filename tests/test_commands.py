"""The command line, as a user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiemchung.commands.main import COMMANDS, SECTIONS

PROGRAM = Path(sys.executable).parent / "kiemchung"


def kiemchung(data: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run a command over the folder `data`."""
    kept = {name: value for name, value in os.environ.items() if "KIEMCHUNG_" not in name}
    return subprocess.run(
        [PROGRAM, *arguments],
        env={**kept, "KIEMCHUNG_DATA_DIR": str(data), "COLUMNS": "160", **more},
        capture_output=True,
        text=True,
        check=False,
    )


def write_checks(file: Path) -> None:
    """Write a check of a publisher that the table doesn't have."""
    check = {
        "id": "c1", "claim": "Đập thủy điện Sông Mây sẽ vỡ đêm 18/11", "verdict": "Sai",
        "publisher": "Kiểm Tin", "publisher_type": "independent_checker",
        "url": "http://kiemtin.example/c1", "review_date": "2026-11-18",
    }  # fmt: skip
    file.write_text(json.dumps(check) + "\n" + "no json\n", encoding="utf-8")


def test_every_command_has_its_place_in_the_contents() -> None:
    """The help reads like a table of contents; nothing is left out."""
    placed = [name for names in SECTIONS.values() for name in names]

    assert sorted(placed) == sorted(str(command.name) for command in COMMANDS)


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_help_has_an_example(tmp_path: Path, command: str) -> None:
    """Nobody has to guess how a command is typed."""
    done = kiemchung(tmp_path, command, "--help")

    assert done.returncode == 0
    assert "Example: " in done.stdout


def test_checks_are_imported_listed_and_found(tmp_path: Path) -> None:
    """A bad line is said and skipped; the table outranks the file (boundary 4)."""
    write_checks(tmp_path / "checks.jsonl")

    imported = kiemchung(tmp_path, "fact-checks", "import", str(tmp_path / "checks.jsonl"))
    listed = kiemchung(tmp_path, "fact-checks", "list")
    found = kiemchung(tmp_path, "search", "dap thuy dien")

    assert imported.returncode == 1
    assert "line 2" in imported.stderr
    assert "1 fact-checks new or changed, 1 bad lines skipped" in imported.stdout
    assert "unknown" in listed.stdout
    assert "independent_checker" not in listed.stdout
    assert "Sông Mây" in found.stdout


def test_a_quoted_search_keeps_its_marks(tmp_path: Path) -> None:
    """`"đập"` is not `"dap"`."""
    write_checks(tmp_path / "checks.jsonl")
    kiemchung(tmp_path, "fact-checks", "import", str(tmp_path / "checks.jsonl"))

    assert "Sông Mây" in kiemchung(tmp_path, "search", '"thủy điện"').stdout
    assert "Sông Mây" not in kiemchung(tmp_path, "search", '"thuy dien"').stdout


def test_the_store_is_made_and_checked(tmp_path: Path) -> None:
    """Both say so in words."""
    assert kiemchung(tmp_path, "store", "init").stdout == "the store is there\n"
    assert kiemchung(tmp_path, "store", "check").stdout == "the store is well\n"


def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    """What is well is marked so; what is missing says what to do."""
    done = kiemchung(tmp_path, "doctor")

    assert done.returncode == 1
    assert "✓ store sqlite" in done.stdout
    assert "KIEMCHUNG_CONTACT" in done.stdout


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KIEMCHUNG_STORE_URL", "mysql://x"),
        ("KIEMCHUNG_STORE_URL", "http://127.0.0.1:9"),
        ("KIEMCHUNG_DELAY", "soon"),
        ("KIEMCHUNG_HOST_MAP", "nothing"),
        ("KIEMCHUNG_STORE_URL", "http://u:p@[x"),
        ("KIEMCHUNG_POST_DAYS", "-1"),
        ("KIEMCHUNG_POST_DAYS", "99999999999"),
        ("KIEMCHUNG_FLAG_DAYS", "7"),
        ("KIEMCHUNG_DATA_DIR", "/proc/no/such"),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path: Path, variable: str, value: str) -> None:
    """No traceback; exit status 2."""
    done = kiemchung(tmp_path, "store", "check", **{variable: value})

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("kiemchung: ")


def test_a_crawl_without_sources_says_what_to_do(tmp_path: Path) -> None:
    """An installation begins without a source."""
    done = kiemchung(tmp_path, "crawl", "--source", "no_such")

    assert done.returncode == 2
    assert "no_such" in done.stderr


def test_a_key_is_in_no_message(tmp_path: Path) -> None:
    """Secrets stay in the environment (F26)."""
    more = {"KIEMCHUNG_STORE_URL": "http://127.0.0.1:9", "KIEMCHUNG_STORE_API_KEY": "s3cr3t-k3y"}
    done = kiemchung(tmp_path, "doctor", **more)

    assert "s3cr3t-k3y" not in done.stdout + done.stderr


def test_expire_counts_what_went(tmp_path: Path) -> None:
    """On an empty store nothing goes."""
    assert "expired: 0 posts, 0 earlier editions, 0 flags" in kiemchung(tmp_path, "expire").stdout


def test_text_from_the_web_does_not_speak_to_the_terminal(tmp_path: Path) -> None:
    """Markup and control characters are shown as what they are (F17)."""
    check = {
        "id": "c1",
        "claim": "[/link] [bold]Đập\u001b]0;x\u0007 Sông Mây nứt",
        "rating": "false",
    }
    (tmp_path / "checks.jsonl").write_text(json.dumps(check) + "\n", encoding="utf-8")
    kiemchung(tmp_path, "fact-checks", "import", str(tmp_path / "checks.jsonl"))

    done = kiemchung(tmp_path, "fact-checks", "list")

    assert done.returncode == 0
    assert "[/link] [bold]" in done.stdout
    assert "\u001b]0" not in done.stdout


def test_an_address_that_is_none_is_no_end(tmp_path: Path) -> None:
    """A line with a broken address is read; its publisher is unknown."""
    check = {"id": "c1", "claim": "Đập Sông Mây nứt rồi", "rating": "false", "url": "http://[x"}
    (tmp_path / "checks.jsonl").write_text(json.dumps(check) + "\n", encoding="utf-8")

    done = kiemchung(tmp_path, "fact-checks", "import", str(tmp_path / "checks.jsonl"))

    assert (done.returncode, "1 fact-checks new" in done.stdout) == (0, True)
