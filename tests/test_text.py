"""The one definition of folded and normal text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiemchung.text import clean, fold, fold_text, normalise, truncate

ANY_TEXT = st.text(max_size=200)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đà Nẵng", "da nang"),
        (unicodedata.normalize("NFD", "Đà Nẵng"), "da nang"),
        ("hoà bình", "hoa binh"),
        ("hòa bình", "hoa binh"),
        ("ngonnnnn quá", "ngon qua"),
        ("Tеlegrаm", "telegram"),
        ("mã\u200b OTP", "ma otp"),
        ("ＯＴＰ", "otp"),
        ("", ""),
    ],
)
def test_fold_removes_case_marks_and_disguises(text: str, folded: str) -> None:
    """One word is one folded word, however it is written."""
    assert fold_text(text) == folded


@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    """Folding is idempotent."""
    once = fold_text(text)

    assert fold_text(once) == once


@given(ANY_TEXT)
def test_every_folded_span_leads_back_into_the_text(text: str) -> None:
    """The map covers the text: places rise, begin at a character and end with the text."""
    folded = fold(text)
    starts = folded.starts if folded.starts is not None else tuple(range(len(text) + 1))

    assert len(starts) == len(folded.text) + 1
    assert list(starts) == sorted(starts)
    assert starts[-1] == len(text)


def test_a_span_of_decomposed_text_takes_its_marks_along() -> None:
    """A word found in the folded form is a whole word of the input."""
    text = unicodedata.normalize("NFD", "ở Đà Nẵng nhé")
    folded = fold(text)
    start = folded.text.index("nang")

    begin, end = folded.span(start, start + 4)

    assert text[begin:end] == unicodedata.normalize("NFD", "Nẵng")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hòa", "hoà"), ("thúy", "thuý"), ("khỏe", "khoẻ"), ("lõa", "loã"), ("thủy", "thuỷ"),
        ("HÒA", "HOÀ"), ("lũy", "luỹ"), ("xòe", "xoè"), ("tọa", "toạ"), ("hóa", "hoá"),
        ("xóe", "xoé"), ("hỏa", "hoả"), ("nhòe", "nhoè"), ("tùy", "tuỳ"), ("ngoẹ", "ngoẹ"),
        ("lụy", "luỵ"),
    ],
)  # fmt: skip
def test_old_and_new_tone_places_meet(old: str, new: str) -> None:
    """Both ways to place a tone mark have one normal form (F28)."""
    assert normalise(old) == normalise(new) == new


@pytest.mark.parametrize("text", ["hoàn toàn", "quý", "quỳ", "hoạt", "thuyền", "quả"])
def test_words_without_a_choice_stay(text: str) -> None:
    """Where the tone mark has one place, nothing moves."""
    assert normalise(text) == text


@given(ANY_TEXT)
def test_normal_text_is_composed(text: str) -> None:
    """The normal form is NFC and stays what it is."""
    normal = normalise(text)

    assert normalise(normal) == normal


def test_clean_keeps_the_length() -> None:
    """A lone surrogate or a null becomes one replacement character."""
    assert clean("a\ud800b\x00c") == "a\ufffdb\ufffdc"


def test_a_cut_is_said() -> None:
    """Only a text over the limit is cut."""
    assert truncate("a" * 20_000) == ("a" * 20_000, False)
    assert truncate("a" * 20_001) == ("a" * 20_000, True)
