"""One reading of a text: what is masked, indicators, signals and matches. No store, no network."""

from collections.abc import Sequence

import msgspec

from kiemchung.masking import find_contacts, mask
from kiemchung.records import FactCheck, Indicator, Match, Signal
from kiemchung.text import ASTRIDE, clean, fold, truncate
from nlp import matching, stories
from nlp.detectors import DETECTORS
from nlp.features import Features
from nlp.indicators import indicators_of

VERSION = "+".join([*(f"{d.NAME}-{d.VERSION}" for d in DETECTORS), f"matching-{matching.VERSION}"])
"""Names all that made signals and matches; stored with them."""


TITLE_LIMIT = 1_000
"""Characters of a title that are read."""


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A text that may be written down: masked, of the length given (or cut, and said so)."""

    text: str
    title: str = ""
    url: str = ""
    indicators: tuple[Indicator, ...] = ()
    truncated: bool = False


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the detectors and the matcher found in one text."""

    signals: tuple[Signal, ...]
    matches: tuple[Match, ...]
    shingles: stories.Shingles


def prepare(text: str, *, title: str = "", url: str = "") -> Prepared:
    """Clean, cut and mask a text; its indicators are found before they are masked."""
    short, truncated = truncate(clean(text))
    # A number astride the cut is masked whole, so a little more is read than is kept.
    longer = clean(text[: len(short) + ASTRIDE])
    folded = fold(longer, shorten=False)
    contacts = find_contacts(longer, folded)
    indicators = indicators_of(longer, contacts, folded)
    return Prepared(
        text=mask(longer, contacts)[: len(short)],
        title=mask(clean(title[:TITLE_LIMIT])),
        url=url,
        indicators=tuple(each for each in indicators if each.end <= len(short)),
        truncated=truncated,
    )


class Analyser:
    """Reads texts in batches against a fixed set of fact-checks."""

    def __init__(self, checks: Sequence[FactCheck]) -> None:
        """Index the claims of `checks`."""
        self._matcher = matching.Matcher(checks)
        self._urls = {check.id: check.url for check in checks}

    def analyse(self, batch: Sequence[Prepared]) -> list[Reading]:
        """Return the reading of each text, in order. Equal texts get equal readings."""
        features = _features(batch)
        found: list[list[Signal]] = [[] for _ in batch]
        for detector in DETECTORS:
            for signals, more in zip(found, detector.detect(features), strict=True):
                signals.extend(more)
        return [
            Reading(
                signals=tuple(signals),
                matches=self._matches(prepared, each),
                shingles=stories.shingles(each.words),
            )
            for prepared, each, signals in zip(batch, features, found, strict=True)
        ]

    def match(self, batch: Sequence[Prepared]) -> list[tuple[Match, ...]]:
        """Return the matches of each text alone, in order."""
        pairs = zip(batch, _features(batch), strict=True)
        return [self._matches(prepared, each) for prepared, each in pairs]

    def _matches(self, prepared: Prepared, features: Features) -> tuple[Match, ...]:
        """Match, but for the check that this very page publishes."""
        return tuple(
            match
            for match in self._matcher.match(features)
            if not prepared.url or self._urls[match.fact_check] != prepared.url
        )


def _features(batch: Sequence[Prepared]) -> list[Features]:
    return [Features(p.text, title=p.title, indicators=p.indicators) for p in batch]
