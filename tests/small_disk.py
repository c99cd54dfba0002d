"""A small disk of the tests' own: a file system in memory, where it may be mounted."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """Mount a disk at `folder`, made for it; skip the test where that isn't allowed."""
    folder.mkdir()
    if mount(folder, options, "-t", "tmpfs", "tmpfs").returncode:
        pytest.skip("a file system can't be mounted here (needs root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def mount(folder: Path, options: str, *more: str) -> "subprocess.CompletedProcess[bytes]":
    """Mount, or mount again with other `options`."""
    command = ["mount", "-o", options, *more, str(folder)]
    return subprocess.run(command, capture_output=True, check=False)


def remount(folder: Path, options: str) -> None:
    """Give the disk at `folder` other `options`."""
    assert mount(folder, f"remount,{options}").returncode == 0
