"""Ends ingestion between two of its writes, as a kill would: what was written stays."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from kiemchung.crawl_state import CrawlState
from kiemchung.ingest import Ingest
from kiemchung.records import Edition, Stored
from kiemchung.store.base import Rejected, Store

STAGES = ("meant", "editions", "records")
"""Written before: what the pages are to be; the earlier editions; all records."""


class _Through:
    """Hands everything through to what stands behind it."""

    def __init__(self, behind: Any, stage: str) -> None:
        self._behind = behind
        self._stage = stage

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)


class _Store(_Through):
    def put(self, records: Sequence[Stored]) -> list[Rejected]:
        """Write, and end after the editions; or before anything."""
        if self._stage == "meant":
            raise KeyboardInterrupt
        rejected: list[Rejected] = self._behind.put(records)
        if self._stage == "editions" and any(isinstance(each, Edition) for each in records):
            raise KeyboardInterrupt
        return rejected


class _Contents(_Through):
    def settle(self, settled: object) -> None:
        """End before the fates are written."""
        if self._stage == "records":
            raise KeyboardInterrupt
        self._behind.settle(settled)


class _State(_Through):
    @property
    def contents(self) -> _Contents:
        """Return what stands on pages."""
        return _Contents(self._behind.contents, self._stage)


@contextmanager
def killed_after(parts: Ingest, stage: str) -> Iterator[Ingest]:
    """Give parts over the same store and state that end the process' work after `stage`."""
    store: Store = _Store(parts.store, stage)  # type: ignore[assignment]
    state: CrawlState = _State(parts.state, stage)  # type: ignore[assignment]
    yield msgspec.structs.replace(parts, store=store, state=state)
