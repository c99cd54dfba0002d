"""Counts the calls of durable steps, and kills its process at one of them, for `tests/kills`.

Python imports this module at start-up of every process that has its folder on the path: the
command line, its crawl and its workers. KILL_COUNTS is a folder: each process appends a byte there
for each call. KILL_AT is `step/moment/nth/scope`; KILL_MARK is made by the one that dies.
"""

import importlib.util
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

STEPS = {
    "captures": ("kiemchung.captures", "Captures.write_all"),
    "fates": ("kiemchung.crawl_state.pages", "Pages.write"),
    "settle": ("kiemchung.crawl_state.contents", "Contents.settle"),
    "pass": ("crawlers.ledger", "Ledger.end"),
    "put": ("kiemchung.store.sqlite", "SqliteStore.put"),
    "replace": ("kiemchung.store.sqlite", "SqliteStore.replace_if_version"),
    "expire": ("kiemchung.store.sqlite", "SqliteStore.expire"),
}
_calls: Counter[tuple[str, str]] = Counter()


def _passed(step: str, moment: str) -> None:
    _calls[step, moment] += 1
    if folder := os.environ.get("KILL_COUNTS"):
        with Path(folder, f"{step}.{moment}.{os.getpid()}").open("ab") as out:
            out.write(b".")
    wanted = os.environ.get("KILL_AT")
    if not wanted or wanted.rpartition("/")[0] != f"{step}/{moment}/{_calls[step, moment]}":
        return
    try:
        os.close(os.open(os.environ["KILL_MARK"], os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    if wanted.endswith("/all"):
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _watched(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        _passed(step, "before")
        result = function(*args, **kwargs)
        _passed(step, "after")
        return result

    return call


class _Finder:
    """Lets a module be found as ever, then watches its steps."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find `name` with the others, and have its steps watched once it is loaded."""
        steps = {step: place for step, (module, place) in STEPS.items() if module == name}
        if not steps:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        loader: Any = spec.loader if spec else None
        load = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            load(module)
            for step, place in steps.items():
                owner, _, method = place.partition(".")
                holder = getattr(module, owner)
                setattr(holder, method, _watched(step, getattr(holder, method)))

        loader.exec_module = exec_module
        return spec


if os.environ.get("KILL_AT") or os.environ.get("KILL_COUNTS"):
    sys.meta_path.insert(0, _Finder())
