"""The detectors, in the order in which they run. A new one is one file plus its line here."""

from collections.abc import Sequence
from typing import Protocol

from kiemchung.records import Signal
from kiemchung.vocabulary import SignalLabel
from nlp.detectors import abuse, check_worthiness, emergency, health, scam
from nlp.features import Features


class Detector(Protocol):
    """What a detector module offers. `NAME` is its file's stem; `VERSION` changes with its rules."""

    NAME: str
    VERSION: str
    LABEL: SignalLabel

    def detect(self, batch: Sequence[Features]) -> list[list[Signal]]:
        """Return the signals of each text, in order; [] where it has nothing to say."""


DETECTORS: tuple[Detector, ...] = (scam, health, emergency, abuse, check_worthiness)
