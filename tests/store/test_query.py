"""How a query is read: words folded, quoted phrases exact, everything else plain text."""

import pytest

from kiemchung.store.query import QUERY_WORDS, TOKEN_LIMIT, Query, parse
from tests.store.samples import HOSTILE

READINGS = {
    "Đà Nẵng": Query(("da", "nang"), ()),
    "da da DA": Query(("da",), ()),
    '"Đà Nẵng" bão': Query(("bao",), (("đà", "nẵng"),)),
    "“hòa bình” «thuý»": Query((), (("hoà", "bình"), ("thuý",))),
    'mở "ngoặc': Query(("mo", "ngoac"), ()),
    '"a" "a"': Query((), (("a",),)),
    '""': Query((), ()),
    "1.000.000": Query(("1", "000"), ()),
    "a AND NOT b:*": Query(("a", "and", "not", "b"), ()),
    "vắc-xin_cúm": Query(("vac", "xin", "cum"), ()),
}


@pytest.mark.parametrize("query", READINGS)
def test_readings(query: str) -> None:
    """Words lose their marks, phrases keep them, signs are nothing."""
    assert parse(query) == READINGS[query]


def test_no_query_fails_or_grows() -> None:
    """Whatever is asked, a bounded number of bounded words is looked for."""
    for query in HOSTILE:
        read = parse(query)
        tokens = [*read.words, *(token for phrase in read.phrases for token in phrase)]
        assert len(tokens) <= QUERY_WORDS
        assert all(len(token) <= TOKEN_LIMIT for token in tokens)


def test_an_empty_query_knows_it() -> None:
    """A query without words is empty."""
    assert parse("!?").empty
    assert not parse('"a"').empty
