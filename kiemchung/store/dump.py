"""The canonical dump, by which two stores or two runs are compared."""

import json

import msgspec

from kiemchung.store.base import KINDS, Store

OF_THE_RUN = frozenset(
    {"fetched_at", "raised_at", "first_seen", "last_seen", "seen_at", "at", "revision"}
)
"""Fields that say when something was met and how often it was written: they differ between two
runs over the same pages, above all where one of them was interrupted.
"""
WHETHER = frozenset({"deleted_at"})
"""Times of the run of which it matters whether there is one."""


def canonical_dump(store: Store) -> bytes:
    """Return all records of `store` as JSON lines, by kind and id, without what belongs to the run.

    Two stores that hold the same give the same bytes, whatever is behind them.
    """
    lines = []
    for record_type, kind in KINDS.items():
        for record in store.scan(record_type):
            values = msgspec.to_builtins(record)
            kept = {name: value for name, value in values.items() if name not in OF_THE_RUN}
            kept |= {name: kept[name] is not None for name in WHETHER & kept.keys()}
            line = json.dumps({"kind": kind.name, **kept}, ensure_ascii=False, sort_keys=True)
            lines.append(line + "\n")
    return "".join(lines).encode()
