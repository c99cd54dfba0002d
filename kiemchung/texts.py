"""The contract's `analyse` and `match` over lines of texts: no store, no network."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from kiemchung.errors import InputError
from kiemchung.fact_checks import read_time
from kiemchung.jsonl import Lines, text_of
from kiemchung.pipeline import batched
from kiemchung.reasons import reason
from kiemchung.records import FactCheck, Post, Signal
from kiemchung.triage import Spread, raise_flags
from kiemchung.vocabulary import PostKind, SourceKind
from nlp.analysis import Analyser, Prepared, Reading, prepare
from nlp.stories import find_stories

BATCH = 500
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands in for the first fetch of a text that was never fetched; it is not put out."""
LONE = re.compile("[\ud800-\udfff]")
"""Surrogates, which UTF-8 can't hold."""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the input; `length` is that of the text as given."""

    id: str
    length: int
    prepared: Prepared
    published_at: datetime | None


def text_lines(path: Path, text_field: str = "text") -> Lines[Text]:
    """Read the posts of `path`; a line whose id was there before is a bad line."""
    seen: set[str] = set()

    def read(value: dict[str, Any], _line: bytes) -> Text:
        text = _text(value, text_field)
        if text.id in seen:
            raise InputError(f'"id" {text.id!r} was there before; skipped')
        seen.add(text.id)
        return text

    return Lines(path, read)


def _text(value: dict[str, Any], text_field: str) -> Text:
    key, text = text_of(value, "id"), text_of(value, text_field)
    if LONE.search(key):
        raise InputError(f'"id" {key!r} has half a character (a lone surrogate); skipped')
    return Text(
        id=key,
        length=len(text),
        prepared=prepare(text, title=text_of(value, "title", ""), url=text_of(value, "url", "")),
        published_at=read_time(value, "published_at"),
    )


def analyse_texts(texts: Sequence[Text], checks: Sequence[FactCheck]) -> Iterator[dict[str, Any]]:
    """Yield the contract's output for each of `texts`, in order."""
    analyser = Analyser(checks)
    readings = [
        reading
        for batch in batched(texts, BATCH)
        for reading in analyser.analyse([text.prepared for text in batch])
    ]
    pairs = list(zip(texts, readings, strict=True))
    told = find_stories((text.id, reading.shingles) for text, reading in pairs)
    sizes: dict[str, int] = {}
    for told_of in told.values():
        sizes[told_of] = sizes.get(told_of, 0) + 1
    by_id = {check.id: check for check in checks}
    for text, reading in pairs:
        story = told.get(text.id)
        spread = Spread(story, sizes.get(story or "", 1))
        yield _output(text, reading, by_id, spread)


def match_texts(texts: Sequence[Text], checks: Sequence[FactCheck]) -> Iterator[dict[str, Any]]:
    """Yield the contract's best match for each of `texts`, in order; null when unsure."""
    analyser = Analyser(checks)
    for batch in batched(texts, BATCH):
        found = analyser.match([text.prepared for text in batch])
        for text, matches in zip(batch, found, strict=True):
            best = matches[0] if matches else None
            yield {
                "id": text.id,
                "match": best.fact_check if best else None,
                "score": best.score if best else 0.0,
                "stance": best.stance if best else None,
            }


def _output(
    text: Text, reading: Reading, checks: dict[str, FactCheck], spread: Spread
) -> dict[str, Any]:
    flags = raise_flags(_post(text, reading), checks, None, spread)
    return {
        "id": text.id,
        "flags": [
            {
                "label": flag.label,
                "status": flag.status,
                "priority": flag.priority,
                "reasons": flag.reasons,
            }
            for flag in flags
        ],
        "signals": [_signal(signal, text) for signal in reading.signals],
        "indicators": [
            {"type": each.type, "start": each.start, "end": each.end}
            for each in text.prepared.indicators
        ],
        "matches": [
            {
                "fact_check": each.fact_check,
                "score": each.score,
                "stance": each.stance,
                "state": each.state,
            }
            for each in reading.matches
        ],
        "story": spread.story,
        "truncated": text.prepared.truncated,
    }


def _signal(signal: Signal, text: Text) -> dict[str, Any]:
    """Put a signal out with its reason in words; one on the whole post spans what was cut too."""
    fields: dict[str, Any] = msgspec.to_builtins(signal)
    whole = (signal.start, signal.end) == (0, len(text.prepared.text))
    end = text.length if whole else signal.end
    return fields | {"end": end, "reason": reason(signal.reason).vi if signal.reason else ""}


def _post(text: Text, reading: Reading) -> Post:
    return Post(
        id=text.id,
        source="",
        source_kind=SourceKind.CHANNEL,
        url=text.prepared.url,
        kind=PostKind.MESSAGE,
        title=text.prepared.title,
        text=text.prepared.text,
        text_hash="",
        published_at=text.published_at,
        fetched_at=NEVER,
        language="vi",
        capture="",
        extractor="",
        indicators=text.prepared.indicators,
        signals=reading.signals,
        matches=reading.matches,
    )
