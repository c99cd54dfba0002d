"""What a search asks for, the same for every store: words folded, quoted phrases with their marks.

There is no query language besides quotes. Operators, wildcards, markup and every other sign are
plain text, so that a query can neither fail nor reach further than its words.
"""

import re

import msgspec

from kiemchung.records import stable_id
from kiemchung.text import FOLDS, RUN_LIMIT, TEXT_LIMIT, VOWEL_PAIRS, fold_text, normalise, tokens

TOKEN_LIMIT = RUN_LIMIT
"""Characters of a token that are indexed and compared; far below any engine's own limit."""
QUERY_WORDS = 100
"""Different words of a query that are looked for; the rest is ignored."""
HITS_LIMIT = 10_000
"""Hits that a search returns at most, whatever its `limit`."""
FOLDING = stable_id("1", str(TOKEN_LIMIT), str(FOLDS), str(VOWEL_PAIRS))
"""Names how text became tokens: an index made with another one has to be made anew."""

QUOTES = '"“”„«»'
QUOTED = re.compile(f"[{QUOTES}]([^{QUOTES}]*)[{QUOTES}]")


class Query(msgspec.Struct, frozen=True):
    """Folded words that must all stand in a record, and exact phrases that must too."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]

    @property
    def empty(self) -> bool:
        """Tell whether nothing was asked for; such a query finds nothing."""
        return not self.words and not self.phrases


def parse(query: str) -> Query:
    """Read `query`. Never fails; an unpaired quote is plain text."""
    text = query[:TEXT_LIMIT]
    phrases = (tuple(exact_tokens(quoted)[:QUERY_WORDS]) for quoted in QUOTED.findall(text))
    words = dict.fromkeys(folded_tokens(QUOTED.sub(" ", text)))
    return Query(
        tuple(words)[:QUERY_WORDS],
        tuple(dict.fromkeys(filter(None, phrases)))[:QUERY_WORDS],
    )


def folded_tokens(text: str) -> list[str]:
    """Return the tokens of `text` by which words are compared: no marks, no case."""
    return [token[:TOKEN_LIMIT] for token in tokens(fold_text(text))]


def exact_tokens(text: str) -> list[str]:
    """Return the tokens of `text` by which quoted phrases are compared: marks kept, no case."""
    return [token[:TOKEN_LIMIT] for token in tokens(normalise(text).lower())]
