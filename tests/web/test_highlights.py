"""Highlights lose not a character of the post."""

from hypothesis import given
from hypothesis import strategies as st

from kiemchung.vocabulary import SignalLabel
from kiemchung.web.highlights import Note, cut, find_notes
from tests.web.seed import LEMON, a_flag, a_signal, lemon_flag, scam_flag

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def some_notes(text: str, spans: list[tuple[int, int]]) -> list[Note]:
    """Build notes on the given spans."""
    return [
        Note(number=n, kind="scam", start=a, end=b, quote=text[a:b], whole=False)
        for n, (a, b) in enumerate(spans, 1)
        if a < b <= len(text)
    ]


@given(st.text(max_size=40), SPANS)
def test_the_pieces_are_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    """Whatever overlaps, the pieces joined are the post's text."""
    assert "".join(piece.text for piece in cut(text, some_notes(text, spans))) == text


@given(st.text(min_size=1, max_size=40), SPANS)
def test_each_note_covers_its_slice(text: str, spans: list[tuple[int, int]]) -> None:
    """The pieces under a note are exactly its words, and it ends at one of them."""
    notes = some_notes(text, spans)
    pieces = cut(text, notes)

    for note in notes:
        assert "".join(p.text for p in pieces if note in p.notes) == note.quote
        assert sum(note in p.ending for p in pieces) == 1


def test_a_signal_on_the_whole_text_is_listed_but_not_drawn() -> None:
    """A text that is marked from end to end says nothing about where."""
    flag = scam_flag()
    notes = find_notes(flag)

    assert [note.whole for note in notes] == [True, False, False, False, False]
    assert all(not note.whole for piece in cut(flag.text, notes) for note in piece.notes)


def test_evidence_and_signals_are_numbered_by_place() -> None:
    """A reader finds the notes in the order of the text."""
    notes = find_notes(lemon_flag())

    assert [note.number for note in notes] == [1, 2, 3, 4]
    assert [note.start for note in notes] == sorted(note.start for note in notes)
    assert [note.kind for note in notes] == ["evidence", "evidence", "health", "health"]


def test_a_span_that_reaches_past_the_end_is_cut_there() -> None:
    """A signal of another version of the text breaks no page."""
    signal = a_signal(LEMON * 2, LEMON, SignalLabel.SCAM, "x", 0.5)
    flag = a_flag("dai", LEMON[:-5], signals=(signal,))

    assert [note.end for note in find_notes(flag)] == [len(LEMON) - 5]
