"""Extraction in processes of their own, with a time and a memory limit each page.

A worker is `python -m crawlers.worker`: length-prefixed MessagePack on its standard input and
output, no pickle, nothing inherited. A hung or dead one costs its page, and is replaced.

Time is the worker's own, on the processor, so that no page is lost because the machine is busy;
the kernel keeps it, whatever loop the page sent a parser into. A long wait is only a backstop, for
what sleeps.
"""

import os
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import IO, Self

import msgspec

from crawlers.drafts import Extracted, Failure
from crawlers.source import LoadedSource
from kiemchung.errors import ExtractionError, KiemchungError
from kiemchung.paths import ROOT
from kiemchung.records import RawPage, Record

WORKERS = 2
PAGE_SECONDS = 2.0
"""Seconds of processor time."""
PATIENCE = 15
"""How many times as long as its processor time a page may take by the clock."""
START_SECONDS = 60.0
GRACE_SECONDS = 1.0
MEMORY_BYTES = 600_000_000
"""Of address space; the largest page that isn't hostile needs 200 MB."""
READY = b"ready"
LENGTH = struct.Struct(">I")
UNKNOWN = "unknown"

SourceOf = Callable[[str], LoadedSource]


class Task(Record, frozen=True, kw_only=True):
    """A page to extract, the file of its source, and how long it may take."""

    page: RawPage
    source_file: str
    seconds: float


class Reply(Record, frozen=True, kw_only=True):
    """What came of it: one of the two."""

    extracted: Extracted | None = None
    failure: Failure | None = None


def extract_pages(
    pages: Iterable[RawPage],
    source_of: SourceOf,
    *,
    workers: int = WORKERS,
    seconds: float = PAGE_SECONDS,
) -> Iterator[tuple[RawPage, Extracted | Failure]]:
    """Yield each of `pages` with what was extracted from it, or why not, in order.

    `source_of` finds a source by name. Only a few pages are held at a time. A page that takes more
    than `seconds` of processor time, or more than 600 MB, is a Failure; the others go on.
    """
    with Workers(workers, seconds) as hands:
        yield from hands.extract(pages, source_of)


class Workers:
    """Workers for several rounds of pages: beginning a process takes as long as many pages."""

    def __init__(self, count: int = WORKERS, seconds: float = PAGE_SECONDS) -> None:
        """Begin `count` processes when they are needed."""
        self._hands = [Worker(seconds) for _ in range(count)]
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        for hand in self._hands:
            self._idle.put(hand)
        self._pool = ThreadPoolExecutor(count)

    def __enter__(self) -> Self:
        """Return the workers."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes."""
        for hand in self._hands:
            hand.stop()
        self._pool.shutdown()

    def extract(
        self, pages: Iterable[RawPage], source_of: SourceOf
    ) -> Iterator[tuple[RawPage, Extracted | Failure]]:
        """Yield each of `pages` with what was extracted from it, or why not, in order."""
        waiting: deque[tuple[RawPage, Future[Extracted | Failure]]] = deque()
        try:
            for page in pages:
                file = source_of(page.source).file
                waiting.append((page, self._pool.submit(_by_idle, self._idle, page, file)))
                if len(waiting) > 2 * len(self._hands):
                    yield _first(waiting)
            while waiting:
                yield _first(waiting)
        finally:
            for _, future in waiting:
                future.cancel()


def _first(
    waiting: deque[tuple[RawPage, Future[Extracted | Failure]]],
) -> tuple[RawPage, Extracted | Failure]:
    page, future = waiting.popleft()
    return page, future.result()


def _by_idle(idle: "SimpleQueue[Worker]", page: RawPage, file: Path) -> Extracted | Failure:
    hand = idle.get()
    try:
        return hand.extract(page, file)
    finally:
        idle.put(hand)


class Worker:
    """One worker process, begun when first needed and again after each loss."""

    def __init__(self, seconds: float = PAGE_SECONDS) -> None:
        """Give each page `seconds` of processor time."""
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._starting = Lock()  # Whoever stops the worker must not miss a process being born.

    def extract(self, page: RawPage, source_file: Path) -> Extracted | Failure:
        """Return what `page` yields, or why it yields nothing."""
        task = Task(page=page, source_file=str(source_file), seconds=self._seconds)
        try:
            process = self._running()
            _send(_pipe(process.stdin), msgspec.msgpack.encode(task))
            answer = _receive(_pipe(process.stdout), PATIENCE * self._seconds)
        except TimeoutError:
            self.kill()
            return _failure(f"took longer than {PATIENCE * self._seconds:g} s by the clock")
        except (EOFError, OSError):
            ending = self._ending()
            self.kill()
            if ending == -signal.SIGPROF:
                return _failure(f"took longer than {self._seconds:g} s")
            return _failure("killed the worker, or took more than its memory")
        reply = msgspec.msgpack.decode(answer, type=Reply)
        return reply.extracted or reply.failure or _failure("the worker gave no answer")

    def kill(self) -> None:
        """End the process; the next page begins another one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                _close(_pipe(pipe))

    def _ending(self) -> int:
        """Return the status of a process that has closed its output; 0 while it has none."""
        process = self._process  # Another thread may stop the worker meanwhile.
        if process is None:
            return 0
        try:
            return process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            return 0

    def stop(self) -> None:
        """End the process for good."""
        with self._starting:
            self._stopped = True
        self.kill()

    def _running(self) -> "subprocess.Popen[bytes]":
        process = self._process
        if process is not None and process.poll() is not None:
            self.kill()
            process = None
        if process is None:
            with self._starting:
                if self._stopped:
                    raise EOFError
                process = self._process = _start()
            if _receive(_pipe(process.stdout), START_SECONDS) != READY:
                raise EOFError
        return process


def _start() -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environ = {name: value for name, value in os.environ.items() if "KIEMCHUNG" not in name}
    return subprocess.Popen(
        [sys.executable, "-m", "crawlers.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**environ, "PYTHONPATH": path},
        bufsize=0,
    )


def _failure(cause: str) -> Failure:
    return Failure(cause=f"extraction: {cause}", extractor=UNKNOWN)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise EOFError
    return pipe


def _close(pipe: IO[bytes]) -> None:
    # A dead reader's pipe complains on closing; there is nothing left to save.
    try:
        pipe.close()
    except OSError:
        return


def _send(pipe: IO[bytes], message: bytes) -> None:
    view = memoryview(LENGTH.pack(len(message)) + message)
    while view:
        view = view[os.write(pipe.fileno(), view) :]


def _receive(pipe: IO[bytes], seconds: float) -> bytes:
    deadline = time.monotonic() + seconds
    (length,) = LENGTH.unpack(_exactly(pipe, LENGTH.size, deadline))
    return _exactly(pipe, length, deadline)


def _exactly(pipe: IO[bytes], size: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(pipe.fileno(), size - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


# --- inside the worker --------------------------------------------------------------------------


def main() -> None:
    """Serve tasks on standard input until it ends."""
    # What is slow to import is not the first page's fault.
    import crawlers.extract  # noqa: F401
    from crawlers.registry import load_source

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Whatever a library prints must not get between the messages.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sources: dict[str, LoadedSource] = {}
    _send(answers, READY)
    while message := _next(sys.stdin.buffer):
        task = msgspec.msgpack.decode(message, type=Task)
        if task.source_file not in sources:
            sources[task.source_file] = load_source(Path(task.source_file))
        # Nobody handles the signal: the kernel ends the process, wherever it is.
        signal.setitimer(signal.ITIMER_PROF, task.seconds)
        reply = _encoded(reply_to(task.page, sources[task.source_file]))
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(answers, reply)


def _next(stdin: IO[bytes]) -> bytes:
    head = stdin.read(LENGTH.size)
    return stdin.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


def _encoded(reply: Reply) -> bytes:
    try:
        return msgspec.msgpack.encode(reply)
    except (ValueError, TypeError, OverflowError) as error:  # half a character, a vast number
        return msgspec.msgpack.encode(
            Reply(failure=_failure(f"{type(error).__name__} in what it found"))
        )


def reply_to(page: RawPage, loaded: LoadedSource) -> Reply:
    """Extract `page`; whatever goes wrong with it becomes a Failure without a word of the page."""
    from crawlers.emptiness import without_emptiness
    from crawlers.extract import EXTRACTOR, extract

    try:
        extracted = (loaded.extract or extract)(page, loaded.source)
        return Reply(extracted=without_emptiness(page, extracted))
    except ExtractionError as error:
        return Reply(failure=Failure(cause=str(error), extractor=EXTRACTOR))
    except KiemchungError as error:
        cause = f"{type(error).__name__}: {error}"
        return Reply(failure=Failure(cause=cause, extractor=EXTRACTOR))
    except Exception as error:  # noqa: BLE001 (a parser may raise anything; its text may quote the page)
        cause = f"extraction: {type(error).__name__} in {_where(error)}"
        return Reply(failure=Failure(cause=cause, extractor=EXTRACTOR))


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return Path(trace.tb_frame.f_code.co_filename).name if trace else UNKNOWN


if __name__ == "__main__":
    main()
