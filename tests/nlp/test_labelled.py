"""The project's own labelled texts: enough of all, written one by one, and split without a leak."""

from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from kiemchung.errors import InputError
from kiemchung.text import fold_text, tokens
from kiemchung.vocabulary import Harm
from nlp.labelled import LabelledText, Split, Writing, read_labelled

TEXTS = read_labelled()
HARMS = (Harm.SCAM, Harm.HEALTH, Harm.EMERGENCY, Harm.ABUSE)
LONG_NUMBERS = range(9, 13)
PROTECTED = frozenset(
    (
        "criticism_of_policy",
        "criticism_of_officials",
        "complaint_about_police",
        "complaint_about_company",
        "satire",
        "call_for_peaceful_protest",
        "religion",
        "human_rights_report",
        "corruption_report",
        "land_dispute",
        "labour_dispute",
        "environment_dispute",
        "poetry",
        "grief",
    )
)


def of(pack: str) -> list[LabelledText]:
    """Return the texts of one pack."""
    return [text for text in TEXTS if text.pack == pack]


def test_there_are_enough() -> None:
    """Harms and their hard negatives, protected speech in fourteen kinds, and ordinary news."""
    apart = [text for text in TEXTS if text.pack not in {"protected", "news"}]
    kinds = Counter(text.kind for text in of("protected"))

    assert len(apart) >= 1_500
    assert all(sum(harm in text.harms for text in apart) >= 150 for harm in HARMS)
    assert sum(not text.harms for text in apart) >= 700
    assert kinds.keys() == PROTECTED
    assert min(kinds.values()) >= 20
    assert len(of("protected")) >= 300
    assert len(of("news")) >= 300
    assert not any(text.harms for pack in ("protected", "news") for text in of(pack))


def test_all_ways_of_writing_are_there() -> None:
    """Texts without marks, in teencode and behind disguises stand among harms and among others."""
    for harmful in (True, False):
        writings = Counter(text.writing for text in TEXTS if bool(text.harms) is harmful)
        assert writings[Writing.UNMARKED] >= 100
        assert writings[Writing.SOCIAL] >= 60
        assert writings[Writing.OBFUSCATED] >= 25


def test_no_two_texts_are_of_one_mould() -> None:
    """No two share half of their shingles of three syllables, planned copies apart."""
    shingles = {text.id: _shingles(text.text) for text in TEXTS}
    copies = {frozenset((text.id, text.copy_of)) for text in TEXTS if text.copy_of}
    having: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, own in shingles.items():
        for shingle in own:
            having[shingle].append(name)
    shared = Counter(pair for names in having.values() for pair in combinations(names, 2))

    alike = [
        pair
        for pair, count in shared.items()
        if count >= 0.5 * min(len(shingles[name]) for name in pair)
        and frozenset(pair) not in copies
    ]
    assert alike == []
    assert len(copies) <= 0.02 * len(TEXTS)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = tokens(fold_text(text))
    return {tuple(words[i : i + 3]) for i in range(max(1, len(words) - 2))}


def test_a_scenario_lies_in_one_split() -> None:
    """Texts that share a situation, and planned copies, are never on both sides."""
    splits: defaultdict[str, set[Split]] = defaultdict(set)
    for text in TEXTS:
        splits[text.scenario].add(text.split)
    of_text = {text.id: text.split for text in TEXTS}

    assert all(len(found) == 1 for found in splits.values())
    assert all(of_text[text.copy_of] is text.split for text in TEXTS if text.copy_of)


def test_every_split_holds_all_harms() -> None:
    """Each of train, dev and test has harms of every kind, and texts without."""
    for split, least in ((Split.TRAIN, 60), (Split.DEV, 15), (Split.TEST, 15)):
        texts = [text for text in TEXTS if text.split is split]
        assert all(sum(harm in text.harms for text in texts) >= least for harm in HARMS)
        assert sum(not text.harms for text in texts) >= 4 * least


@pytest.mark.parametrize("pack", ["protected", "news"])
def test_half_is_a_gate(pack: str) -> None:
    """About half of what must never be flagged is kept from training, by scenario."""
    gate = sum(text.split is Split.GATE for text in of(pack))

    assert 0.4 <= gate / len(of(pack)) <= 0.6


def test_addresses_are_reserved_and_numbers_are_nobodys() -> None:
    """Every address lies under `.example`, every mobile number has its middle of zeros."""
    for text in TEXTS:
        for indicator in text.indicators:
            folded = fold_text(indicator.text)
            digits = "".join(filter(str.isdigit, folded.replace("o", "0")))
            if indicator.type in {"url", "email"}:
                assert "example" in folded, text.id
            if indicator.type == "phone" and len(digits) in LONG_NUMBERS:
                assert "000" in digits, text.id


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1"),
        ('{"id": "a-1", "text": "x"}', "line 1"),
        ("{}\n", "line 1"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    """What can't be read is told with its file and its line."""
    (tmp_path / "a.jsonl").write_text(line, encoding="utf-8")

    with pytest.raises(InputError, match=said):
        read_labelled(tmp_path)


GOOD = (
    '{"id": "a-1", "text": "gọi 0912 000 345", "harms": [], "check_worthy": false, "kind": "k",'
    ' "scenario": "s", "writing": "marked", "indicators": [{"type": "phone", "text": "%s"}]}'
)


def test_an_indicator_must_stand_in_its_text(tmp_path: Path) -> None:
    """A span is what stands there, nothing else."""
    file = tmp_path / "a.jsonl"
    file.write_text(GOOD % "0912 000 345", encoding="utf-8")
    assert list(read_labelled(tmp_path)[0].spans()) == [("phone", 4, 16)]

    file.write_text(GOOD % "0912 000 346", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        read_labelled(tmp_path)
