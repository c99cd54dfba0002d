"""What could be a Vietnamese syllable."""

import pytest

from crawlers.syllables import is_syllable


@pytest.mark.parametrize(
    "word",
    [
        "nghiêng",
        "khuỷu",
        "quyết",
        "giếng",
        "gì",
        "già",
        "oà",
        "òa",
        "thuý",
        "thúy",
        "ngoằn",
        "yêu",
        "ý",
        "Đặng",
        "ƯỚC",
        "xoong",
        "quốc",
        "ở",
    ],
)
def test_syllables_are_known(word: str) -> None:
    """Onset, rhyme and tone fit, wherever the tone mark stands."""
    assert is_syllable(word)


@pytest.mark.parametrize(
    "word",
    [
        "été",
        "naïf",
        "über",
        "ngiêng",
        "kà",
        "cế",
        "ghà",
        "các2",
        "càc",
        "tôt",
        "strào",
        "đđ",
        "à́",
        "ăn̂",
        "Tröôøng",
        "tr\xadêng",
    ],
)
def test_others_are_not(word: str) -> None:
    """Foreign words, and rules of spelling broken, are told."""
    assert not is_syllable(word)
