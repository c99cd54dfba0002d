"""A spaCy language for Vietnamese whose words come from underthesea and whose text stays verbatim.

underthesea's patterns are worse than linear on unbroken runs and fail on some Unicode, so it is
handed a line or a part of one at a time, in NFC, without runs of over `RUN_LIMIT` characters, and
nothing behind `TEXT_LIMIT`: what it isn't handed is split at white space.
"""

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import DummyTokenizer, registry
from spacy.vocab import Vocab

from kiemchung.text import RUN_LIMIT, TEXT_LIMIT, ZERO_WIDTH, Mapped, clean, normalise

TOKENIZER = "kiemchung.underthesea_tokenizer.v1"
"""The registered name; a tokenizer that cuts otherwise gets another number."""
PHRASE_LIMIT = 1_000
"""Characters after which a line is cut before the next run: its features cost memory."""
RUN = re.compile(r"\S+")


def build_language() -> Language:
    """Return a blank Vietnamese pipeline, without a download.

    `language(text).text == clean(text)` for every `text` of up to `language.max_length` characters;
    a token is a word of one or more syllables as it was written, or white space that is more than
    one space. It is saved by the tokenizer's name alone: import this module before `spacy.load`.
    """
    return spacy.blank("vi", config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER}}})


class UndertheseaTokenizer(DummyTokenizer):
    """Cuts texts into words; it has no state to save but the vocabulary it shares."""

    def __init__(self, vocab: Vocab) -> None:
        """Make tokens of `vocab`."""
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Return the words of `text`; lone surrogates and nulls become U+FFFD first."""
        text = clean(text)
        tokens = list(_tokens(text, word_spans(text)))
        words, spaces = [word for word, _ in tokens], [space for _, space in tokens]
        return Doc(self.vocab, words=words, spaces=spaces)


@registry.tokenizers(TOKENIZER)  # type: ignore[untyped-decorator]  # catalogue has no types
def create_tokenizer() -> Callable[[Language], UndertheseaTokenizer]:
    """Return what spaCy builds the tokenizer with."""
    return lambda language: UndertheseaTokenizer(language.vocab)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of the words of `text` in order; only white space lies between them.

    Linear in the length of `text`. No word crosses a line break.
    """
    starts = [start for phrase in _phrases(text) for start in _word_starts(phrase)]
    return [(a, a + len(text[a:b].rstrip())) for a, b in pairwise([*starts, len(text)])]


class _Run:
    """Characters without white space between: their place, and what underthesea is handed."""

    def __init__(self, start: int, text: str) -> None:
        self.start = start
        self.bare = _bare(text) if len(text) <= RUN_LIMIT and start < TEXT_LIMIT else Mapped("")

    def places(self) -> list[int]:
        """Return where each character of `bare.text` began in the whole text."""
        return [self.start + self.bare.span(i, i)[0] for i in range(len(self.bare.text))]

    def follows(self, before: "_Run", gap: str) -> bool:
        """Tell whether a word may hold this run and the one `before` the `gap`."""
        return bool(self.bare.text and before.bare.text) and "\n" not in gap


def _phrases(text: str) -> Iterator[list[_Run]]:
    """Yield the runs of `text` by what is segmented together; one that isn't handed on is alone."""
    phrase: list[_Run] = []
    end = 0
    for match in RUN.finditer(text):
        run = _Run(match.start(), match.group())
        long = phrase and run.start - phrase[0].start >= PHRASE_LIMIT
        if phrase and (long or not run.follows(phrase[-1], text[end : run.start])):
            yield phrase
            phrase = []
        phrase.append(run)
        end = match.end()
    if phrase:
        yield phrase


def _word_starts(phrase: Sequence[_Run]) -> list[int]:
    """Return where the words of a phrase begin in the whole text."""
    places = [place for run in phrase for place in run.places()]
    # With tone marks placed in one way it is as long, and is cut alike whichever was written.
    line = normalise(" ".join(run.bare.text for run in phrase))
    words = _segmenter()(line) if places else []
    ends = list(accumulate(len(word.replace(" ", "")) for word in words))
    # Where composing joins more than a letter and its marks (Hangul) it isn't as long.
    if not ends or ends[-1] != len(places):
        return [run.start for run in phrase]
    starts = (places[begin] for begin in (0, *ends[:-1]))
    # A base letter and its marks are one place: it begins one word only.
    return sorted({phrase[0].start, *starts})


def _bare(run: str) -> Mapped:
    """Return `run` in NFC without zero-width characters, mark by mark, with the places."""
    if run.isascii():
        return Mapped(run)
    clusters: list[tuple[int, str]] = []
    for place, character in enumerate(run):
        if clusters and unicodedata.combining(character):
            start, cluster = clusters[-1]
            clusters[-1] = start, cluster + character
        elif character not in ZERO_WIDTH:
            clusters.append((place, character))
    composed = [(place, unicodedata.normalize("NFC", cluster)) for place, cluster in clusters]
    starts = (*(place for place, cluster in composed for _ in cluster), len(run))
    return Mapped("".join(cluster for _, cluster in composed), starts)


def _tokens(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Yield the tokens of `text`, each with whether one space follows it."""
    if blank := text[: spans[0][0] if spans else len(text)]:
        yield blank, False
    for (start, end), (after, _) in pairwise([*spans, (len(text), len(text))]):
        spaced = text[end : end + 1] == " "
        yield text[start:end], spaced
        if blank := text[end + spaced : after]:
            yield blank, False


@cache
def _segmenter() -> Callable[..., list[str]]:
    """Import underthesea, which takes a second, and leave the root logger as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    from underthesea import word_tokenize

    root.handlers[:] = handlers
    root.setLevel(level)
    return lambda text: word_tokenize(text, use_token_normalize=False)
