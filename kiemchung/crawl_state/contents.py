"""Which posts stand on which page, as it was last read; what left its page; what is no post at all.

Written with the fates of the pages in one transaction, so that a killed run reads them again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kiemchung.crawl_state.database import TABLES, Database, time_of, time_text
from kiemchung.crawl_state.pages import FATES
from kiemchung.records import PageFate, Record
from kiemchung.vocabulary import Fate

BATCH = 500
"""Values that are asked for at once."""

CONTENTS = sa.Table(
    "contents",
    TABLES,
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("post", sa.String, primary_key=True, index=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    # The hash of title and text where many addresses may say the same; "" elsewhere.
    sa.Column("text", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    # When the page itself was found to be gone; "" while it lives.
    sa.Column("gone", sa.String, nullable=False),
    # When the post was met first; what expired isn't new when its page is met again.
    sa.Column("met", sa.String, nullable=False, server_default=""),
    sa.Index("contents_text", "source", "text"),
)
DEPARTED = sa.Table(
    "departed",
    TABLES,
    sa.Column("post", sa.String, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
)
REPEATED = sa.Table(
    "repeated",
    TABLES,
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("text", sa.String, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
)

KEPT = frozenset({Fate.NEW, Fate.CHANGED, Fate.UNCHANGED, Fate.DUPLICATE})
"""Fates of a page whose posts are in the store."""

REPETITION = "the same text under many addresses"

Text = tuple[str, str]
"""A source, and the hash of a title and text."""


class Standing(Record, frozen=True, kw_only=True):
    """A post on a page. `text` is the hash of its words where copies matter, "" elsewhere.

    `met` is when the post was met first, None where that isn't known.
    """

    post: str
    text: str = ""
    met: datetime | None = None


class Content(Record, frozen=True, kw_only=True):
    """What stood on a page at `at`, in its order. `gone` is when the page itself was gone."""

    url: str
    source: str
    posts: tuple[Standing, ...]
    at: datetime
    gone: datetime | None = None


class Settled(Record, frozen=True, kw_only=True):
    """What one batch of pages comes to, to be written all or nothing.

    `departed` are posts that their page no longer has, and since when; `returned` those that stand
    there again. `repeated` are texts that are no posts, and when they were met; `withdrawn` are
    addresses of pages that said so, and were taken for posts.
    """

    fates: tuple[PageFate, ...] = ()
    contents: tuple[Content, ...] = ()
    departed: Mapping[str, datetime] = {}
    returned: tuple[str, ...] = ()
    repeated: Mapping[Text, datetime] = {}
    withdrawn: tuple[str, ...] = ()


class Contents:
    """The contents of pages, in the crawl state's database."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._db = database

    def of(self, urls: Collection[str]) -> dict[str, Content]:
        """Return what stood on the pages at `urls`, where any post ever did."""
        rows: dict[str, list[Any]] = {}
        for found in self._db.matching(sa.select(CONTENTS), CONTENTS.c.url, urls):
            rows.setdefault(found["url"], []).append(found)
        return {url: _content(found) for url, found in rows.items()}

    def elsewhere(self, posts: Collection[str], urls: Collection[str]) -> set[str]:
        """Return those of `posts` that stand on a living page that is none of `urls`."""
        query = sa.select(CONTENTS.c.post, CONTENTS.c.url).where(CONTENTS.c.gone == "")
        found = self._db.matching(query, CONTENTS.c.post, posts)
        apart = set(urls)
        return {row["post"] for row in found if row["url"] not in apart}

    def met(self, posts: Collection[str]) -> dict[str, datetime]:
        """Return when those of `posts` that stand on any page, gone or not, were met first."""
        query = sa.select(CONTENTS.c.post, CONTENTS.c.met).where(CONTENTS.c.met > "")
        found: dict[str, datetime] = {}
        for row in self._db.matching(query, CONTENTS.c.post, posts):
            at = time_of(row["met"])
            found[row["post"]] = min(at, found.get(row["post"], at))
        return found

    def saying(self, texts: Collection[Text]) -> dict[Text, dict[str, str]]:
        """Return who says each of `texts`: address to post."""
        query = sa.select(CONTENTS.c.source, CONTENTS.c.text, CONTENTS.c.url, CONTENTS.c.post)
        said: dict[Text, dict[str, str]] = {}
        for row in self._db.matching(query, CONTENTS.c.text, {text for _, text in texts if text}):
            said.setdefault((row["source"], row["text"]), {})[row["url"]] = row["post"]
        return said

    def repeated(self, texts: Collection[Text]) -> set[Text]:
        """Return those of `texts` that are remembered as no posts."""
        query = sa.select(REPEATED.c.source, REPEATED.c.text)
        found = self._db.matching(query, REPEATED.c.text, {text for _, text in texts if text})
        return {(row["source"], row["text"]) for row in found} & set(texts)

    def departed(self, posts: Collection[str]) -> dict[str, datetime]:
        """Return those of `posts` that their page no longer has, and since when."""
        found = self._db.matching(sa.select(DEPARTED), DEPARTED.c.post, posts)
        return {row["post"]: time_of(row["at"]) for row in found}

    def intend(self, fates: Sequence[PageFate]) -> None:
        """Note the fates that waiting pages will have once their records are written.

        A killed run finds the records there, and would else take a new page for an old one.
        """
        intended = (
            sa.update(FATES)
            .where(_this_page(), FATES.c.fate == Fate.FETCHED.value, sa.not_(_is_meant()))
            .values(detail=sa.bindparam("is_fate"))
        )
        with self._db.writing() as db:
            _run(db, intended, [{**_key(fate), "is_fate": fate.fate.value} for fate in fates])

    def settle(self, settled: Settled) -> None:
        """Write what a batch came to. A page that is settled already keeps its fate."""
        with self._db.writing() as db:
            _run(db, _settling(), [_result(fate) for fate in settled.fates])
            _withdraw(db, {fate.run for fate in settled.fates}, settled.withdrawn)
            self._write_contents(db, settled.contents)
            departed = [{"post": p, "at": time_text(at)} for p, at in settled.departed.items()]
            _run(db, self._db.insert_missing(DEPARTED), departed)
            _run(
                db,
                sa.delete(DEPARTED).where(DEPARTED.c.post == sa.bindparam("is_post")),
                [{"is_post": post} for post in settled.returned],
            )
            repeated = [
                {"source": source, "text": text, "at": time_text(at)}
                for (source, text), at in settled.repeated.items()
            ]
            _run(db, self._db.upsert(REPEATED), repeated)

    def expire(self, before: datetime, longest: datetime, keep: Collection[str] = ()) -> int:
        """Forget what was last written before `before`, and before `longest` what had departed.

        The contents of pages on which a post of `keep` stands stay: its deletion is to be marked.
        """
        old = CONTENTS.c.at < time_text(before)
        pages, kept = sa.select(CONTENTS.c.url).where(old).distinct(), CONTENTS.c.post
        stays = {row["url"] for row in self._db.matching(pages, kept, keep)}
        removed = 0
        with self._db.writing() as db:
            urls = sorted(set(db.execute(pages).scalars()) - stays)
            for part in _parts(urls):
                gone = sa.delete(CONTENTS).where(CONTENTS.c.url.in_(part), old)
                removed += db.execute(gone).rowcount
            for table, time in ((REPEATED, before), (DEPARTED, longest)):
                removed += db.execute(sa.delete(table).where(table.c.at < time_text(time))).rowcount
        return removed

    def _write_contents(self, db: sa.Connection, contents: Sequence[Content]) -> None:
        old = sa.delete(CONTENTS).where(CONTENTS.c.url == sa.bindparam("is_url"))
        _run(db, old, [{"is_url": content.url} for content in contents])
        rows = [row for content in contents for row in _rows(content)]
        _run(db, self._db.upsert(CONTENTS), rows)


def _settling() -> sa.Executable:
    """Return the update that settles a waiting page.

    One that was to be new or changed is so, though its records were there when it was read again.
    """
    said = sa.bindparam("is_fate", type_=sa.String)
    same = sa.or_(*(said == fate.value for fate in (Fate.UNCHANGED, Fate.DUPLICATE)))
    return (
        sa.update(FATES)
        .where(_this_page(), FATES.c.fate == Fate.FETCHED.value)
        .values(
            fate=sa.case((sa.and_(_is_meant(), same), FATES.c.detail), else_=said),
            detail=sa.bindparam("is_detail"),
            posts=sa.bindparam("is_posts"),
            undated=sa.bindparam("is_undated"),
            untitled=sa.bindparam("is_untitled"),
        )
    )


def _is_meant() -> sa.ColumnElement[bool]:
    # No IN: a list can't be bound for many rows at once.
    return sa.or_(*(FATES.c.detail == fate.value for fate in (Fate.NEW, Fate.CHANGED)))


def _this_page() -> sa.ColumnElement[bool]:
    return sa.and_(
        FATES.c.run == sa.bindparam("is_run"),
        FATES.c.url == sa.bindparam("is_url"),
        FATES.c.source == sa.bindparam("is_source"),
    )


def _key(fate: PageFate) -> dict[str, Any]:
    return {
        "is_run": fate.run,
        "is_url": fate.url,
        "is_source": fate.source,
    }


def _result(fate: PageFate) -> dict[str, Any]:
    return {
        **_key(fate),
        "is_fate": fate.fate.value,
        "is_detail": fate.detail,
        "is_posts": fate.posts,
        "is_undated": fate.undated,
        "is_untitled": fate.untitled,
    }


def _withdraw(db: sa.Connection, runs: set[str], urls: Sequence[str]) -> None:
    """Count the pages at `urls`, kept earlier in the same runs, as what they turned out to be."""
    withdrawn = {"fate": Fate.SOFT_404.value, "detail": REPETITION, "posts": 0}
    for part in _parts(urls):
        kept = sa.and_(
            FATES.c.run.in_(runs),
            FATES.c.url.in_(part),
            FATES.c.fate.in_([fate.value for fate in KEPT]),
        )
        change = sa.update(FATES).where(kept)
        db.execute(change.values(**withdrawn, undated=0, untitled=0))


def _run(db: sa.Connection, statement: sa.Executable, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.execute(statement, rows)


def _rows(content: Content) -> Iterator[dict[str, Any]]:
    at, gone = time_text(content.at), time_text(content.gone) if content.gone else ""
    for place, standing in enumerate(content.posts):
        yield {
            "url": content.url,
            "post": standing.post,
            "place": place,
            "source": content.source,
            "text": standing.text,
            "at": at,
            "gone": gone,
            "met": time_text(standing.met) if standing.met else "",
        }


def _standing(row: Any) -> Standing:
    met = time_of(row["met"]) if row["met"] else None
    return Standing(post=row["post"], text=row["text"], met=met)


def _content(rows: Iterable[Any]) -> Content:
    ordered = sorted(rows, key=lambda row: int(row["place"]))
    first = ordered[0]
    return Content(
        url=first["url"],
        source=first["source"],
        posts=tuple(map(_standing, ordered)),
        at=time_of(first["at"]),
        gone=time_of(first["gone"]) if first["gone"] else None,
    )


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
