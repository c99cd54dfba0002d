"""The index folds as `kiemchung.text` does: raw queries (Kibana has no Python) find the same."""

import random
from collections.abc import Callable

import pytest
from elasticsearch import Elasticsearch

from kiemchung.store.query import exact_tokens, folded_tokens
from kiemchung.text import HOMOGLYPHS, ZERO_WIDTH
from tests.store.conftest import Open
from tests.store.samples import HOSTILE, PAIRS, TONES, decomposed, make_check

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyAĐƠƯÀẢÃÁẠẾỘỮỳỵòóỏõọùúthoaoeuy"
SIGNS = " .,-_/@#\u2011\u00a0\n0123456789"
ODD = ZERO_WIDTH + "\u202e\u200eﬁßøłＡｚ№½²🍋中ñçÅ" + "".join(HOMOGLYPHS)
UNITS = (
    *(LETTERS * 2 + SIGNS + ODD),
    *map(decomposed, LETTERS),
    *("a\u0302\u0323", "ạ\u0302", "o\u0323\u031b", "ô\u0301", "ư\u0309", "a\u200b\u0301"),
)


def texts() -> list[str]:
    """Return the spellings of F28 and F17, and random mixtures of letters, marks and signs."""
    rng = random.Random(28)
    mixed = ["".join(rng.choices(UNITS, k=60)) for _ in range(250)]
    vietnamese = ["".join(rng.choices(LETTERS + " ", k=60)) for _ in range(100)]
    given = [text for pair in (*PAIRS, *TONES) for text in pair]
    plain = [text for text in HOSTILE if len(text) < 1_000 and text.isprintable()]
    return [*given, *plain, *mixed, *vietnamese, *map(decomposed, vietnamese), "ngooonnnn " * 3]


@pytest.mark.parametrize(
    ("analyzer", "expected"), [("folded", folded_tokens), ("exact", exact_tokens)]
)
def test_the_index_makes_the_same_tokens(
    raw: Elasticsearch,
    shared_prefix: str,
    open_elasticsearch: Open,
    analyzer: str,
    expected: Callable[[str], list[str]],
) -> None:
    """Both analysers give exactly the tokens that Python gives."""
    open_elasticsearch()

    for text in texts():
        answer = raw.indices.analyze(index=f"{shared_prefix}-flags-1", analyzer=analyzer, text=text)
        assert [token["token"] for token in answer["tokens"]] == expected(text), ascii(text)


def test_pairs_of_syllables(
    raw: Elasticsearch, shared_prefix: str, open_elasticsearch: Open
) -> None:
    """The sub-field `words` holds neighbouring syllables, folded."""
    open_elasticsearch()

    answer = raw.indices.analyze(
        index=f"{shared_prefix}-flags-1", analyzer="words", text="Lừa đảo Đà Nẵng"
    )

    assert [token["token"] for token in answer["tokens"]] == ["lua dao", "dao da", "da nang"]


@pytest.fixture
def _filled(open_elasticsearch: Open) -> None:
    """Fill a store so that every left spelling of F28 stands in a record of its own."""
    store = open_elasticsearch()
    store.put([make_check(str(place), f"Tin {pair[0]} mới") for place, pair in enumerate(PAIRS)])
    store.put([make_check(f"tone-{old}", f"a {old} b") for old, _ in TONES])


def raw_ids(raw: Elasticsearch, prefix: str, query: dict[str, object]) -> set[str]:
    """Return the ids that a raw query finds."""
    index = f"{prefix}-fact_checks"
    raw.indices.refresh(index=index)
    return {hit["_id"] for hit in raw.search(index=index, query=query, size=100)["hits"]["hits"]}


@pytest.mark.usefixtures("_filled")
def test_raw_queries_fold(raw: Elasticsearch, shared_prefix: str) -> None:
    """F28 through `match`, `match_phrase` and `query_string`, with queries as people type them."""
    for place, (_, asked) in enumerate(PAIRS):
        match = {"match": {"claim": {"query": asked, "operator": "and"}}}
        phrase = {"match_phrase": {"claim": asked}}
        typed = {"query_string": {"query": f'"{asked}"', "default_field": "claim"}}
        for query in (match, phrase, typed):
            assert str(place) in raw_ids(raw, shared_prefix, query), (asked, query)


@pytest.mark.usefixtures("_filled")
def test_raw_queries_of_another_word_find_nothing(raw: Elasticsearch, shared_prefix: str) -> None:
    """Folding makes no word equal to another one's letters."""
    assert raw_ids(raw, shared_prefix, {"match": {"claim": "danang"}}) == set()
    assert raw_ids(raw, shared_prefix, {"match_phrase": {"claim": "nẵng đà"}}) == set()


@pytest.mark.usefixtures("_filled")
@pytest.mark.parametrize(("old", "new"), TONES)
def test_raw_exact_queries_take_both_tone_placements(
    raw: Elasticsearch, shared_prefix: str, old: str, new: str
) -> None:
    """The sub-field `exact` keeps marks; old, new and decomposed placement are one word there."""
    wanted = f"tone-{old}"

    for asked in (old, new, decomposed(old), new.upper()):
        assert wanted in raw_ids(raw, shared_prefix, {"match": {"claim.exact": asked}})
    assert raw_ids(raw, shared_prefix, {"match": {"claim.exact": "hoa"}}) == set()
