"""Measure our crawl against stock Scrapy on one local web, in one run: `python bench/crawl.py`.

Politeness is off for both; captures, robots gate, address gate and fates are on for ours. With
`--memory N` it crawls N pages instead, and plots the crawl's memory into docs/images.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
HOSTS = 8
SOURCE = '''"""A source of the bench."""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import SourceKind

SOURCE = Source(
    name="bao_{n}",
    title="Báo Thử",
    kind=SourceKind.NEWSPAPER,
    owner="the bench",
    why="it is ours",
    spider=SpiderKind.SITEMAP,
    listings=("http://bao{n}.example/sitemap-{pages}.xml",),
    max_posts={pages},
    status=SourceStatus.VERIFIED,
)
'''


@contextmanager
def web() -> Iterator[int]:
    """Serve the local web in a process of its own; yield its port."""
    command = [sys.executable, str(BENCH / "crawl_web.py")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield int((process.stdout or sys.stdin).readline())
    finally:
        process.kill()
        process.wait()


def stock(port: int, pages: int, *, extract: bool) -> float:
    """Return the pages a minute of stock Scrapy, its start-up included as in ours."""
    command = [sys.executable, str(BENCH / "stock_crawl.py"), "--port", str(port)]
    command += ["--hosts", str(HOSTS), "--pages", str(pages), *(["--extract"] if extract else [])]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = time.monotonic() - began
    if int(done.stdout.split()[-1]) != pages:
        raise SystemExit(f"stock Scrapy fetched {done.stdout} of {pages}: {done.stderr[-500:]}")
    return pages / seconds * 60


def environment(folder: Path, port: int, pages: int) -> dict[str, str]:
    """Write the sources of a crawl into `folder`; return the environment that leads to them."""
    sources = folder / "sources"
    sources.mkdir()
    for n in range(HOSTS):
        text = SOURCE.format(n=n, pages=pages // HOSTS)
        (sources / f"bao_{n}.py").write_text(text, encoding="utf-8")
    hosts = ",".join(f"bao{n}.example=127.0.0.{n + 1}:{port}" for n in range(HOSTS))
    settings = {
        "KIEMCHUNG_DATA_DIR": str(folder / "var"),
        "KIEMCHUNG_SOURCES": str(sources),
        "KIEMCHUNG_HOST_MAP": hosts,
        "KIEMCHUNG_DELAY": "0",
    }
    return {**os.environ, "PYTHONPATH": str(ROOT), **settings}


def fetched(port: int, pages: int, watch: Callable[[int], None] = lambda _: None) -> float:
    """Return the pages a minute of our crawl alone: fetched, captured, each with its fate."""
    with tempfile.TemporaryDirectory() as folder:
        environ = environment(Path(folder), port, pages)
        names = [part for n in range(HOSTS) for part in ("--source", f"bao_{n}")]
        command = [sys.executable, "-m", "crawlers.run", "--run", "bench", *names]
        began = time.monotonic()
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE) as process:
            for _ in process.stdout or ():
                watch(process.pid)
        seconds = time.monotonic() - began
        return _checked(Path(folder), pages) / seconds * 60


def stored(port: int, pages: int) -> float:
    """Return the pages a minute from the first request to posts in the store."""
    with tempfile.TemporaryDirectory() as folder:
        environ = environment(Path(folder), port, pages)
        began = time.monotonic()
        command = [str(Path(sys.executable).parent / "kiemchung"), "crawl"]
        subprocess.run(command, env=environ, check=True, capture_output=True)
        seconds = time.monotonic() - began
        return _checked(Path(folder), pages) / seconds * 60


def _checked(folder: Path, pages: int) -> int:
    from kiemchung.crawl_state import open_crawl_state

    state = open_crawl_state(f"sqlite:///{folder}/var/crawl_state.sqlite")
    fates = state.fates_of(state.latest_run() or "")
    state.close()
    names = ("fetched", "new")
    count = sum(n for each in fates.values() for fate, n in each.items() if fate in names)
    if count != pages:
        raise SystemExit(f"{count} of {pages} pages came through: {fates}")
    return count


def compare(port: int, pages: int, rounds: int) -> None:
    """Print all figures, the best of `rounds` for each, and their ratios."""
    base = max(stock(port, pages, extract=False) for _ in range(rounds))
    ours = max(fetched(port, pages) for _ in range(rounds))
    peer = max(stock(port, pages, extract=True) for _ in range(rounds))
    whole = max(stored(port, pages) for _ in range(rounds))
    print(f"{pages} pages, {HOSTS} hosts, best of {rounds}; pages a minute")
    print(f"stock Scrapy, fetch only                 {base:8.0f}")
    print(f"ours: captures, gates and fates          {ours:8.0f}   ratio {ours / base:.2f}")
    print(f"stock Scrapy, trafilatura in callback    {peer:8.0f}   ratio {peer / base:.2f}")
    print(f"ours: from request to stored post        {whole:8.0f}   ratio {whole / base:.2f}")
    print(f"                                  that over the line above {whole / peer:.2f}")


def memory(port: int, pages: int, image: Path) -> None:
    """Crawl `pages`, and plot the memory of the crawl's process."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    began, samples = time.monotonic(), []

    def watch(pid: int) -> None:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        resident = int(text.partition("VmRSS:")[2].split()[0]) / 1024
        samples.append((time.monotonic() - began, resident))

    rate = fetched(port, pages, watch)
    figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
    axes.plot([at / 60 for at, _ in samples], [resident for _, resident in samples])
    axes.set(xlabel="minutes", ylabel="resident memory, MB", ylim=(0, None))
    axes.set_title(f"A crawl of {pages:,} pages ({rate:,.0f} pages a minute)")
    figure.savefig(image, dpi=110)
    tenth = len(samples) // 10
    early = max(resident for _, resident in samples[tenth : 2 * tenth])
    print(f"{pages} pages: {early:.0f} MB after a tenth, {samples[-1][1]:.0f} MB at the end")


def main() -> None:
    """Measure as told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--memory", type=int, default=0, metavar="PAGES")
    parser.add_argument("--image", type=Path, default=ROOT / "docs/images/crawl_memory.png")
    options = parser.parse_args()
    with web() as port:
        if options.memory:
            memory(port, options.memory, options.image)
        else:
            compare(port, options.pages, options.rounds)


if __name__ == "__main__":
    main()
