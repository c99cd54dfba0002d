"""Pages that broke a stage: the record that says so, and its end once a page was read."""

from collections.abc import Iterable
from datetime import UTC, datetime

from kiemchung.records import PageFate, Quarantined, stable_id
from kiemchung.store.base import Store

EXTRACT, STORE, LISTING = "extract", "store", "listing"
"""The stages at which a page may break."""


def quarantined(fate: PageFate, stage: str, version: str, cause: str) -> Quarantined:
    """Return the entry of a page that broke `stage` in `version`; one a page and stage."""
    return Quarantined(
        id=stable_id(fate.source, fate.url, stage),
        stage=stage,
        stage_version=version,
        subject=fate.url,
        source=fate.source,
        capture=fate.capture,
        cause=cause,
        at=datetime.now(UTC),
    )


def lift(store: Store, read: Iterable[PageFate], *stages: str) -> None:
    """Remove the entries of pages that were `read` through `stages` without a fault."""
    ids = [stable_id(fate.source, fate.url, stage) for fate in read for stage in stages]
    there = store.get(Quarantined, ids) if ids else {}
    if there:
        store.expire(Quarantined, sorted(there))
