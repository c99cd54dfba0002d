"""What its owner took away: pages that are gone, and messages that vanished from their page."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from kiemchung.crawl_state.contents import Content, Settled
from kiemchung.crawl_state.schedule import Gone
from kiemchung.ingest.parts import Ingest
from kiemchung.pipeline import batched
from kiemchung.records import Post

BATCH = 200


def vanished(before: Sequence[str], now: Collection[str]) -> list[str]:
    """Return what went from between two neighbours that stay.

    What left at either end may have scrolled off, or moved to the next page.
    """
    there = set(now)
    stays = [place for place, post in enumerate(before) if post in there]
    if not stays:
        return []
    return [post for post in before[stays[0] : stays[-1]] if post not in there]


def marked(posts: Mapping[str, Post], since: Mapping[str, datetime]) -> list[Post]:
    """Return those of `posts` that are not marked yet as deleted, marked since then."""
    return [
        _mark(posts[post], at)
        for post, at in since.items()
        if post in posts and posts[post].deleted_at is None
    ]


def tell_gone(parts: Ingest, only: Collection[str] = ()) -> int:
    """Mark the posts of pages that are gone as deleted, and unmark those of pages that are back.

    Posts that stand on another living page stay as they are. `only` names sources; without it, all.
    Returns how many posts changed.

    Raises:
        StoreError: store or crawl state can't be reached. A repeated call ends the same.
    """
    told = 0
    schedule = parts.state.schedule
    for found in (schedule.gone(), schedule.returned()):
        pages = [page for page in found if not only or page.source in only]
        told += sum(_tell(parts, batch) for batch in batched(pages, BATCH))
    return told


def _tell(parts: Ingest, pages: Sequence[Gone]) -> int:
    contents = parts.state.contents.of([page.url for page in pages])
    since = {page.url: page.at for page in pages}
    standing = [_noted(content, since[content.url]) for content in contents.values()]
    gone = {url: at for url, at in since.items() if at is not None}
    departed = departures(parts, contents, gone)
    returned = [
        each.post for url, content in contents.items() if url not in gone for each in content.posts
    ]
    known = parts.store.get(Post, [*departed, *returned])
    changed = [*marked(known, departed), *_unmarked(known, returned)]
    parts.store.put(changed)
    parts.state.contents.settle(
        Settled(contents=tuple(standing), departed=departed, returned=tuple(returned))
    )
    parts.state.schedule.told(pages)
    return len(changed)


def departures(
    parts: Ingest, contents: Mapping[str, Content], gone: Mapping[str, datetime]
) -> dict[str, datetime]:
    """Return the posts that no living page has any more once those at `gone` are."""
    posts = {
        each.post: at for url, at in gone.items() if url in contents for each in contents[url].posts
    }
    elsewhere = parts.state.contents.elsewhere(posts, gone)
    return {post: at for post, at in posts.items() if post not in elsewhere}


def _noted(content: Content, gone: datetime | None) -> Content:
    return msgspec.structs.replace(content, gone=gone)


def _unmarked(posts: Mapping[str, Post], wanted: Sequence[str]) -> Iterator[Post]:
    for post in wanted:
        if post in posts and posts[post].deleted_at is not None:
            yield _mark(posts[post], None)


def _mark(post: Post, at: datetime | None) -> Post:
    return msgspec.structs.replace(post, deleted_at=at, revision=post.revision + 1)
