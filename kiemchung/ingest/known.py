"""What store and crawl state know of a batch of pages, read at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from crawlers.drafts import Failure
from kiemchung.crawl_state.contents import Content
from kiemchung.ingest.parts import Ingest, Reading
from kiemchung.ingest.posts import Wanted
from kiemchung.ingest.repeats import Repeats
from kiemchung.records import FactCheck, Post
from kiemchung.store.base import Store


class Known(msgspec.Struct, frozen=True):
    """What store and crawl state know of a batch. `records` and `met` grow while it is read.

    `met` says of posts that stood on a page, in the store or not, when they were met first.
    """

    records: dict[str, Wanted]
    met: dict[str, datetime]
    first: Mapping[str, datetime]
    contents: Mapping[str, Content]
    departed: Mapping[str, datetime]
    repeats: Repeats


def look(parts: Ingest, batch: Sequence[Reading], repeats: Repeats) -> Known:
    """Return what is known of a batch, read at once."""
    urls = {reading.fate.url for reading in batch}
    own = {
        reading.result.canonical_url
        for reading in batch
        if reading.is_moved and not isinstance(reading.result, Failure)
    }
    contents = parts.state.contents.of(urls | own)
    wanted = [record for reading in batch for record in reading.wanted]
    posts = {record.id for record in wanted if isinstance(record, Post)}
    posts |= {each.post for url in urls & contents.keys() for each in contents[url].posts}
    checks = [record.id for record in wanted if isinstance(record, FactCheck)]
    return Known(
        records={
            **_got(parts.store, Post, sorted(posts)),
            **_got(parts.store, FactCheck, checks),
        },
        met=parts.state.contents.met(posts),
        first=parts.state.first_fetched(sorted(urls)),
        contents=contents,
        departed=parts.state.contents.departed(posts),
        repeats=repeats,
    )


def _got(
    store: Store, record_type: type[Post | FactCheck], ids: Sequence[str]
) -> dict[str, Wanted]:
    return dict(store.get(record_type, ids)) if ids else {}
