"""A batch of pages → the store, then the crawl state: one read, one write each.

No page stands in a batch twice, and no post with two texts: so a batch that was killed between its
two writes, and is read again, comes to the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from crawlers.drafts import Failure
from kiemchung.crawl_state.contents import KEPT, REPETITION, Content, Settled, Standing
from kiemchung.ingest.absences import departures, marked, vanished
from kiemchung.ingest.known import look
from kiemchung.ingest.parts import Ingest, Ingested, Outcome, Reading
from kiemchung.ingest.posts import Step, Wanted, met, succeed
from kiemchung.ingest.quarantines import EXTRACT, STORE, lift, quarantined
from kiemchung.ingest.repeats import Repeats, find_repeats, remove_posts, text_of
from kiemchung.records import Edition, FactCheck, PageFate, Post, Quarantined, Stored
from kiemchung.vocabulary import Fate, PostKind

TITLED = frozenset({PostKind.ARTICLE, PostKind.POST})
"""Kinds of message that have a title; a comment or a message on a channel has none."""
NOTHING = frozenset({Fate.SOFT_404, Fate.LOGIN_WALL})
"""What a page may say of itself that leaves nothing to take in."""


def apart(readings: Iterable[Reading], size: int) -> Iterator[list[Reading]]:
    """Yield `readings` in batches of at most `size`, of one run, that meet no page or post twice.

    Posts that say the same may meet: all that is written of them is the same.
    """
    batch: list[Reading] = []
    urls: set[str] = set()
    said: dict[str, str] = {}
    for reading in readings:
        says = {each.id: _text(each) for each in reading.wanted}
        clash = any(said.get(key, text) != text for key, text in says.items())
        other_run = bool(batch) and batch[0].fate.run != reading.fate.run
        if len(batch) >= size or clash or other_run or reading.fate.url in urls:
            yield batch
            batch, urls, said = [], set(), {}
        batch.append(reading)
        urls.add(reading.fate.url)
        said |= says
    if batch:
        yield batch


def each_batch(
    parts: Ingest, readings: Iterable[Reading], size: int, replayed_at: datetime | None = None
) -> Iterator["Batch"]:
    """Yield `readings` in batches, each of which is to be written before the next is asked for.

    What is written doesn't depend on `size`. `replayed_at` is the time now where the pages come
    from captures and not from the web.
    """
    for batch in apart(readings, size):
        left = batch
        while left:
            repeats = find_repeats(parts, left)
            yield Batch(parts, left[: repeats.upto], repeats, replayed_at)
            left = left[repeats.upto :]


def _text(record: Wanted) -> str:
    return record.text_hash if isinstance(record, Post) else f"{record.claim}\x1f{record.rating}"


class Batch:
    """One batch, from what its pages say to what is written of them."""

    def __init__(
        self,
        parts: Ingest,
        readings: Sequence[Reading],
        repeats: Repeats,
        replayed_at: datetime | None,
    ) -> None:
        """Decide what becomes of `readings`; nothing is written yet."""
        self._parts = parts
        self._replayed_at = replayed_at
        self._readings = readings
        self._known = look(parts, readings, repeats)
        self._departed: dict[str, datetime] = {}
        self.outcomes = [self._outcome(reading) for reading in readings]
        self._depart()

    def write(self) -> None:
        """Write the records, then the fates.

        Raises:
            StoreError: store or crawl state can't be reached.
        """
        state = self._parts.state
        if self._replayed_at is None:
            meant = [
                msgspec.structs.replace(reading.fate, fate=outcome.fate)
                for reading, outcome in self._pairs()
                if outcome.fate in {Fate.NEW, Fate.CHANGED}
            ]
            if meant:
                state.contents.intend(meant)
        self._write_records()
        # What broke is asked for again in full: a 304 would leave it broken for ever.
        broken = [r.fate.url for r, o in self._pairs() if o.fate is Fate.QUARANTINED]
        if broken and self._replayed_at is None:
            state.forget(broken)
        state.contents.settle(self._settled())

    def ingested(self) -> Iterator[Ingested]:
        """Yield what became of each page, in order."""
        for reading, outcome in self._pairs():
            yield Ingested(
                url=reading.fate.url,
                source=reading.fate.source,
                fate=outcome.fate,
                detail=outcome.detail,
                posts=tuple(each.id for each in reading.wanted if isinstance(each, Post)),
                records=outcome.records,
                before=outcome.before,
            )

    # --- deciding -----------------------------------------------------------------------------

    def _outcome(self, reading: Reading) -> Outcome:
        if isinstance(reading.result, Failure) or reading.page is None:
            failure = reading.result if isinstance(reading.result, Failure) else None
            return _quarantine(
                reading.fate,
                EXTRACT,
                failure.extractor if failure else "",
                failure.cause if failure else "",
            )
        if reading.result.fate in NOTHING:
            return Outcome(reading.result.fate, detail="says so itself")
        if not reading.wanted:
            return Outcome(reading.result.fate or Fate.NO_TEXT)
        said = [each for each in reading.wanted if not self._is_repeated(each)]
        if not said:
            return Outcome(Fate.SOFT_404, detail=REPETITION)
        living = [each for each in said if not self._is_over(reading, each)]
        if not living:
            return Outcome(Fate.UNCHANGED, detail="over its time")
        return self._written(reading, living)

    def _written(self, reading: Reading, living: Sequence[Wanted]) -> Outcome:
        steps = [self._step(reading, record) for record in living]
        records: list[Stored] = [step.earlier for step in steps if step.earlier]
        known = self._known.records
        records += [step.record for step in steps if step.record != known.get(step.record.id)]
        before = tuple(known[record.id] for record in records if record.id in known)
        known.update({step.record.id: step.record for step in steps})
        return Outcome(
            _fate(steps, moved=reading.is_moved),
            tuple(records),
            dropped=tuple(step.dropped for step in steps if step.dropped),
            before=before,
        )

    def _step(self, reading: Reading, record: Wanted) -> Step:
        known = self._known.records.get(record.id)
        replayed = self._replayed_at is not None
        if isinstance(record, FactCheck):
            return succeed(known, record, replayed=replayed)
        new = self._dated(reading, record)
        if isinstance(known, Post) and self._is_copy(reading):
            # Its own page decides what it says; that it is there, every page that has it.
            new = msgspec.structs.replace(known, deleted_at=new.deleted_at)
        return succeed(known, new, replayed=replayed)

    def _dated(self, reading: Reading, post: Post) -> Post:
        """Return `post` with the time when it was first met; a replayed one that went since, so."""
        since = self._known.departed.get(post.id) if self._replayed_at is not None else None
        first = self._met(reading, post)
        if since is not None and since < reading.at:
            since = None
        return msgspec.structs.replace(post, fetched_at=first, deleted_at=since)

    def _met(self, reading: Reading, post: Post) -> datetime:
        known, before = self._known, self._known.met.get(post.id)
        if before is not None:
            return min(before, reading.at)
        first = known.first.get(reading.fate.url)
        return met(post, reading.at, first, alone=reading.is_alone(post))

    def _is_copy(self, reading: Reading) -> bool:
        """Tell whether a page names another one as its own, and that one was read for itself.

        Else the two, where they differ a little, would be edits of each other for ever.
        """
        if not reading.is_moved or isinstance(reading.result, Failure):
            return False
        own = self._known.contents.get(reading.result.canonical_url)
        return own is not None and own.gone is None

    def _is_repeated(self, record: Wanted) -> bool:
        return isinstance(record, Post) and self._known.repeats.has(record, self._parts.sources)

    def _is_over(self, reading: Reading, record: Wanted) -> bool:
        """Tell whether a text's time is over, counted from when it was first met.

        What lives is edited however old it is. What was there and is not any more expired, if it
        is old enough; else its page was gone, and it with it.
        """
        if not isinstance(record, Post) or record.id in self._known.records:
            return False
        dated = self._dated(reading, record)
        age = (self._replayed_at or reading.at) - dated.fetched_at
        if self._replayed_at is not None:
            over = age > self._parts.longest or not self._parts.lives(dated)
        else:
            was_there = record.id in self._known.met
            over = age > (self._parts.ordinary if was_there else self._parts.longest)
        if over:
            # Of another page of this batch that has it, too.
            self._known.met[record.id] = dated.fetched_at
        return over

    # --- what left its page -------------------------------------------------------------------

    def _depart(self) -> None:
        """Note which posts their pages no longer have, and mark them."""
        here = self._here()
        gone: dict[str, datetime] = {}
        since: dict[str, datetime] = {}
        for reading, outcome in self._pairs():
            content = self._known.contents.get(reading.fate.url)
            if content is None or self._is_old(reading, content):
                continue
            if outcome.fate is Fate.SOFT_404:
                gone[content.url] = reading.at
            elif outcome.fate in KEPT:
                since |= dict.fromkeys(self._vanished(reading, content), reading.at)
        since |= departures(self._parts, self._known.contents, gone) if gone else {}
        elsewhere = self._parts.state.contents.elsewhere(since, self._urls()) if since else set()
        self._departed = {p: at for p, at in since.items() if p not in here and p not in elsewhere}

    def _vanished(self, reading: Reading, content: Content) -> list[str]:
        """Return what went from a page, if it isn't only that another extractor reads it."""
        before = [each.post for each in content.posts]
        now = [each.id for each in reading.wanted if isinstance(each, Post)]
        known = self._known.records
        extractor = "" if isinstance(reading.result, Failure) else reading.result.extractor
        return [
            post
            for post in vanished(before, now)
            if not isinstance(each := known.get(post), Post) or each.extractor == extractor
        ]

    def _is_old(self, reading: Reading, content: Content) -> bool:
        return self._replayed_at is not None and reading.at <= content.at

    # --- writing ------------------------------------------------------------------------------

    def _write_records(self) -> None:
        store = self._parts.store
        # Of two pages that say the same, what is written is the same.
        wanted = {record.id: record for outcome in self.outcomes for record in outcome.records}
        posts = {key: each for key, each in self._known.records.items() if isinstance(each, Post)}
        wanted |= {post.id: post for post in marked(posts, self._departed)}
        # An edition is kept before its post is another one.
        editions = [each for each in wanted.values() if isinstance(each, Edition)]
        rejected = {each.id: each.cause for each in store.put(editions)} if editions else {}
        dropped = [edition for outcome in self.outcomes for edition in outcome.dropped]
        if dropped:
            store.expire(Edition, dropped)
        rest = [each for each in wanted.values() if not isinstance(each, Edition)]
        rejected |= {each.id: each.cause for each in store.put(rest)} if rest else {}
        self.outcomes = [_checked(reading.fate, o, rejected) for reading, o in self._pairs()]
        broken = [r for o in self.outcomes for r in o.records if isinstance(r, Quarantined)]
        if broken:
            store.put(broken)
        whole = [r.fate for r, o in self._pairs() if o.fate is not Fate.QUARANTINED]
        lift(store, whole, EXTRACT, STORE)
        self._departed |= self._withdraw()

    def _withdraw(self) -> dict[str, datetime]:
        """Take back what turned out to be no posts; return what is deleted for it."""
        repeats = self._known.repeats
        if not repeats.posts:
            return {}
        apart_from = {*repeats.urls, *self._urls()}
        living = self._parts.state.contents.elsewhere(repeats.posts, apart_from) | self._here()
        return remove_posts(self._parts.store, repeats.posts, living)

    def _settled(self) -> Settled:
        replayed = self._replayed_at is not None
        return Settled(
            fates=() if replayed else tuple(self._fates()),
            contents=tuple(self._contents()),
            departed=self._departed,
            returned=() if replayed else tuple(self._here() & self._known.departed.keys()),
            repeated=self._known.repeats.texts,
            withdrawn=self._known.repeats.urls,
        )

    def _contents(self) -> Iterator[Content]:
        """Yield what stands on each page now; on one that is no post too: it is to be counted.

        A page that says there is nothing keeps what stood on it, as gone.
        """
        for reading, outcome in self._pairs():
            fate, content = reading.fate, self._known.contents.get(reading.fate.url)
            if content is not None and self._is_old(reading, content):
                continue
            nothing = outcome.fate is Fate.SOFT_404
            if outcome.fate in KEPT or outcome.detail == REPETITION:
                posts = {each.id: each for each in reading.wanted if isinstance(each, Post)}
                standing = tuple(self._standing(reading, post) for post in posts.values())
                gone = reading.at if nothing else None
                if standing:
                    yield Content(
                        url=fate.url, source=fate.source, posts=standing, at=reading.at, gone=gone
                    )
            elif nothing and content is not None:
                yield msgspec.structs.replace(
                    content, at=reading.at, gone=content.gone or reading.at
                )

    def _standing(self, reading: Reading, post: Post) -> Standing:
        text = text_of(post, self._parts.sources)
        known = self._known.records.get(post.id)
        dated = known if isinstance(known, Post) else self._dated(reading, post)
        return Standing(post=post.id, text=text[1] if text else "", met=dated.fetched_at)

    def _fates(self) -> Iterator[PageFate]:
        for reading, outcome in self._pairs():
            drafts = reading.drafts if outcome.fate in KEPT else ()
            yield msgspec.structs.replace(
                reading.fate,
                fate=outcome.fate,
                detail=outcome.detail,
                posts=len(drafts),
                undated=sum(draft.published_at is None for draft in drafts),
                untitled=sum(draft.kind in TITLED and not draft.title for draft in drafts),
            )

    def _pairs(self) -> Iterator[tuple[Reading, Outcome]]:
        return zip(self._readings, self.outcomes, strict=True)

    def _here(self) -> set[str]:
        """Return the posts that stand on the pages of this batch."""
        kept = (reading for reading, outcome in self._pairs() if outcome.fate in KEPT)
        return {each.id for reading in kept for each in reading.wanted}

    def _urls(self) -> set[str]:
        return {reading.fate.url for reading in self._readings}


def _fate(steps: Sequence[Step], *, moved: bool) -> Fate:
    if any(step.is_new for step in steps):
        return Fate.NEW
    if any(step.is_edited for step in steps):
        return Fate.CHANGED
    return Fate.DUPLICATE if moved else Fate.UNCHANGED


def _checked(fate: PageFate, outcome: Outcome, rejected: Mapping[str, str]) -> Outcome:
    causes = {rejected[record.id] for record in outcome.records if record.id in rejected}
    return _quarantine(fate, STORE, "", "; ".join(sorted(causes))) if causes else outcome


def _quarantine(fate: PageFate, stage: str, version: str, cause: str) -> Outcome:
    record = quarantined(fate, stage, version, cause)
    return Outcome(Fate.QUARANTINED, (record,), cause)
