"""The spaCy language: words of several syllables, a text that stays verbatim, bounded work."""

import json
import pickle
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from kiemchung.text import RUN_LIMIT, TEXT_LIMIT, clean
from nlp.language import TOKENIZER, build_language, word_spans

SENTENCE = "Bác sĩ bây giờ có thể thản nhiên báo tin bệnh nhân bị ung thư"
WORDS = ["Bác sĩ", "bây giờ", "có thể", "thản nhiên", "báo", "tin", "bệnh nhân", "bị", "ung thư"]
EXPLOSIVE = [
    "a.a.a.", "1.1.1.", "a-a-a-", "http://(", "((((", "a@a@", "a_a_", "e\u0301\u0323\u0302",
    "\u0301", "\u200b", "A.B.", "1x1x", "v.v.", ":D:D", "Đ&Đ&",
]  # fmt: skip
MOST_PER_DOUBLING = 2.5
LEAST = 0.002
"""Seconds; less can't be told apart from the noise of the machine."""
pieces = st.sampled_from(
    ["ngân hàng", " ", "  ", "\n", "\t", "\u200b", "\u0301", "\u0323", "đ", "1.1.", "(", "://",
     "😀", "👨\u200d👩\u200d👧", "\u1100\u1161", "\ufeff", "_", "\x00", "\ud800", "\u2028",
     "\x85", "\u0958"]
)  # fmt: skip
texts = st.one_of(
    st.text(),
    st.text(alphabet=st.characters(exclude_categories=())),
    st.lists(pieces, max_size=60).map("".join),
)


@pytest.fixture(scope="module")
def language() -> Language:
    """Return the language."""
    return build_language()


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are written there."""
    return [text[start:end] for start, end in word_spans(text)]


def test_words_have_several_syllables(language: Language) -> None:
    """A token is a word, not a syllable."""
    assert [token.text for token in language(SENTENCE)] == WORDS
    assert language.lang == "vi"


@settings(deadline=None, max_examples=300)
@given(text=texts)
def test_no_text_is_altered(language: Language, text: str) -> None:
    """A document holds its text exactly, and every token is a slice of it."""
    document = language(text)

    assert document.text == clean(text)
    assert all(
        document.text[token.idx : token.idx + len(token)] == token.text for token in document
    )


@settings(deadline=None, max_examples=100)
@given(text=texts)
def test_words_hold_all_that_is_not_white_space(text: str) -> None:
    """Words come in order, none is empty, and only white space lies between them."""
    spans = word_spans(clean(text))
    edges = [0, *(edge for span in spans for edge in span), len(text)]

    assert edges == sorted(edges)
    assert all(start < end for start, end in spans)
    assert "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)).strip() == ""


@pytest.mark.parametrize("blank", ["", " ", "   ", "\n", " \n\n ", "\u200b"])
def test_a_text_without_words_stays_too(language: Language, blank: str) -> None:
    """Nothing, white space and invisible characters are kept."""
    assert language(blank).text == blank


def test_a_decomposed_text_has_the_same_words() -> None:
    """NFD is cut where NFC is cut, and kept as NFD."""
    decomposed = unicodedata.normalize("NFD", SENTENCE)

    assert words_of(decomposed) == [unicodedata.normalize("NFD", word) for word in WORDS]


def test_zero_width_characters_do_not_cut_a_word() -> None:
    """A word sees through what hides in it, and keeps it."""
    assert words_of("gọi ngâ\u200bn h\u200dàng ngay") == ["gọi", "ngâ\u200bn h\u200dàng", "ngay"]


def test_the_place_of_the_tone_mark_is_kept() -> None:
    """`hoà` isn't rewritten as `hòa`, and both are cut alike."""
    assert [words_of("hoà bình"), words_of("hòa bình")] == [["hoà bình"], ["hòa bình"]]


def test_no_word_crosses_a_line() -> None:
    """A line break ends a word."""
    assert words_of("ngân\nhàng") == ["ngân", "hàng"]


def test_what_composes_otherwise_falls_back_to_spaces() -> None:
    """Hangul letters, which join when composed, are cut at white space, not in the wrong place."""
    assert words_of("\u1100\u1161\u11a8 abc") == ["\u1100\u1161\u11a8", "abc"]


def test_a_long_run_is_one_token() -> None:
    """An unbroken run over the limit is never cut, and its neighbours are cut as ever."""
    run = "a." * RUN_LIMIT

    assert words_of(f"ngân hàng {run} ung thư") == ["ngân hàng", run, "ung thư"]


def test_behind_the_limit_spaces_cut() -> None:
    """What lies behind the limit of a text is kept, but cut at white space only."""
    text = "x" * TEXT_LIMIT + " ngân hàng"

    assert words_of(text)[-2:] == ["ngân", "hàng"]


def work(text: str) -> float:
    """Return the least processor time, in seconds, of cutting `text` in three tries."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        word_spans(text)
        took.append(time.process_time() - begun)
    return min(took)


@pytest.mark.parametrize("length", [RUN_LIMIT, TEXT_LIMIT])
@pytest.mark.parametrize("pattern", EXPLOSIVE)
def test_work_grows_with_the_length(pattern: str, length: int) -> None:
    """Twice the text takes at most 2.5 times the work, in runs of any length (F14)."""
    run = (pattern * length)[:length] + " "
    text = run * (TEXT_LIMIT // len(run) + 1)
    word_spans(SENTENCE)

    sizes = [TEXT_LIMIT // 8, TEXT_LIMIT // 4, TEXT_LIMIT // 2]
    once, twice, four_times = (work(text[:size]) for size in sizes)

    assert four_times <= MOST_PER_DOUBLING**2 * max(once, LEAST)
    assert four_times <= MOST_PER_DOUBLING * max(twice, LEAST)


def test_it_is_saved_by_name(language: Language, tmp_path: Path) -> None:
    """From disk, from bytes and pickled, it comes back and cuts as before."""
    language.to_disk(tmp_path)
    copies = [
        spacy.load(tmp_path),
        build_language().from_bytes(language.to_bytes()),
        pickle.loads(pickle.dumps(language)),  # noqa: S301 - our own bytes
    ]

    assert [[token.text for token in copy(SENTENCE)] for copy in copies] == [WORDS] * 3
    assert copies[0].config["nlp"]["tokenizer"] == {"@tokenizers": TOKENIZER}


ALONE = """
import json, logging, os, socket, sys

def refuse(*args, **kwargs):
    raise OSError("no network here")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
root = logging.getLogger()
before = (list(root.handlers), root.level)
from nlp.language import build_language
words = [token.text for token in build_language()(sys.argv[1])]
after = (list(root.handlers), root.level)
print(json.dumps([words, before == after, os.listdir(os.environ["HOME"])]))
"""


def test_it_needs_no_network_and_leaves_logging_alone(tmp_path: Path) -> None:
    """In a fresh process without network it works, keeps the root logger, and writes nothing."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE, SENTENCE],
        env={"HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == [WORDS, True, []]
