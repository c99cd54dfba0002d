"""The project's own labelled texts: `labelled/`, read, checked and split by scenario.

What was written, how, and with which limits: `labelled/README.md`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from kiemchung.errors import InputError
from kiemchung.paths import LABELLED
from kiemchung.vocabulary import Harm, IndicatorType


class Split(StrEnum):
    """What a text may be used for. Nothing is trained or tuned on `gate`; `test` is run once."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"
    GATE = "gate"


class Writing(StrEnum):
    """How a text is written."""

    MARKED = "marked"
    UNMARKED = "unmarked"
    SOCIAL = "social"
    OBFUSCATED = "obfuscated"
    CAPITALS = "capitals"
    MIXED = "mixed"


GATED = frozenset(("protected", "news"))
"""Packs of which half is a gate."""
GATE_SHARE = 0.5
SHARES = ((Split.TRAIN, 0.6), (Split.DEV, 0.8), (Split.TEST, 1.0))
"""The rest of a pack up to which point of the scenario's place between 0 and 1 is which."""


class Copied(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An indicator as a reader would copy it."""

    type: IndicatorType
    text: str


class LabelledText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text and what is said of it.

    `harms` are of the four that are learned; none of them is a label of its own. `kind` says what
    the text is, in the words of whoever wrote it. Texts of one `scenario` are never split.
    `indicators` stand in the order of the text. `copy_of` names the text of a planned near-copy.
    """

    id: str
    text: str
    harms: tuple[Harm, ...]
    check_worthy: bool
    kind: str
    scenario: str
    writing: Writing
    indicators: tuple[Copied, ...]
    copy_of: str = ""

    @property
    def pack(self) -> str:
        """Return the file in which the text stands."""
        return self.id.rpartition("-")[0]

    @property
    def split(self) -> Split:
        """Return the text's split: its scenario's place among all numbers decides."""
        digest = hashlib.sha256(self.scenario.encode()).digest()
        place = int.from_bytes(digest[:4], "big") / 2**32
        if self.pack in GATED:
            if place < GATE_SHARE:
                return Split.GATE
            place = (place - GATE_SHARE) / (1.0 - GATE_SHARE)
        return next(split for split, upto in SHARES if place < upto)

    def spans(self) -> Iterator[tuple[IndicatorType, int, int]]:
        """Yield the type, start and end of each indicator in `text`."""
        last = 0
        for indicator in self.indicators:
            start = self.text.index(indicator.text, last)
            last = start + len(indicator.text)
            yield indicator.type, start, last


def read_labelled(folder: Path = LABELLED, splits: Sequence[Split] = ()) -> list[LabelledText]:
    """Return the texts of `folder`, in the order of files and lines; of some `splits`, or of all.

    Raises:
        InputError: a line can't be read, says what isn't so of its text, or repeats an id. It names
            the file and the line.
    """
    texts = [text for file in sorted(folder.glob("*.jsonl")) for text in _read(file)]
    twice = [name for name, count in Counter(text.id for text in texts).items() if count > 1]
    if twice:
        raise InputError(f"labelled texts: the id {twice[0]} stands there twice")
    return [text for text in texts if not splits or text.split in splits]


def _read(file: Path) -> Iterator[LabelledText]:
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            text = msgspec.json.decode(line, type=LabelledText)
            list(text.spans())
        except (msgspec.DecodeError, ValueError) as error:
            raise InputError(f"{file.name}, line {number}: {error}") from error
        if text.pack != file.stem or Harm.FALSE_CLAIM in text.harms:
            raise InputError(f"{file.name}, line {number}: {text.id} doesn't belong there")
        yield text
