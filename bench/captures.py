"""Captures at 100,000 pages: throughput, memory, opening, reading, expiring (one run, one table).

`python bench/captures.py [--pages 100000] [--paragraphs 90]`. Pages are made up, 20 kB of
Vietnamese-like markup each by default, one in ten of them met twice. Memory is this process's.
"""

import argparse
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kiemchung.captures import Captures
from kiemchung.records import RawPage

WORDS = ["nước", "rút", "chợ", "họp", "sông", "bà", "con", "xã", "đập", "mưa", "lũ", "đường", "lúa"]
BATCH = 32
SOURCES = 8
START = datetime(2026, 11, 1, tzinfo=UTC)
BUDGET = 100_000_000_000
MB = 1_000_000


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--paragraphs", type=int, default=90)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="captures-"))
    try:
        print("| what | figure |\n|---|---|")
        for name, figure in figures(folder, options.pages, options.paragraphs):
            print(f"| {name} | {figure} |", flush=True)
    finally:
        shutil.rmtree(folder)


def figures(folder: Path, count: int, length: int) -> Iterator[tuple[str, str]]:
    """Yield what was measured, as it is measured."""
    spent = busy = 0.0
    with Captures(folder, BUDGET) as captures:
        for done, batch in enumerate(batches(count, length), 1):
            began, at = time.perf_counter(), time.process_time()
            captures.write_all(batch)
            spent += time.perf_counter() - began
            busy += time.process_time() - at
            if (done * BATCH) % (count // 10 // BATCH * BATCH) < BATCH:
                yield f"memory after {done * BATCH:,} pages", f"{resident():.0f} MB"
        began = time.perf_counter()
    spent += time.perf_counter() - began
    yield "written", f"{count / spent:.0f} pages/s, one fsync a batch of {BATCH}"
    yield "a write", f"{busy / count * 1000:.2f} ms of one core"
    yield (
        "on the disk",
        f"{size(folder) / MB:.0f} MB, of it index {size(folder / '_index') / MB:.1f}",
    )
    yield from reading(folder, count, length)


def reading(folder: Path, count: int, length: int) -> Iterator[tuple[str, str]]:
    """Yield what opening, reading, telling and expiring take."""
    began = time.perf_counter()
    captures = Captures(folder, BUDGET)
    first = page(0, length)
    captures.read(first.sha256, first.url)
    yield "opened, first read", f"{(time.perf_counter() - began) * 1000:.1f} ms"
    wanted = [page(n, length) for n in random.Random(1).sample(range(count), 500)]
    began = time.perf_counter()
    for each in wanted:
        captures.read(each.sha256, each.url)
    yield "a read", f"{(time.perf_counter() - began) / 500 * 1000:.2f} ms"
    began = time.perf_counter()
    told = sum(1 for name in captures.sources() for _ in captures.scan(name))
    yield f"all {told:,} told in order", f"{time.perf_counter() - began:.1f} s"
    began = time.perf_counter()
    gone = captures.expire(START + timedelta(seconds=count // 30), set())
    yield f"a day's {gone:,} expired", f"{time.perf_counter() - began:.1f} s"
    yield "most memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB"


def batches(count: int, length: int) -> Iterator[list[RawPage]]:
    """Yield made-up pages; one in ten is the page before it, met again."""
    for start in range(0, count, BATCH):
        yield [page(n, length) for n in range(start, min(start + BATCH, count))]


def page(number: int, length: int) -> RawPage:
    """Return a made-up page of `length` paragraphs, the same for the same number."""
    about = number - 8 if number % 10 == 9 else number
    chance = random.Random(about)
    lines = (f"<p>{' '.join(chance.choices(WORDS, k=40))}</p>" for _ in range(length))
    body = f"<title>{about}</title>{''.join(lines)}".encode()
    return RawPage(
        url=f"http://bao.example/{about}",
        source=f"bao_{about % SOURCES}",
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"), ("server", "nginx")),
        body=body,
        fetched_at=START + timedelta(seconds=number),
        sha256=sha256(body).hexdigest(),
    )


def resident() -> float:
    """Return the memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MB


def size(folder: Path) -> int:
    """Return the bytes of all files below `folder`."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
