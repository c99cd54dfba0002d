"""Counts of what was found against what was labelled."""

import pytest

from nlp.evaluation import Tally, tally


def test_hits_false_alarms_and_misses_are_counted() -> None:
    """Each text is one of the three, or rightly nothing."""
    wanted = [True, True, True, False, False]
    found = [True, True, False, True, False]

    assert tally(wanted, found) == Tally(hits=2, false_alarms=1, misses=1)


def test_the_shares_are_those_of_the_books() -> None:
    """Precision, recall and their harmonic mean."""
    counts = Tally(hits=6, false_alarms=2, misses=4)

    assert (counts.precision, counts.recall) == (0.75, 0.6)
    assert counts.f1 == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))


def test_a_share_of_nothing_is_no_number() -> None:
    """Where nothing was found or nothing is there, no figure is made up."""
    assert tally([False], [False]).f1 is None
    assert tally([True], [False]).precision is None
    assert tally([False], [True]).recall is None


def test_what_is_wanted_and_found_must_be_of_the_same_texts() -> None:
    """Lists of different length can't be compared."""
    with pytest.raises(ValueError, match="shorter"):
        tally([True, False], [True])
