"""A publisher's words, and numbers where words say nothing, become one of five ratings."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiemchung.ratings import BARE, MARKED, rating_of
from kiemchung.vocabulary import Rating

PUBLISHED = {
    Rating.FALSE: [
        "Sai",
        "SAI SỰ THẬT",
        "Giả",
        "Tin giả!",
        "Không đúng",
        "Thông tin này sai sự thật",
        "Sai: sự thật là đập không vỡ",
        "Sai su that",
        "gia",
        "False",
        "Mostly False",
        "Pants on Fire",
        "Đánh giá: Sai",
    ],
    Rating.MISLEADING: [
        "Gây hiểu nhầm",
        "Gây hiểu lầm",
        "Sai một phần",
        "Đúng một phần",
        "Thiếu ngữ cảnh",
        "gay hieu nham",
        "Misleading",
        "Half True",
        "Missing context",
        "True but misleading",
    ],
    Rating.UNPROVEN: [
        "Chưa có cơ sở",
        "Chưa kiểm chứng",
        "Chưa được xác thực",
        "Không có bằng chứng là sai",
        "Unproven",
        "No evidence that it is true",
    ],
    Rating.TRUE: ["Đúng", "Đúng sự thật", "Chính xác", "Đánh giá: đúng", "True", "Correct"],
    Rating.OTHER: [
        "",
        "Châm biếm",
        "Không hoàn toàn sai",
        "Not entirely true",
        "Not false",
        "Giá vàng",
        "Đánh giá",
        "Dùng thử",
        "Sai Gon",
        "things that happen",
        "4",
        "Chưa sai",
    ],
}
WORDS = [(word, rating) for rating, words in PUBLISHED.items() for word in words]
NUMBERS = st.floats(-10, 10, allow_nan=False).map(lambda number: round(number, 2))


@pytest.mark.parametrize(("words", "rating"), WORDS)
def test_published_words_are_understood(words: str, rating: Rating) -> None:
    """Ratings as publishers write them, with and without marks; what is unclear is `other`."""
    assert rating_of(words) is rating


@pytest.mark.parametrize("lexicon", [MARKED, BARE])
def test_each_known_phrase_has_the_rating_it_is_listed_under(lexicon: object) -> None:
    """No phrase of the lists is read as another rating than its own."""
    for phrase, rating in lexicon.whole.items():  # type: ignore[attr-defined]
        assert rating_of(phrase) is rating
        assert rating_of(f" {phrase.upper()}. ") is rating


@pytest.mark.parametrize(
    ("value", "rating"),
    [
        (1, Rating.FALSE),
        ("1", Rating.FALSE),
        ("1,5", Rating.FALSE),
        (3, Rating.MISLEADING),
        (5, Rating.TRUE),
        (9, Rating.OTHER),
        ("-", Rating.OTHER),
        (None, Rating.OTHER),
        (math.nan, Rating.OTHER),
    ],
)
def test_numbers_count_on_their_scale(value: object, rating: Rating) -> None:
    """Without words, the place between worst and best decides; off the scale it says nothing."""
    assert rating_of("", value, 1, 5) is rating


def test_words_outrank_numbers() -> None:
    """A number that says otherwise doesn't change what the words say."""
    assert rating_of("Sai", 5, 1, 5) is Rating.FALSE


@given(NUMBERS, NUMBERS, NUMBERS)
def test_true_and_false_never_meet(value: float, worst: float, best: float) -> None:
    """One value on one scale is never true one way round and true the other, nor false twice."""
    one, other = rating_of("", value, worst, best), rating_of("", value, best, worst)

    assert not (one is other and one in {Rating.TRUE, Rating.FALSE})
    assert {one, other} != {Rating.TRUE, Rating.MISLEADING}


@given(st.text(max_size=60))
def test_any_words_give_one_rating(words: str) -> None:
    """Whatever a page calls its rating, the answer is one of the five, and the same each time."""
    assert rating_of(words) is rating_of(words)
    assert rating_of(words) in set(Rating)


@pytest.mark.parametrize(
    "words",
    [
        "Chưa thể khẳng định là sai",
        "Không có căn cứ để nói là sai",
        "Khong co can cu de noi la tin gia",
        "We could not determine whether this is false",
        "Not rated: claim may be false",
        "Có thể sai",
        "false?",
        "Đúng hay sai?",
    ],
)
def test_hedges_and_questions_decide_nothing(words: str) -> None:
    """What a publisher leaves open stays open: `false` is never guessed."""
    assert rating_of(words) is Rating.OTHER
