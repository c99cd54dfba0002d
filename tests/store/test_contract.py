"""What `base.Store` promises, on every store alike."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from kiemchung.errors import StoreError
from kiemchung.records import (
    Edition,
    Evidence,
    FactCheck,
    Flag,
    Match,
    Post,
    Quarantined,
    Record,
    Stored,
    Story,
)
from kiemchung.store.base import KINDS, Range, Store, Where
from kiemchung.store.dump import canonical_dump
from kiemchung.vocabulary import MatchState, Rating, Stance
from tests.store.conftest import Open
from tests.store.samples import (
    HOSTILE,
    NOON,
    PAIRS,
    TONES,
    make_check,
    make_contradicted,
    make_edition,
    make_flag,
    make_post,
    make_quarantined,
    make_story,
    one_of_each,
)


def ids(records: Any) -> list[str]:
    """Return the ids of records, in order."""
    return [record.id for record in records]


def found(
    store: Store, record_type: type[Stored], query: str, where: Where | None = None
) -> set[str]:
    """Return the ids that a search finds."""
    return {hit.record.id for hit in store.search(record_type, query, where, limit=100)}


# --- put and get --------------------------------------------------------------------------------


def test_every_kind_comes_back_as_it_went_in(store: Store) -> None:
    """A record of any kind is read back equal, field by field."""
    records = one_of_each()

    assert store.put(records) == []
    for record in records:
        assert store.get(type(record), [record.id]) == {record.id: record}


def test_a_text_comes_back_verbatim(store: Store) -> None:
    """NFD, zero-width characters, emoji and nulls of a text are kept as they are."""
    text = "Đa\u0300 Na\u0306\u0303ng\u200b 🍋\x00\r\n\u202e\ufffd\U0010ffff"

    store.put([make_post(text=text)])

    assert store.get(Post, ["post-1"])["post-1"].text == text


def test_put_replaces(store: Store) -> None:
    """Of two records with one id the last one is there."""
    store.put([make_flag(priority=1)])

    store.put([make_flag(priority=2), make_flag(priority=3)])

    assert store.get(Flag, ["flag-1"])["flag-1"].priority == 3
    assert store.count(Flag) == {"": 1}


def test_put_twice_is_put_once(store: Store) -> None:
    """A repeated batch leaves the same store."""
    store.put(one_of_each())
    before = canonical_dump(store)

    store.put(one_of_each())

    assert canonical_dump(store) == before


def test_put_of_nothing(store: Store) -> None:
    """An empty batch is fine."""
    assert store.put([]) == []
    assert store.create([]) == []
    assert store.replace_if_version([]) == []
    assert store.expire(Flag, []) == 0
    assert store.get(Flag, []) == {}


NOT_A_NUMBER = Match(
    fact_check="check-1",
    score=float("nan"),
    stance=Stance.DENIES,
    state=MatchState.SUGGESTED,
    start=0,
    end=1,
)
BAD = {
    "lone surrogate": make_post("bad", text="secret \ud800"),
    "no id": make_post("", text="secret"),
    "null in id": make_post("a\x00b", text="secret"),
    "naive time": make_post("bad", text="secret", fetched_at=NOON.replace(tzinfo=None)),
    "time before all": make_post(
        "bad", text="secret", fetched_at=datetime.min.replace(tzinfo=timezone(timedelta(hours=9)))
    ),
    "beyond 64 bits": make_story("bad", posts=("secret",), size=2**64),
    "too large": make_post("bad", text="secret " * 2_500_000),
    "a million posts": make_story("bad", posts=tuple(f"secret-{i:09}" for i in range(1_000_000))),
    "no number": make_post("bad", text="secret", matches=(NOT_A_NUMBER,)),
    "of no list": make_post("bad", text="secret", kind="opinion"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_bad_record_holds_up_nothing(store: Store, name: str) -> None:
    """A record that can't be kept is returned with a cause that quotes none of its text."""
    bad = BAD[name]

    rejected = store.put([make_flag("first"), bad, make_flag("last")])

    assert ids(rejected) == [bad.id]
    assert rejected[0].cause
    assert "secret" not in rejected[0].cause
    assert set(store.get(Flag, ["first", "last"])) == {"first", "last"}
    assert store.get(type(bad), [bad.id]) == {}


def test_create_and_replace_say_what_they_refuse(store: Store) -> None:
    """Methods that return ids raise for a record that can't be kept, after writing the rest."""
    with pytest.raises(StoreError, match="1 of the records"):
        store.create([BAD["lone surrogate"], make_post("good")])

    assert store.get(Post, ["good"])
    with pytest.raises(StoreError, match="1 of the records"):
        store.replace_if_version([BAD["lone surrogate"]])


def test_get_leaves_out_what_is_not_there(store: Store) -> None:
    """Unknown and impossible ids are no error."""
    store.put([make_flag()])

    got = store.get(Flag, ["flag-1", "none", "", "\ud800", "a\x00", "x" * 40_000, "flag-1"])

    assert set(got) == {"flag-1"}


def test_get_of_very_many(store: Store) -> None:
    """More ids than one request carries come back all the same."""
    store.put([make_story(f"story-{place:05}") for place in range(1_300)])

    assert len(store.get(Story, [f"story-{place:05}" for place in range(2_000)])) == 1_300


@pytest.mark.parametrize("length", [500, 513, 8_191, 33_000, 100_000])
def test_ids_and_addresses_of_any_length(store: Store, length: int) -> None:
    """An id or an address longer than any index term is found by id, replaced and removed."""
    post = make_post("ố" * length, url="http://may.example/" + "ố" * length)

    assert store.put([post, make_post()]) == []
    assert store.get(Post, [post.id]) == {post.id: post}
    assert len(list(store.scan(Post))) == 2
    assert store.create([post]) == []
    assert store.expire(Post, [post.id]) == 1


def test_others_see_a_write_at_once(open_again: Open) -> None:
    """`get` of another store object returns what was last written by anybody."""
    one, other = open_again(), open_again()
    one.put([make_flag(priority=1)])

    other.put([make_flag(priority=2)])

    assert one.get(Flag, ["flag-1"])["flag-1"].priority == 2


def test_what_is_written_stays(open_again: Open) -> None:
    """A store that is opened again holds what it held."""
    first = open_again()
    first.put(one_of_each())
    dump = canonical_dump(first)
    first.close()

    assert canonical_dump(open_again()) == dump


def test_posts_of_many_months(store: Store) -> None:
    """Posts are one set, whatever month they were first fetched in."""
    posts = [
        make_post(f"p{month}", fetched_at=datetime(2026, month, 1, tzinfo=UTC))
        for month in (1, 2, 3)
    ]

    store.put(posts)

    assert store.get(Post, ids(posts)) == {post.id: post for post in posts}
    assert list(store.scan(Post, sort="fetched_at")) == posts
    assert store.expire(Post, ids(posts)) == 3


def test_a_post_is_one_whatever_its_month(store: Store) -> None:
    """An id meets itself also where its time of fetching moved to another month."""
    store.put([make_post()])

    store.put([make_post(fetched_at=NOON + timedelta(days=40)), make_post("post-2")])

    assert store.count(Post) == {"": 2}
    assert store.create([make_post(fetched_at=NOON + timedelta(days=80))]) == []


# --- create -------------------------------------------------------------------------------------


def test_create_returns_what_was_new(store: Store) -> None:
    """Only ids that were not there are written, and returned."""
    store.put([make_flag("old", priority=1)])

    made = store.create([make_flag("old", priority=2), make_flag("new"), make_check("new")])

    assert sorted(made) == ["new", "new"]
    assert store.get(Flag, ["old"])["old"].priority == 1


def test_create_twice_in_a_batch(store: Store) -> None:
    """The first of two records with one id is the new one."""
    assert store.create([make_flag(priority=1), make_flag(priority=2)]) == ["flag-1"]
    assert store.get(Flag, ["flag-1"])["flag-1"].priority == 1


def test_create_by_many_at_once(open_again: Open) -> None:
    """Of several writers that create one id exactly one is told that it was new."""
    stores = [open_again() for _ in range(4)]
    made: list[str] = []

    run_together([lambda s=s: made.extend(s.create([make_flag()])) for s in stores])

    assert made == ["flag-1"]


def run_together(jobs: list[Any]) -> None:
    """Run all `jobs` at once and wait for them; an exception in one is raised here."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(jobs))

    def run(job: Any) -> None:
        start.wait()
        try:
            job()
        except BaseException as error:  # noqa: BLE001 -- carried over to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


# --- replace_if_version -------------------------------------------------------------------------


def test_replace_of_the_stored_revision(store: Store) -> None:
    """A record of the stored revision is replaced, and the stored one has the next revision."""
    store.put([make_flag(revision=4)])

    assert store.replace_if_version([make_flag(revision=4, priority=99)]) == []
    assert store.get(Flag, ["flag-1"])["flag-1"] == make_flag(revision=5, priority=99)


def test_replace_of_another_revision_loses(store: Store) -> None:
    """A record of an older or a later revision changes nothing and is named."""
    store.put([make_flag("a", revision=4), make_flag("b", revision=4), make_flag("c", revision=4)])

    lost = store.replace_if_version(
        [
            make_flag("a", revision=3, priority=1),
            make_flag("b", revision=5),
            make_flag("c", revision=4),
        ]
    )

    assert sorted(lost) == ["a", "b"]
    assert store.get(Flag, ["a"])["a"] == make_flag("a", revision=4)


def test_replace_of_what_is_gone_loses(store: Store) -> None:
    """A record that expired meanwhile is not brought back."""
    assert store.replace_if_version([make_flag()]) == ["flag-1"]
    assert store.count(Flag) == {"": 0}


def test_replace_repeated_is_no_loss(store: Store) -> None:
    """The same replacement once more (a lost answer) is taken for what it is."""
    store.put([make_flag()])
    store.replace_if_version([make_flag(priority=99)])

    assert store.replace_if_version([make_flag(priority=99)]) == []
    assert store.replace_if_version([make_flag(priority=98)]) == ["flag-1"]
    assert store.get(Flag, ["flag-1"])["flag-1"].revision == 2


def test_replace_twice_in_a_batch(store: Store) -> None:
    """Of two replacements of one revision in a batch the second one loses."""
    store.put([make_flag()])

    assert store.replace_if_version([make_flag(priority=1), make_flag(priority=2)]) == ["flag-1"]
    assert store.get(Flag, ["flag-1"])["flag-1"].priority == 1


def test_replace_by_many_at_once(open_again: Open) -> None:
    """Of several writers that replace one revision exactly one wins."""
    stores = [open_again() for _ in range(4)]
    stores[0].put([make_flag()])
    lost: list[str] = []

    run_together(
        [
            lambda s=s, n=n: lost.extend(s.replace_if_version([make_flag(priority=n)]))
            for n, s in enumerate(stores)
        ]
    )

    assert lost == ["flag-1"] * 3
    assert stores[0].get(Flag, ["flag-1"])["flag-1"].revision == 2


def test_one_store_among_threads(store: Store) -> None:
    """Threads may share a store object."""
    run_together(
        [lambda t=t: [store.put([make_story(f"{t}-{n}")]) for n in range(10)] for t in range(4)]
    )

    assert store.count(Story) == {"": 40}


# --- scan ---------------------------------------------------------------------------------------


def test_scan_goes_by_id(store: Store) -> None:
    """Without `sort` the order is that of the ids."""
    store.put([make_story(name) for name in ("b", "a", "ă", "B", "10", "9")])

    assert ids(store.scan(Story)) == sorted(["b", "a", "ă", "B", "10", "9"])
    assert ids(store.scan(Story, descending=True)) == sorted(
        ["b", "a", "ă", "B", "10", "9"], reverse=True
    )


def test_scan_by_a_field_then_by_id(store: Store) -> None:
    """Equal values are in order of their ids, ascending in both directions."""
    store.put(
        [
            make_flag(name, priority=level)
            for name, level in zip("dcba", (5, 90, 5, 90), strict=True)
        ]
    )

    assert ids(store.scan(Flag, sort="priority")) == ["b", "d", "a", "c"]
    assert ids(store.scan(Flag, sort="priority", descending=True)) == ["a", "c", "b", "d"]


def test_scan_by_time_to_the_microsecond(store: Store) -> None:
    """Times are compared exactly, whatever their zone."""
    moments = {
        "c": NOON + timedelta(microseconds=2),
        "a": (NOON + timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=7))),
        "b": NOON,
    }
    store.put([make_flag(name, fetched_at=moment) for name, moment in moments.items()])

    assert ids(store.scan(Flag, sort="fetched_at")) == ["b", "a", "c"]
    assert ids(store.scan(Flag, {"fetched_at": Range(low=moments["a"])})) == ["a", "c"]
    assert ids(store.scan(Flag, {"fetched_at": Range(high=moments["a"])})) == ["b"]


@pytest.mark.parametrize("field", ["story", "verdict"])
def test_scan_puts_empty_values_first(store: Store, field: str) -> None:
    """Empty text comes first, and last when descending."""
    store.put([make_contradicted("b"), make_flag("c"), make_flag("a")])

    assert ids(store.scan(Flag, sort=field)) == ["a", "c", "b"]
    assert ids(store.scan(Flag, sort=field, descending=True)) == ["b", "a", "c"]


def test_scan_puts_empty_times_first(store: Store) -> None:
    """Empty times come first, and last when descending, over more than one page."""
    dates = [None if place % 2 else NOON for place in range(1_100)]
    checks = [make_check(f"{place:04}", review_date=date) for place, date in enumerate(dates)]
    store.put(checks)
    odd = [f"{place:04}" for place in range(1, 1_100, 2)]
    even = [f"{place:04}" for place in range(0, 1_100, 2)]

    assert ids(store.scan(FactCheck, sort="review_date")) == odd + even
    assert ids(store.scan(FactCheck, sort="review_date", descending=True)) == even + odd


@pytest.mark.parametrize("limit", [0, 1, 500, 501, 5_000, None])
def test_scan_up_to_a_limit(store: Store, limit: int | None) -> None:
    """The first `limit` records come, each once, over as many pages as it takes."""
    store.put([make_quarantined(f"{place:05}", stage="ab"[place % 2]) for place in range(1_250)])

    got = list(store.scan(Quarantined, sort="stage", limit=limit))

    assert len(got) == len(set(ids(got))) == min(1_250, 5_000 if limit is None else limit)
    assert [(r.stage, r.id) for r in got] == sorted((r.stage, r.id) for r in got)


def test_scan_is_not_moved_by_writers(store: Store) -> None:
    """What is written during a scan neither repeats nor hides a record."""
    store.put([make_story(f"{place:04}") for place in range(1_200)])

    seen = []
    for story in store.scan(Story):
        seen.append(story.id)
        if len(seen) in {1, 700}:
            store.put([make_story(f"0000-{len(seen)}"), make_story(f"x{len(seen)}")])
            store.expire(Story, ["1199"])

    assert seen == [f"{place:04}" for place in range(1_200)]


def test_a_scan_may_be_left(store: Store) -> None:
    """A scan that nobody reads to its end holds nothing up."""
    store.put([make_story(f"{place:04}") for place in range(10)])

    scan = store.scan(Story)
    next(scan)
    del scan

    assert store.expire(Story, ["0000"]) == 1


FILTERS: dict[str, tuple[Where, set[str]]] = {
    "a text": ({"label": "health"}, {"a", "b", "d"}),
    "any of": ({"source": ("x", "y")}, {"a", "b"}),
    "any of one": ({"source": ("z",)}, {"c", "d"}),
    "any of none": ({"source": ()}, set()),
    "any of very many": ({"source": ("x", *(f"s{n}" for n in range(70_000)))}, {"a"}),
    "empty": ({"verdict": None}, {"a", "b", "d"}),
    "a number": ({"priority": 20}, {"b"}),
    "at least": ({"priority": Range(low=20)}, {"b", "c", "d"}),
    "below": ({"priority": Range(high=20)}, {"a"}),
    "between": ({"priority": Range(low=20, high=90)}, {"b", "d"}),
    "open": ({"priority": Range()}, {"a", "b", "c", "d"}),
    "of time": ({"fetched_at": Range(low=NOON + timedelta(days=1))}, {"d"}),
    "several": ({"label": "health", "priority": Range(low=20), "source": ("z", "x")}, {"d"}),
    "nothing such": ({"source": "nobody"}, set()),
    "odd text": ({"source": "' OR 1=1 --"}, set()),
    "surrogate": ({"source": ("\ud800",), "post": "\ud800"}, set()),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters(store: Store, name: str) -> None:
    """scan, count and search understand the same filters."""
    where, wanted = FILTERS[name]
    store.put(
        [
            make_flag("a", priority=10, source="x"),
            make_flag("b", priority=20, source="y"),
            msgspec.structs.replace(make_contradicted("c"), source="z"),
            make_flag("d", priority=60, source="z", fetched_at=NOON + timedelta(days=2)),
        ]
    )

    assert set(ids(store.scan(Flag, where))) == wanted
    assert store.count(Flag, where) == {"": len(wanted)}
    assert found(store, Flag, "chanh", where) == wanted


@pytest.mark.parametrize(
    "where",
    [
        {"text": "x"},
        {"id": "x"},
        {"source; DROP TABLE flags": "x"},
        {"priority": "10"},
        {"label": 5},
        {"label": Range(low=1)},
        {"fetched_at": "2026"},
        {"fetched_at": Range(low=5)},
        {"fetched_at": Range(low=datetime(2026, 1, 1))},  # noqa: DTZ001 -- the naive time is the case
        {"priority": Range(low=NOON)},
        {"source": (1,)},
    ],
)
def test_filters_that_do_not_fit_are_refused(store: Store, where: Where) -> None:
    """A field that is no filter, or a value of the wrong type, is an error, not an empty answer."""
    with pytest.raises(StoreError, match="flags"):
        list(store.scan(Flag, where))
    with pytest.raises(StoreError, match="flags"):
        store.count(Flag, where)
    with pytest.raises(StoreError, match="flags"):
        store.search(Flag, "chanh", where)


def test_fields_to_sort_and_count_by_are_checked(store: Store) -> None:
    """Only filters can be sorted by and counted by, and times can't be counted by."""
    with pytest.raises(StoreError, match="no filter 'text'"):
        store.scan(Flag, sort="text")
    with pytest.raises(StoreError, match="no filter 'title'"):
        store.count(Flag, by="title")
    with pytest.raises(StoreError, match="time fetched_at"):
        store.count(Flag, by="fetched_at")


def test_foreign_types_are_refused(store: Store) -> None:
    """A type that no store keeps is named."""

    class Stranger(Stored, frozen=True, kw_only=True):
        pass

    with pytest.raises(StoreError, match="Stranger"):
        store.scan(Stranger)
    with pytest.raises(StoreError, match="Stranger"):
        store.put([Stranger(id="x")])


# --- count --------------------------------------------------------------------------------------


def test_count_of_an_empty_store(store: Store) -> None:
    """Nothing counts as nothing, for every kind."""
    for record_type, kind in KINDS.items():
        assert store.count(record_type) == {"": 0}
        assert store.count(record_type, by=kind.filters[0]) in ({}, {"": 0})


def test_count_by_a_field(store: Store) -> None:
    """Values are counted as text, empty ones under ""."""
    store.put([make_flag("a", priority=7), make_flag("b", priority=7), make_contradicted("c")])

    assert store.count(Flag, by="label") == {"health": 2, "false_claim": 1}
    assert store.count(Flag, by="priority") == {"7": 2, "90": 1}
    assert store.count(Flag, by="verdict") == {"": 2, "contradicted": 1}
    assert store.count(Flag, {"priority": 7}, by="status") == {"unverified": 2}


def test_empty_text_and_no_value(store: Store) -> None:
    """As filters an empty text and no value are two things; they count as one."""
    store.put([make_post("a", story=""), make_post("b", story=None), make_post("c", story="s")])

    assert ids(store.scan(Post, {"story": ""})) == ["a"]
    assert ids(store.scan(Post, {"story": None})) == ["b"]
    assert store.count(Post, by="story") == {"": 2, "s": 1}


def test_count_of_very_many_values(store: Store) -> None:
    """No value is left out, however many there are."""
    store.put([make_flag(f"{place}", post=f"post-{place % 1_100}") for place in range(1_200)])

    counts = store.count(Flag, by="post")

    assert len(counts) == 1_100
    assert sum(counts.values()) == 1_200


# --- search -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "asked"), PAIRS)
def test_spellings_find_each_other(store: Store, written: str, asked: str) -> None:
    """F28: a record is found by any spelling of its words, and no other one is."""
    store.put([make_check("this", f"Tin: {written}."), make_check("that", "Chuyện khác hẳn")])

    assert found(store, FactCheck, asked) == {"this"}


@pytest.mark.parametrize(("old", "new"), TONES)
def test_quotes_take_both_places_of_a_tone_mark(store: Store, old: str, new: str) -> None:
    """Old and new placement are the same word in quotes too; another tone is not."""
    store.put(
        [
            make_check("old", f"a {old} b"),
            make_check("new", f"a {new} b"),
            make_check("no", "a hoa b"),
        ]
    )

    assert (
        found(store, FactCheck, f'"{old}"') == found(store, FactCheck, f'"{new}"') == {"old", "new"}
    )


def test_quotes_keep_the_marks(store: Store) -> None:
    """A quoted phrase finds its own marks alone, whatever the case and the normal form."""
    store.put(
        [
            make_check("marked", "Bão vào Đà Nẵng đêm nay"),
            make_check("nfd", "Ba\u0303o \u0110a\u0300 Na\u0306\u0303ng"),
            make_check("bare", "bao vao da nang"),
            make_check("other", "đá nàng"),
        ]
    )

    assert found(store, FactCheck, '"đà nẵng"') == {"marked", "nfd"}
    assert found(store, FactCheck, "“Đà Nẵng”") == {"marked", "nfd"}
    assert found(store, FactCheck, '"da nang"') == {"bare"}
    assert found(store, FactCheck, "đà nẵng") == {"marked", "nfd", "bare", "other"}


def test_quotes_keep_the_order(store: Store) -> None:
    """The words of a phrase stand together and in order, in one field."""
    store.put(
        [
            make_flag("yes", text="chuyển tiền ngay"),
            make_flag("turned", text="tiền chuyển ngay"),
            make_flag("apart", text="chuyển ngay tiền"),
            make_flag("across", title="xin chuyển", text="tiền ngay"),
        ]
    )

    assert found(store, Flag, '"chuyển tiền"') == {"yes"}
    assert found(store, Flag, '"chuyển tiền" ngay') == {"yes"}
    assert len(found(store, Flag, "chuyển tiền")) == 4


def test_every_word_has_to_be_there(store: Store) -> None:
    """Words are joined by "and", over title and text together."""
    store.put(
        [
            make_flag("both", title="Nước chanh", text="chữa bệnh"),
            make_flag("one", title="Nước", text="chữa bệnh"),
        ]
    )

    assert found(store, Flag, "chanh benh") == {"both"}
    assert found(store, Flag, "nuoc benh") == {"both", "one"}


def test_numbers_in_all_spellings(store: Store) -> None:
    """Separators of thousands and decimals are the same; digits are not run together."""
    store.put(
        [make_check("dots", "mất 1.000.000 đồng"), make_check("commas", "mất 1,000,000 đồng")]
    )

    assert (
        found(store, FactCheck, "1.000.000")
        == found(store, FactCheck, "1,000,000")
        == {"dots", "commas"}
    )
    assert found(store, FactCheck, '"1 000 000"') == {"dots", "commas"}


def test_a_better_hit_comes_first(store: Store) -> None:
    """Hits come by score, the best first, `limit` of them at most."""
    store.put(
        [
            make_check("once", "chanh " + "gừng tỏi mật ong " * 20),
            make_check("often", "chanh chanh"),
        ]
    )

    hits = store.search(FactCheck, "chanh")

    assert [hit.record.id for hit in hits] == ["often", "once"]
    assert hits[0].score > hits[1].score > 0
    assert len(store.search(FactCheck, "chanh", limit=1)) == 1
    assert store.search(FactCheck, "chanh", limit=0) == []
    assert len(store.search(FactCheck, "chanh", limit=10**9)) == 2


@pytest.mark.parametrize("record_type", [Post, Edition, Story, Quarantined])
def test_only_flags_and_fact_checks_are_searched(store: Store, record_type: type[Stored]) -> None:
    """Boundary 5: unflagged posts are never browsed."""
    store.put(one_of_each())

    with pytest.raises(StoreError, match="can't be searched"):
        store.search(record_type, "chanh")


def test_search_follows_changes(store: Store) -> None:
    """A changed record is found by its new words and no longer by its old ones."""
    store.put([make_check("a", "chanh"), make_check("b", "gừng")])
    assert found(store, FactCheck, "chanh") == {"a"}

    store.put([make_check("a", "tỏi")])
    store.replace_if_version([make_check("b", "nghệ")])

    assert found(store, FactCheck, "chanh") == found(store, FactCheck, "gừng") == set()
    assert found(store, FactCheck, "tỏi") == {"a"}
    assert found(store, FactCheck, "nghệ") == {"b"}


def test_search_between_two_stores(open_again: Open) -> None:
    """Each of two store objects finds what it wrote, and after a moment what the other did."""
    one, other = open_again(), open_again()
    one.put([make_check("a", "chanh")])
    assert found(one, FactCheck, "chanh") == {"a"}
    other.put([make_check("b", "chanh")])

    assert found(other, FactCheck, "chanh") == {"a", "b"}


@pytest.mark.parametrize("query", ["", "   ", '""', "!!! ???", "\u200b", '" "'])
def test_nothing_asked_finds_nothing(store: Store, query: str) -> None:
    """A query without a letter or a digit finds nothing."""
    store.put([make_flag()])

    assert store.search(Flag, query) == []


def test_hostile_queries_are_plain_text(store: Store) -> None:
    """F17: no query reaches further than its words, raises, or changes the store."""
    store.put([make_flag("only", text="chỉ có một chữ lạ")])
    before = canonical_dump(store)

    for query in HOSTILE:
        assert store.search(Flag, query) == [], query

    assert canonical_dump(store) == before


def test_signs_around_words_are_nothing(store: Store) -> None:
    """Operators and markup around words are dropped, and the words are found."""
    store.put([make_flag("this", text="chỉ có một chữ lạ", title="<b>title</b> and text")])

    for query in ("+chi (co)", "lạ*", "title:chữ", "<b>lạ</b>", "chi AND text"):
        assert found(store, Flag, query) == {"this"}, query


def test_a_word_without_end(store: Store) -> None:
    """A word longer than any index term is kept, and found by its own beginning."""
    store.put([make_flag("long", text="x" * 3 + "ab" * 20_000 + " chanh")])

    assert found(store, Flag, "chanh") == {"long"}
    assert found(store, Flag, "x" * 3 + "ab" * 20_000) == {"long"}
    assert found(store, Flag, "xxxabab") == set()


# --- expire, check, dump ------------------------------------------------------------------------


def test_expire_removes_from_everywhere(store: Store) -> None:
    """What expired is gone from get, scan, count and search; a second time nothing is there."""
    store.put([make_flag("a"), make_flag("b")])
    assert found(store, Flag, "chanh") == {"a", "b"}

    assert store.expire(Flag, ["a", "none", "a", ""]) == 1
    assert store.expire(Flag, ["a"]) == 0
    assert store.get(Flag, ["a"]) == {}
    assert ids(store.scan(Flag)) == ["b"]
    assert store.count(Flag) == {"": 1}
    assert found(store, Flag, "chanh") == {"b"}


def test_what_expired_may_come_back(store: Store) -> None:
    """A record that is written again after it expired is found again."""
    store.put([make_flag("a")])
    store.expire(Flag, ["a"])

    assert store.create([make_flag("a")]) == ["a"]
    assert found(store, Flag, "chanh") == {"a"}


def test_expire_of_one_kind_leaves_the_others(store: Store) -> None:
    """The same id in another kind is another record."""
    store.put([make_flag("same"), make_check("same", "chanh")])

    store.expire(Flag, ["same"])

    assert store.get(FactCheck, ["same"])


def test_check_of_a_store_that_is_well(store: Store) -> None:
    """A fresh and a filled store have nothing wrong with them."""
    assert store.check() == []

    store.put(one_of_each())

    assert store.check() == []


def test_the_dump_is_the_same_on_both_stores(open_sqlite: Open, open_elasticsearch: Open) -> None:
    """Two stores that hold the same give the same bytes, whatever order it came in."""
    one, other = open_sqlite(), open_elasticsearch()
    records = [*one_of_each(), *(make_story(f"s{place}") for place in range(600))]

    one.put(records)
    for record in reversed(records):
        other.put([record]) if not isinstance(record, Story) else None
    other.put([record for record in reversed(records) if isinstance(record, Story)])

    assert canonical_dump(one) == canonical_dump(other)
    assert canonical_dump(one).count(b"\n") == len(records)


def test_the_dump_leaves_out_when_things_were_met(store: Store) -> None:
    """Two runs over the same pages give the same dump; another rating gives another one."""
    store.put([make_check("a", "chanh"), make_quarantined()])
    before = canonical_dump(store)

    store.put(
        [make_check("a", "chanh", fetched_at=NOON + timedelta(days=1)), make_quarantined(at=NOON)]
    )
    assert canonical_dump(store) == before

    store.put([make_check("a", "chanh", rating=Rating.TRUE)])
    assert canonical_dump(store) != before


def test_the_dump_says_whether_a_post_was_deleted(store: Store) -> None:
    """Not when: two runs find it at two times."""
    dumps = []
    for deleted_at in (None, NOON, NOON + timedelta(hours=1)):
        store.put([make_post(deleted_at=deleted_at)])
        dumps.append(canonical_dump(store))

    assert dumps[0] != dumps[1] == dumps[2]


def test_editions_are_found_by_their_post(store: Store) -> None:
    """And counted by it, and removed with it."""
    store.put([make_edition(f"e{n}", post=f"p{n % 2}", edition=n) for n in range(5)])

    assert ids(store.scan(Edition, {"post": ("p1",)})) == ["e1", "e3"]
    assert store.count(Edition, by="post") == {"p0": 3, "p1": 2}
    assert store.expire(Edition, ["e1", "e3"]) == 2
    assert store.count(Edition, by="post") == {"p0": 3}


def test_a_purge_changes_nothing_that_is_there(store: Store) -> None:
    """Of any kind, with and without anything removed before."""
    store.put([*one_of_each(), make_flag("gone"), make_post("gone")])
    store.expire(Flag, ["gone"])
    store.expire(Post, ["gone"])
    before = canonical_dump(store)

    for record_type in KINDS:
        store.purge(record_type)

    assert canonical_dump(store) == before
    assert found(store, Flag, "chanh") == {"flag-1", "flag-2"}


def test_deleted_posts_are_found_by_when(store: Store) -> None:
    """Those that are not deleted are in no range."""
    store.put([make_post("a", deleted_at=None), make_post("b"), make_post("c", deleted_at=NOON)])

    assert ids(store.scan(Post, {"deleted_at": Range(high=NOON + timedelta(days=1))})) == ["c"]
    assert ids(store.scan(Post, {"deleted_at": None})) == ["a"]


def test_no_kind_has_a_field_for_a_person() -> None:
    """Boundary 1: no filter or search field names a person."""
    words = ("author", "user", "name", "handle", "avatar", "person", "claimant")

    for kind in KINDS.values():
        assert not [f for f in (*kind.filters, *kind.search) if any(word in f for word in words)]


def test_the_records_are_what_the_samples_fill() -> None:
    """The samples of this module cover every kind and every type inside it."""
    assert {type(record) for record in one_of_each()} == set(KINDS)
    assert issubclass(Evidence, Record)
