"""How Elasticsearch turns text into tokens: `kiemchung.text` said again in its own terms.

Kibana and raw queries have no Python before them, so the index itself folds. Everything here is
made from the tables of `kiemchung.text`; a test holds both to the same tokens on a real node.
"""

import unicodedata
from itertools import permutations
from typing import Any

from kiemchung.store.query import TOKEN_LIMIT
from kiemchung.text import FOLDS, STRETCHED, VOWEL_PAIRS, ZERO_WIDTH

LETTERS = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
LETTERS_OR_DIGITS = r"[\p{L}\p{N}]+"
"""What `kiemchung.text.tokens` splits into, as Java writes it."""


def analysis() -> dict[str, Any]:
    """Return the `analysis` settings of every index.

    `folded` compares without marks and case, `exact` keeps the marks, `words` makes pairs of
    folded syllables.
    """
    placed = {f"placed_{place}": tones for place, tones in enumerate(_tones())}
    folded = {"char_filter": ["folds", "stretched"], "tokenizer": "letters"}
    return {
        "char_filter": {
            "folds": {"type": "mapping", "mappings": _mappings(FOLDS)},
            "stretched": _replace(STRETCHED.pattern, "$1"),
            "zero_width": {
                "type": "mapping",
                "mappings": _mappings(dict.fromkeys(map(ord, ZERO_WIDTH), "")),
            },
            "composed": {"type": "mapping", "mappings": _compositions()},
            **placed,
        },
        "tokenizer": {"letters": {"type": "pattern", "pattern": LETTERS_OR_DIGITS, "group": 0}},
        "filter": {
            "cut": {"type": "truncate", "length": TOKEN_LIMIT},
            "pairs": {"type": "shingle", "output_unigrams": False},
        },
        "analyzer": {
            "folded": {"type": "custom", **folded, "filter": ["cut"]},
            "words": {"type": "custom", **folded, "filter": ["cut", "pairs"]},
            "exact": {
                "type": "custom",
                "char_filter": ["zero_width", "composed", *placed],
                "tokenizer": "letters",
                "filter": ["lowercase", "cut"],
            },
        },
    }


def _tones() -> list[dict[str, str]]:
    """Return one filter for each old place of a tone mark (`òa`), after which it is the new one."""
    # What may not follow is what `[^\W\d_]` takes in Python: letters, and numbers like `²`.
    end = r"(?![\p{L}\p{Nl}\p{No}])"
    return [_replace(f"(?iu)(?<!q){old}{end}", new) for old, new in VOWEL_PAIRS.items()]


def _replace(pattern: str, replacement: str) -> dict[str, str]:
    return {"type": "pattern_replace", "pattern": pattern, "replacement": replacement}


def _compositions() -> list[str]:
    """Return rules that compose what NFC composes, for all Latin letters with marks."""
    rules = {}
    for letter in map(chr, LETTERS):
        base, *marks = list(unicodedata.normalize("NFD", letter))
        for order in permutations(marks):
            for kept in range(len(order)):
                prefix = unicodedata.normalize("NFC", base + "".join(order[:kept]))
                spelled = prefix + "".join(order[kept:])
                if unicodedata.normalize("NFC", spelled) == letter != spelled:
                    rules[spelled] = letter
    return [f"{_escape(spelled)}=>{_escape(letter)}" for spelled, letter in sorted(rules.items())]


def _mappings(table: dict[int, str]) -> list[str]:
    return [f"{_escape(chr(code))}=>{_escape(to)}" for code, to in sorted(table.items())]


def _escape(text: str) -> str:
    """Write `text` so that the rule's parser trims nothing of it."""
    return "".join(f"\\u{ord(character):04x}" for character in text)
