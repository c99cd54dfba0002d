"""A crawl in a process of its own, since Scrapy's reactor can run once a process.

`python -m crawlers.run --source NAME --run ID` reads its settings from the environment, and tells
its progress on standard output, a line of JSON at a time; log lines go to standard error.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from crawlers.registry import load_sources
from crawlers.source import LoadedSource, SourceStatus
from kiemchung.captures import Captures
from kiemchung.crawl_state import CrawlState, SourceRun, open_crawl_state
from kiemchung.errors import KiemchungError, SourceError
from kiemchung.paths import ROOT, SOURCES
from kiemchung.records import Record
from kiemchung.settings import Settings, load_settings
from kiemchung.vocabulary import Fate

Progress = Callable[[dict[str, int]], None]
"""Is told the pages done so far, by source."""
PIPE_GONE = 3
"""Exit status of a crawl whose parent went away."""
NOT_VERIFIED = "is not verified, so it is off; run `kiemchung sources check` on it first"


class CrawlReport(Record, frozen=True, kw_only=True):
    """What became of a run: pages by source and fate; what went wrong, by source."""

    run: str
    fates: dict[str, dict[Fate, int]]
    errors: dict[str, str]


def crawl(
    settings: Settings, sources: Sequence[str], run_id: str, *, progress: Progress
) -> CrawlReport:
    """Crawl `sources`, all at once, as the run `run_id`; return what became of it.

    One source's failure is told in the report and leaves the others. A run that was killed is
    repeated under its own id, and ends as if it hadn't been.

    Raises:
        SourceError: a source is not in the registry.
        StoreError: the crawl state can't be reached.
    """
    check_names(sources, load_sources(settings.source_dirs))
    status = _run_child(settings, sources, run_id, progress)
    state = open_crawl_state(settings.crawl_state_url)
    try:
        errors = _errors(state, sources, run_id, status)
        return CrawlReport(run=run_id, fates=state.fates_of(run_id), errors=errors)
    finally:
        state.close()


def check_names(names: Sequence[str], known: dict[str, LoadedSource]) -> None:
    """Refuse a name that is no source.

    Raises:
        SourceError: it is none; the text names those that are.
    """
    for name in names:
        if name not in known:
            raise SourceError(f"source {name!r}: there is none; known are {', '.join(known)}")


def _run_child(settings: Settings, sources: Sequence[str], run_id: str, progress: Progress) -> int:
    names = [part for name in sources for part in ("--source", name)]
    process = subprocess.Popen(  # noqa: S603 (our own module; names were checked)
        [sys.executable, "-m", "crawlers.run", "--run", run_id, *names],
        stdout=subprocess.PIPE,
        env=_environment(settings),
    )
    with process:
        try:
            for line in process.stdout or ():
                progress(json.loads(line))
        except BaseException:
            process.terminate()
            raise
    return process.returncode


def _environment(settings: Settings) -> dict[str, str]:
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


def _errors(state: CrawlState, sources: Sequence[str], run_id: str, status: int) -> dict[str, str]:
    runs = {run.source: run for run in state.runs_of(run_id)}
    errors = {}
    for name in sources:
        if name not in runs or runs[name].ended is None:
            errors[name] = f"the crawl ended early (status {status}); repeat the run {run_id}"
        elif runs[name].error:
            errors[name] = runs[name].error
    return errors


# --- inside the child ---------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Crawl as told by `arguments`; return the exit status, 0 even where a source failed."""
    parser = argparse.ArgumentParser(prog="crawlers.run", description=__doc__)
    parser.add_argument("--source", action="append", required=True)
    parser.add_argument("--run", required=True)
    options = parser.parse_args(arguments)
    try:
        return _crawl_here(load_settings(), options.source, options.run)
    except KiemchungError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _crawl_here(settings: Settings, names: Sequence[str], run_id: str) -> int:
    from scrapy.crawler import CrawlerProcess

    from crawlers.budget import HostBudget
    from crawlers.ledger import Ledger
    from crawlers.robots import Robots
    from crawlers.settings import scrapy_settings
    from crawlers.spiders import SPIDERS
    from crawlers.spiders.base import Visit

    known = load_sources(settings.source_dirs)
    check_names(names, known)
    state = open_crawl_state(settings.crawl_state_url)
    with Captures(settings.captures_dir, settings.captures_bytes) as captures:
        budget = HostBudget(settings.delay)
        ledger = Ledger(run_id, captures, state, _tell)
        visit = Visit(ledger=ledger, robots=Robots(budget), budget=budget)
        process = CrawlerProcess(scrapy_settings(settings))
        for source in (known[name].source for name in names):
            if source.status is SourceStatus.CONFIGURED:
                _leave_out(state, run_id, source.name)
            else:
                process.crawl(SPIDERS[source.spider], source=source, visit=visit)
        process.start()
    state.close()
    if visit.ledger.failure is not None:
        raise visit.ledger.failure
    return 1 if process.bootstrap_failed else 0


def _leave_out(state: CrawlState, run_id: str, name: str) -> None:
    now = datetime.now(UTC)
    error = f"source {name!r} {NOT_VERIFIED}"
    state.write_run(SourceRun(run=run_id, source=name, started=now, ended=now, error=error))


def _tell(done: dict[str, int]) -> None:
    try:
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody waits for this crawl any more; ending it anywhere is safe.
        os._exit(PIPE_GONE)


if __name__ == "__main__":
    sys.exit(main())
