"""The same title and text under many addresses of one source: a page that is none, saying 200.

Only where each page is an article: on a forum a repeated text is a message, and the same scam
under a hundred threads is what we look for. Canonical addresses are compared, so that print and
AMP copies of an article count once.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from crawlers.source import LoadedSource
from kiemchung.crawl_state.contents import Text
from kiemchung.ingest.parts import Ingest, Reading
from kiemchung.ingest.posts import restored
from kiemchung.records import Edition, Flag, Post
from kiemchung.store.base import Store
from kiemchung.vocabulary import PostKind

MANY = 5
"""Addresses of one source from which a text is no article."""


class Repeats(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of a batch that are no posts, and what of them was taken for one before."""

    upto: int
    """How many pages of the batch were looked at: the last one may have made a text known."""
    texts: Mapping[Text, datetime] = {}
    """Those texts, and when they were met last."""
    urls: tuple[str, ...] = ()
    """Pages that were read before as posts with such a text."""
    posts: Mapping[str, str] = {}
    """Posts that say such a text, and its hash."""

    def has(self, post: Post, sources: Mapping[str, LoadedSource]) -> bool:
        """Tell whether `post` is none."""
        return text_of(post, sources) in self.texts


def text_of(post: Post, sources: Mapping[str, LoadedSource]) -> Text | None:
    """Return what is compared of `post`; None where its source may repeat itself."""
    source = sources[post.source].source
    return (post.source, post.text_hash) if source.post_kind is PostKind.ARTICLE else None


def find_repeats(parts: Ingest, batch: Sequence[Reading]) -> Repeats:
    """Return which texts of `batch` stand under many addresses, or were found to before.

    Looks at the pages one by one, up to the first that makes a text known: what comes of them does
    not depend on how pages are batched.
    """
    says = [_says(parts, reading) for reading in batch]
    met = {text for of_page in says for text in of_page}
    if not met:
        return Repeats(upto=len(batch))
    known = parts.state.contents.repeated(met)
    said = parts.state.contents.saying(met - known)
    upto, fresh = _look(batch, says, said, known)
    found = known | fresh
    times: dict[Text, datetime] = {}
    posts = {post: text[1] for text in fresh for post in said[text].values()}
    for reading, of_page in zip(batch[:upto], says, strict=False):
        for text in found & of_page.keys():
            times[text] = reading.at
            posts[of_page[text]] = text[1]
    urls = tuple(url for text in sorted(fresh) for url in said[text])
    return Repeats(upto=upto, texts=times, urls=urls, posts=posts)


def _says(parts: Ingest, reading: Reading) -> dict[Text, str]:
    posts = (each for each in reading.wanted if isinstance(each, Post))
    return {text: post.id for post in posts if (text := text_of(post, parts.sources))}


def _look(
    batch: Sequence[Reading],
    says: Sequence[Mapping[Text, str]],
    said: dict[Text, dict[str, str]],
    known: set[Text],
) -> tuple[int, set[Text]]:
    """Note in `said` what page after page says; return how far it went, and what was found."""
    for place, (reading, of_page) in enumerate(zip(batch, says, strict=True), 1):
        if of_page:
            for pages in said.values():
                pages.pop(reading.fate.url, None)
        fresh = of_page.keys() - known
        for text in fresh:
            said.setdefault(text, {})[reading.fate.url] = of_page[text]
        found = {text for text in fresh if len(set(said[text].values())) >= MANY}
        if found:
            return place, found
    return len(batch), set()


def remove_posts(
    store: Store, posts: Mapping[str, str], living: Collection[str]
) -> dict[str, datetime]:
    """Undo that `posts` were taken for posts with a text of that hash.

    One that said something else before says that again, deleted since it did not, unless it is
    among the `living`, which stand on another page. The others are removed, but for what is
    flagged: a person decides, and the flag's time is its time. Returns those that are deleted, and
    since when. Repeated after a kill it ends the same.
    """
    there = store.get(Post, sorted(posts)) if posts else {}
    if not there:
        return {}
    flagged = {flag.post for flag in store.scan(Flag, {"post": tuple(there)})}
    left, gone, dropped = dict(there), [], []
    editions = sorted(store.scan(Edition, {"post": tuple(there)}), key=lambda each: each.edition)
    for key, post in there.items():
        mine = [each for each in editions if each.post == key]
        # One that is no earlier was left by a run that was killed while it undid an edit.
        dropped += [each.id for each in mine if each.edition >= post.edition]
        earlier = [each for each in mine if each.edition < post.edition]
        if post.text_hash != posts[key]:
            continue
        if earlier:
            left[key] = restored(post, earlier[-1], deleted=key not in living)
            dropped.append(earlier[-1].id)
        elif key not in flagged:
            gone.append(left.pop(key).id)
    store.put([post for key, post in left.items() if post != there[key]])
    store.expire(Edition, dropped)
    store.expire(Post, gone)
    return {key: post.deleted_at for key, post in left.items() if post.deleted_at is not None}
