"""Cuts a post's text at its highlights, losing not a character: the pieces joined are the text."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from kiemchung.records import Flag, Signal

EVIDENCE = "evidence"


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Why a span of the text stands out. `kind` is a signal's label or EVIDENCE.

    `whole` notes speak of the whole text and are not drawn in it.
    """

    number: int
    kind: str
    start: int
    end: int
    quote: str
    whole: bool
    signal: Signal | None = None
    fact_check: str | None = None


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A slice of the text. `notes` lie on it, `ending` are those of them that end with it."""

    text: str
    notes: tuple[Note, ...]
    ending: tuple[Note, ...]


def find_notes(flag: Flag) -> list[Note]:
    """Return the notes of a flag, numbered from 1 in order of place."""
    found: list[tuple[int, int, str, Signal | None, str | None]] = [
        (signal.start, signal.end, signal.label.value, signal, None) for signal in flag.signals
    ]
    found += [(e.start, e.end, EVIDENCE, None, e.fact_check) for e in flag.evidence]
    found.sort(key=lambda span: span[:3])
    return [
        _note(flag.text, number, *span) for number, span in enumerate(found, 1) if span[1] > span[0]
    ]


def _note(
    text: str, number: int, start: int, end: int, kind: str, *about: Signal | str | None
) -> Note:
    signal, fact_check = about
    end = min(end, len(text))
    return Note(
        number=number,
        kind=kind,
        start=start,
        end=end,
        quote=text[start:end],
        whole=signal is not None and start == 0 and end == len(text),
        signal=signal if isinstance(signal, Signal) else None,
        fact_check=fact_check if isinstance(fact_check, str) else None,
    )


def cut(text: str, notes: Sequence[Note]) -> list[Piece]:
    """Cut `text` wherever a drawn note begins or ends. Joined, the pieces' texts are `text`."""
    drawn = [note for note in notes if not note.whole and note.start < note.end]
    edges = sorted({0, len(text), *_edges(drawn)})
    return [_piece(text, start, end, drawn) for start, end in pairwise(edges)]


def _edges(notes: Iterable[Note]) -> Iterable[int]:
    for note in notes:
        yield note.start
        yield note.end


def _piece(text: str, start: int, end: int, notes: Iterable[Note]) -> Piece:
    over = tuple(note for note in notes if note.start <= start and end <= note.end)
    ending = tuple(note for note in over if note.end == end)
    return Piece(text=text[start:end], notes=over, ending=ending)
