"""Words of the interface, in both languages."""

import re
from itertools import chain

import pytest

from kiemchung.crawl_state.health import Cause
from kiemchung.health import Group, State
from kiemchung.paths import ROOT, TEMPLATES
from kiemchung.vocabulary import (
    AnswerKind,
    Harm,
    PublisherType,
    Rating,
    SignalLabel,
    SourceKind,
    Stance,
    Status,
)
from kiemchung.web.words import LANGUAGES, NAMES, WORDS, Word, choose_language, say

LISTS = {
    "harm": [*Harm, *SignalLabel, "evidence"],
    "status": [*Status],
    "rating": [*Rating],
    "stance": [*Stance],
    "publisher": [*PublisherType],
    "source": [*SourceKind],
    "answer": [*AnswerKind],
    "state": [*State],
    "group": [*Group],
    "cause": [*Cause],
}
QUOTED = re.compile(r"""["']([a-z_]+\.[a-z0-9_]+)["']""")


def used_keys() -> set[str]:
    """Return all that looks like a key in the templates and in the code beside the table."""
    code = [
        file
        for file in (ROOT / "kiemchung" / "web").glob("*.py")
        if not file.name.endswith("words.py")
    ]
    texts = (file.read_text() for file in chain(TEMPLATES.glob("*.html"), code))
    return {key for text in texts for key in QUOTED.findall(text)}


@pytest.mark.parametrize("key", WORDS)
def test_every_word_is_there_in_both_languages(key: str) -> None:
    """No text is empty, and both have the same places to fill."""
    texts = [getattr(WORDS[key], language) for language in LANGUAGES]

    assert all(text.strip() for text in texts)
    assert len({frozenset(re.findall(r"{\w+}", text)) for text in texts}) == 1


def test_languages_are_the_tables() -> None:
    """A third language would need a third column and a name."""
    assert Word._fields == LANGUAGES
    assert set(NAMES) == set(LANGUAGES)


def test_every_key_of_the_templates_is_in_the_table() -> None:
    """No page asks for a word that is missing."""
    prefixes = {key.partition(".")[0] for key in WORDS}
    wanted = {key for key in used_keys() if key.partition(".")[0] in prefixes}

    assert {key for key in wanted if not key.endswith(".html")} <= WORDS.keys()


def test_no_word_of_the_table_is_idle() -> None:
    """What no page says any more is taken out."""
    built = {f"{prefix}.{member}" for prefix, members in LISTS.items() for member in members}
    numbered = {key for key in WORDS if re.fullmatch(r"about\.\d+|error\.\d+", key)}

    assert WORDS.keys() - used_keys() - built - numbered == set()


@pytest.mark.parametrize(("prefix", "members"), LISTS.items())
def test_every_member_of_a_closed_list_has_a_word(prefix: str, members: list[str]) -> None:
    """A new harm, rating or publisher type can't reach a page without its words."""
    assert {f"{prefix}.{member}" for member in members} <= WORDS.keys()


def test_places_are_filled() -> None:
    """A number stands where its name stood."""
    assert say("vi", "queue.count", count=7) == "7 cờ chờ thẩm định"


@pytest.mark.parametrize(
    ("wanted", "kept", "accepted", "chosen"),
    [
        (None, None, "", "vi"),
        (None, None, "fr-FR, de;q=0.5", "vi"),
        (None, None, "en-GB,en;q=0.9", "en"),
        (None, None, "en;q=0.5, vi;q=0.8", "vi"),
        (None, None, "fr, en;q=0.4, *;q=0.1", "en"),
        (None, None, "en;q=x", "vi"),
        (None, None, "en;q=0", "vi"),
        (None, "en", "vi", "en"),
        ("vi", "en", "en", "vi"),
        ("xx", "yy", "", "vi"),
    ],
)
def test_the_language_chosen(
    wanted: str | None, kept: str | None, accepted: str, chosen: str
) -> None:
    """What is asked for, then what was chosen before, then the browser's; Vietnamese first."""
    assert choose_language(wanted, kept, accepted) == chosen
