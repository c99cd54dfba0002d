"""The search behind the embedded store: a tantivy index that can always be made anew from it.

The database is the truth. The index notes the change up to which it knows the database, in the same
commit as the documents, so that it is never wrong, only behind; `search` catches up first. A
missing, damaged or older index is thrown away and built again.
"""

import fcntl
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import tantivy
from tantivy import Document, FieldType, Index, IndexWriter, Occur, SchemaBuilder, Searcher

from kiemchung.errors import StoreError
from kiemchung.records import Stored
from kiemchung.store.base import Range, Value
from kiemchung.store.filters import field_type, plain, searchable
from kiemchung.store.query import FOLDING, HITS_LIMIT, Query, exact_tokens, folded_tokens

VERSION = 1
WAIT = 2.0
"""Seconds that a search waits for another process that is writing the index."""
PAUSE = 0.05
HEAP = 64_000_000
MARK = "mark"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Change(msgspec.Struct, frozen=True):
    """One change of the database: the record as it is now, or None where it went."""

    id: str
    seq: int
    record: Stored | None


class History(msgspec.Struct, frozen=True):
    """The number of the database's last change, and a way to the changes after a given one."""

    last: int
    after: Callable[[int], Iterator[Change]]


class _DamagedError(StoreError):
    """The index can't be used and has to be made anew."""


class Projection:
    """The search index of one kind of record, in a folder of its own. Safe among threads."""

    def __init__(self, folder: Path, record_type: type[Stored], database: str) -> None:
        """Use `folder`, made when it is first needed; `database` names the store it belongs to."""
        self._folder = folder
        self._type = record_type
        self._kind = searchable(record_type)
        self._stamp = f"{VERSION} {FOLDING} {database}"
        self._schema = _schema(record_type)
        self._lock = threading.Lock()
        self._index: Index | None = None

    def search(
        self, query: Query, where: dict[str, Value], limit: int, history: History
    ) -> list[tuple[str, float]]:
        """Return ids and scores of the best hits, after catching up with `history`.

        While another process writes the index for longer than WAIT, what is there is searched.

        Raises:
            StoreError: the index can't be built where it should lie.
        """
        if query.empty or limit < 1:
            return []
        wanted = self._query(query, where)
        try:
            self._catch_up(history)
            return self._find(wanted, min(limit, HITS_LIMIT))
        except _DamagedError:
            self._index = None
        self._catch_up(history, anew=True)
        return self._find(wanted, min(limit, HITS_LIMIT))

    def _find(self, wanted: tantivy.Query, limit: int) -> list[tuple[str, float]]:
        with _engine():
            searcher = self._searcher()
            hits = searcher.search(wanted, limit=limit, count=False).hits
            return [(searcher.doc(place)["id"][0], score) for score, place in hits]

    def purge(self, history: History) -> None:
        """Make the index anew, so that its files hold no word of what was removed or changed.

        Searches go on in the old files meanwhile. Where there is no index, or it was made anew and
        nothing changed since, nothing is done.

        Raises:
            StoreError: the index can't be written.
        """
        with self._lock:
            if not self._folder.exists() or not self._has_remains(history):
                return
            with self._alone() as alone:
                if alone:
                    self._replace(history)

    def _has_remains(self, history: History) -> bool:
        if self._open(history) is None or self._seen() < history.last:
            return True
        meta = msgspec.json.decode((self._folder / "meta.json").read_bytes())
        return any(segment.get("deletes") for segment in meta["segments"])

    def _replace(self, history: History) -> None:
        """Build an index beside the one that is there, and put it in its place."""
        beside, old = self._folder.with_suffix(".new"), self._folder.with_suffix(".old")
        with _engine():
            index = self._make(beside)
            if (writer := _writer(index)) is None:
                return
            self._apply(writer, history, seen=0)
            writer.wait_merging_threads()
        self._index = None
        shutil.rmtree(old, ignore_errors=True)
        self._folder.rename(old)
        beside.rename(self._folder)
        shutil.rmtree(old, ignore_errors=True)

    # --- catching up --------------------------------------------------------------------------

    def _catch_up(self, history: History, *, anew: bool = False) -> None:
        with self._lock:
            index = None if anew else self._open(history)
            if index is not None and next(history.after(self._seen()), None) is None:
                return
            with self._alone() as alone:
                if alone:
                    self._write(history, anew=anew)
                elif index is None:
                    raise StoreError(
                        f"{self._folder}: another process is building the search index; try again"
                    )

    def _write(self, history: History, *, anew: bool) -> None:
        # Another process may have built or caught up the index while this one waited.
        index = None if anew else self._open(history)
        if index is None:
            index = self._index = self._make(self._folder)
        if (writer := _writer(index)) is None:
            return
        with _engine():
            self._apply(writer, history, seen=max(self._seen(), 0))
            writer.wait_merging_threads()
            index.reload()

    def _apply(self, writer: IndexWriter, history: History, *, seen: int) -> None:
        for change in history.after(seen):
            writer.delete_documents_by_term("id", change.id)
            if change.record is not None:
                writer.add_document(self._document(change.record))
            seen = change.seq
        writer.delete_documents_by_term(MARK, MARK)
        writer.add_document(Document(mark=MARK, stamp=f"{self._stamp} {seen}"))
        writer.commit()

    def _open(self, history: History) -> Index | None:
        """Return the index if there is one made by this version for this database.

        One that is ahead of its database was left behind when that was restored from a backup.
        """
        try:
            with _engine():
                if self._index is None:
                    self._index = Index(self._schema, path=str(self._folder))
                self._index.reload()
            usable = 0 <= self._seen() <= history.last
        except _DamagedError:
            usable = False
        if not usable:
            self._index = None
        return self._index

    def _make(self, folder: Path) -> Index:
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        except OSError as error:
            raise StoreError(
                f"{folder}: the search index can't be written ({error.strerror})"
            ) from None
        with _engine():
            return Index(self._schema, path=str(folder))

    def _seen(self) -> int:
        """Return the last change that the index knows, -1 where it is none of ours."""
        with _engine():
            searcher = self._searcher()
            query = tantivy.Query.term_query(self._schema, MARK, MARK)
            hits = searcher.search(query, limit=1, count=False).hits
            stamp = searcher.doc(hits[0][1])["stamp"][0] if hits else ""
        ours, _, seen = stamp.rpartition(" ")
        return int(seen) if ours == self._stamp else -1

    def _searcher(self) -> Searcher:
        if self._index is None:
            raise _DamagedError(f"{self._folder}: there is no search index")
        return self._index.searcher()

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Hold the right to write the index; False if another process kept it all the time."""
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            lock = self._folder.with_suffix(".lock").open("a")
        except OSError as error:
            raise StoreError(
                f"{self._folder}: the search index can't be written ({error.strerror})"
            ) from None
        with lock:
            yield _wait_for(lambda: _locked(lock.fileno()))

    # --- documents and queries ----------------------------------------------------------------

    def _document(self, record: Stored) -> Document:
        document = Document(id=record.id)
        for field in self._kind.search:
            text = getattr(record, field)
            document.add_text("folded", " ".join(folded_tokens(text)))
            document.add_text("exact", " ".join(exact_tokens(text)))
        for field in self._kind.filters:
            value = getattr(record, field)
            if isinstance(value, datetime | int):
                document.add_integer(field, _number(value))
            elif value is not None:
                document.add_text(field, str(plain(value)))
        return document

    def _query(self, query: Query, where: dict[str, Value]) -> tantivy.Query:
        musts = [self._phrase("folded", [word]) for word in query.words]
        musts += [self._phrase("exact", list(phrase)) for phrase in query.phrases]
        filters = [tantivy.Query.const_score_query(self._filter(*f), 0.0) for f in where.items()]
        return tantivy.Query.boolean_query([(Occur.Must, part) for part in (*musts, *filters)])

    def _phrase(self, field: str, words: list[str]) -> tantivy.Query:
        if len(words) == 1:
            return tantivy.Query.term_query(self._schema, field, words[0])
        return tantivy.Query.phrase_query(self._schema, field, list(words))

    def _filter(self, field: str, value: Value) -> tantivy.Query:
        if isinstance(value, Range):
            return self._range(field, value)
        if isinstance(value, tuple):
            texts = [str(plain(member)) for member in value]
            return tantivy.Query.term_set_query(self._schema, field, texts)
        if value is None:
            everything = (Occur.Must, tantivy.Query.all_query())
            there = (Occur.MustNot, tantivy.Query.exists_query(field))
            return tantivy.Query.boolean_query([everything, there])
        return tantivy.Query.term_query(self._schema, field, plain(value))

    def _range(self, field: str, wanted: Range) -> tantivy.Query:
        if wanted.low is None and wanted.high is None:
            return tantivy.Query.exists_query(field)
        low = None if wanted.low is None else _number(wanted.low)
        high = None if wanted.high is None else _number(wanted.high)
        return tantivy.Query.range_query(
            self._schema, field, FieldType.Integer, low, high, include_upper=high is None
        )


def _schema(record_type: type[Stored]) -> tantivy.Schema:
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(MARK, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("stamp", stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("folded", "exact"):
        builder.add_text_field(field, tokenizer_name="whitespace")
    for field in searchable(record_type).filters:
        if field_type(record_type, field) is str:
            builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
        else:
            builder.add_integer_field(field, indexed=True, fast=True)
    return builder.build()


def _number(value: datetime | int) -> int:
    return (value - EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value


def _writer(index: Index) -> IndexWriter | None:
    """Return the right to write, or None where another process holds it all the time."""
    made: list[IndexWriter] = []
    return made[0] if _wait_for(lambda: _try_writer(index, made)) else None


def _try_writer(index: Index, made: list[IndexWriter]) -> bool:
    try:
        with _engine():
            made.append(index.writer(HEAP, num_threads=1))
    except _DamagedError as error:
        if "LockBusy" not in str(error):
            raise
        return False
    return True


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(attempt: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WAIT
    while not attempt():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


@contextmanager
def _engine() -> Iterator[None]:
    """Turn what tantivy raises over a damaged index into one error."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise _DamagedError(f"search index: {error}") from None
    except BaseException as error:
        # A panic of tantivy's is no Exception, and its class can't be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise _DamagedError(f"search index: {error}") from None
