"""A crawl in a process of its own, since Scrapy's reactor can run once a process.

`python -m crawlers.run --source NAME --run ID` reads its settings from the environment, and tells
its progress on standard output, a line of JSON at a time; log lines go to standard error.
"""

import argparse
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from threading import Thread
from typing import IO, TYPE_CHECKING

from crawlers.identity import check_contact
from crawlers.registry import Registry, read_registry
from crawlers.source import Source, SourceStatus
from kiemchung.captures import Captures
from kiemchung.crawl_state import CrawlState, SourceRun, open_crawl_state
from kiemchung.errors import KiemchungError, SourceError
from kiemchung.paths import ROOT, SOURCES
from kiemchung.records import Record
from kiemchung.settings import Settings, load_settings
from kiemchung.vocabulary import Fate

if TYPE_CHECKING:
    from crawlers.ledger import Ledger
    from crawlers.spiders.base import PageSpider

Progress = Callable[[dict[str, int]], None]
"""Is told the pages done so far, by source; in a thread of its own."""
Meanwhile = Callable[[Callable[[], bool]], object]
"""What is done while a crawl goes on. It is handed a function that says whether it still does."""
PIPE_GONE = 3
"""Exit status of a crawl whose parent went away."""
GRACE = 10.0
"""Seconds that a crawl gets to end by itself when it is told to."""
NOT_VERIFIED = "is not verified, so it is off; run `kiemchung sources check` on it first"


class CrawlReport(Record, frozen=True, kw_only=True):
    """What became of a run's `sources`: pages by source and fate; errors and notes, by source.

    `asked` counts the addresses asked for; each has a fate where its source has no error.
    """

    run: str
    sources: tuple[str, ...]
    fates: dict[str, dict[Fate, int]]
    errors: dict[str, str]
    notes: Mapping[str, str] = {}
    asked: int = 0


def crawl(  # noqa: PLR0913 (a run's whole outside)
    settings: Settings,
    sources: Sequence[str],
    run_id: str,
    *,
    progress: Progress,
    only_due: bool = False,
    meanwhile: Meanwhile = lambda _: None,
) -> CrawlReport:
    """Crawl `sources`, all at once, as the run `run_id`; return what became of them.

    With `only_due` nothing is asked for but listings whose time has come, new pages, and pages
    that are to be visited again. `meanwhile` runs while the crawl does, and is waited for.

    One source's failure is told in the report and leaves the others; so does a source whose file
    can't be loaded. A run that was killed is repeated under its own id, or under another one, and
    ends as if it hadn't been. Other sources of the same run may be another process's.

    Raises:
        SourceError: a source is not in the registry.
        SettingsError: others' hosts would be asked without a contact.
        StoreError: the crawl state can't be reached.
    """
    registry = read_registry(settings.source_dirs)
    sources = tuple(dict.fromkeys(sources))
    check_names(sources, registry)
    check_contact(settings, registry, sources)
    with closing(open_crawl_state(settings.crawl_state_url)) as state:
        sound = [name for name in sources if name in registry.sources]
        for name in (name for name in sources if name not in sound):
            _leave_out(state, run_id, name, registry.faults[name])
        options = ["--due"] if only_due else []
        options += [part for name in sound for part in ("--source", name)]
        command = [sys.executable, "-m", "crawlers.run", f"--run={run_id}", *options]
        status = _run_child(command, settings, progress, meanwhile) if sound else 0
        runs = {run.source: run for run in state.runs_of(run_id) if run.source in sources}
        return CrawlReport(
            run=run_id,
            sources=sources,
            fates=state.fates_of(run_id, sources),
            errors=_errors(runs, sources, run_id, status),
            notes={name: run.note for name, run in runs.items() if run.note},
            asked=sum(run.asked for run in runs.values()),
        )


def check_names(names: Sequence[str], registry: Registry) -> None:
    """Refuse a name that is no source.

    Raises:
        SourceError: it is none; the text names those that are.
    """
    known = sorted(registry.sources.keys() | registry.faults.keys())
    for name in names:
        if name not in known:
            raise SourceError(f"source {name!r}: there is none; known are {', '.join(known)}")


def _run_child(
    command: Sequence[str], settings: Settings, progress: Progress, meanwhile: Meanwhile
) -> int:
    with subprocess.Popen(  # noqa: S603 (our own module; names were checked)
        command, stdout=subprocess.PIPE, env=environment_of(settings)
    ) as process:
        reader = Thread(target=_read_progress, args=(process.stdout, progress), daemon=True)
        reader.start()
        try:
            meanwhile(reader.is_alive)
            reader.join()
        except BaseException:
            _end(process)
            raise
    return process.returncode


def _read_progress(lines: IO[bytes], progress: Progress) -> None:
    """Hand on each line until the crawl ends."""
    for line in lines:
        with suppress(json.JSONDecodeError):  # a killed crawl may leave a torn one
            progress(json.loads(line))


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment of a crawl under `settings`, without the store's and desk's keys."""
    folders = [str(folder) for folder in settings.source_dirs if folder != SOURCES]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    others = {k: v for k, v in os.environ.items() if not k.startswith("KIEMCHUNG_")}
    return {
        **others,
        "PYTHONPATH": path,
        "KIEMCHUNG_DATA_DIR": str(settings.data_dir),
        "KIEMCHUNG_CRAWL_STATE_URL": settings.crawl_state_url,
        "KIEMCHUNG_SOURCES": os.pathsep.join(folders),
        "KIEMCHUNG_CONTACT": settings.contact,
        "KIEMCHUNG_HOST_MAP": ",".join(f"{host}={place}" for host, place in settings.host_map),
        "KIEMCHUNG_DELAY": str(settings.delay),
        "KIEMCHUNG_TIMEOUT": str(settings.timeout),
        "KIEMCHUNG_PAGE_BYTES": str(settings.page_bytes),
        "KIEMCHUNG_CAPTURES_BYTES": str(settings.captures_bytes),
    }


def _errors(
    runs: Mapping[str, SourceRun], sources: Sequence[str], run_id: str, status: int
) -> dict[str, str]:
    errors = {}
    for name in sources:
        if name not in runs or runs[name].ended is None:
            errors[name] = f"the crawl ended early (status {status}); repeat the run {run_id}"
        elif runs[name].error:
            errors[name] = runs[name].error
    return errors


def _leave_out(state: CrawlState, run_id: str, name: str, error: str) -> None:
    now = datetime.now(UTC)
    state.write_run(SourceRun(run=run_id, source=name, started=now, ended=now, error=error))


# --- inside the child ---------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Crawl as told by `arguments`; return the exit status, 0 even where a source failed."""
    parser = argparse.ArgumentParser(prog="crawlers.run", description=__doc__)
    parser.add_argument("--source", action="append", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--due", action="store_true")
    options = parser.parse_args(arguments)
    Thread(target=_watch_parent, daemon=True).start()
    try:
        return _crawl_here(load_settings(), options.source, options.run, only_due=options.due)
    except KiemchungError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _crawl_here(settings: Settings, names: Sequence[str], run_id: str, *, only_due: bool) -> int:
    from crawlers.ledger import Ledger
    from crawlers.spiders import SPIDERS

    registry = read_registry(settings.source_dirs)
    check_names(names, registry)
    check_contact(settings, registry, names)
    with (
        closing(open_crawl_state(settings.crawl_state_url)) as state,
        Captures(settings.captures_dir, settings.captures_bytes) as captures,
    ):
        ledger = Ledger(run_id, captures, state, _tell, only_due=only_due)
        spiders: list[tuple[type[PageSpider], Source]] = []
        for name in names:
            if name in registry.faults:
                _leave_out(state, run_id, name, registry.faults[name])
                continue
            source = registry.sources[name].source
            if source.status is SourceStatus.CONFIGURED:
                _leave_out(state, run_id, name, f"source {name!r} {NOT_VERIFIED}")
            else:
                spiders.append((SPIDERS[source.spider], source))
        return let_crawl(spiders, settings, ledger, state)


def let_crawl(
    spiders: "Sequence[tuple[type[PageSpider], Source]]",
    settings: Settings,
    ledger: "Ledger",
    shared: CrawlState,
) -> int:
    """Let `spiders` read their sources until all have ended; return the exit status.

    What becomes of pages goes to `ledger`; hosts' budgets and robots.txt are those of `shared`.

    Raises:
        KiemchungError: the ledger can't be kept.
    """
    from scrapy.crawler import CrawlerProcess

    from crawlers.budget import HostBudget
    from crawlers.robots import Robots
    from crawlers.settings import scrapy_settings
    from crawlers.spiders.base import Visit

    with HostBudget(shared.hosts, settings.delay) as budget:
        visit = Visit(ledger=ledger, robots=Robots(budget, shared.robots), budget=budget)
        process = CrawlerProcess(scrapy_settings(settings))
        for spider, source in spiders:
            process.crawl(spider, source=source, visit=visit)
        process.start()
    if ledger.failure is not None:
        raise ledger.failure
    return 1 if process.bootstrap_failed else 0


def _tell(done: dict[str, int]) -> None:
    try:
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _leave()


def _watch_parent() -> None:
    """Wait until nobody reads our progress any more, even while there is none to tell."""
    watch = select.poll()
    watch.register(sys.stdout.fileno(), 0)  # errors and hang-ups are told without being asked for
    watch.poll()
    _leave()


def _leave() -> None:
    # Nobody waits for this crawl any more; ending it anywhere is safe.
    os._exit(PIPE_GONE)


if __name__ == "__main__":
    sys.exit(main())
