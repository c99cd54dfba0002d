"""The boundaries that no other test guards: what is not there, and must not come."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from crawlers.drafts import CheckDraft, Draft, Extracted
from kiemchung import records, vocabulary
from kiemchung.paths import INDEX_MAPPINGS, ROOT
from kiemchung.records import Flag, Record
from kiemchung.store.base import KINDS

PERSON = re.compile(
    r"author|byline|handle|user(?!_agent)|nick|avatar|follow|person|claimant|profile|sender|owner"
)
"""Words in the name of a field that would hold a person."""
PRODUCT = [
    f for package in ("kiemchung", "nlp", "crawlers") for f in (ROOT / package).rglob("*.py")
]
RECORDS = [
    each
    for each in (*vars(records).values(), Draft, CheckDraft, Extracted)
    if isinstance(each, type) and issubclass(each, Record)
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_no_record_has_a_field_for_a_person(record: type[Record]) -> None:
    """Messages, never people (boundary 1); a reviewer is an opaque id of the desk's own."""
    fields = {field.name for field in msgspec.structs.fields(record)} - {"reviewer"}

    assert [name for name in fields if PERSON.search(name)] == []


@pytest.mark.parametrize("file", sorted(INDEX_MAPPINGS.glob("*.json")), ids=lambda file: file.stem)
def test_no_mapping_has_a_field_for_a_person(file: Path) -> None:
    """What has no field can't be searched (boundary 1)."""
    names = set(_names(json.loads(file.read_text(encoding="utf-8"))))

    assert [name for name in names if PERSON.search(name)] == []


def _names(mapping: object) -> Iterator[str]:
    if isinstance(mapping, dict):
        for key, value in mapping.items():
            if key == "properties" and isinstance(value, dict):
                yield from value
            yield from _names(value)


def test_no_field_lists_opinion_or_protected_speech() -> None:
    """Protected speech is never a class, a score or a field (boundary 5)."""
    words = re.compile(r"politic|opinion|satire|protest|religio|ideolog|dissent|loyal|protected")
    fields = {field.name for record in RECORDS for field in msgspec.structs.fields(record)}
    labels = {str(label) for enum in (vocabulary.Harm, vocabulary.SignalLabel) for label in enum}

    assert [name for name in fields | labels if words.search(name)] == []


def test_posts_can_not_be_searched() -> None:
    """Searching covers flags and fact-checks; unflagged posts are never browsed (boundary 5)."""
    searchable = {record.__name__ for record, kind in KINDS.items() if kind.search}

    assert searchable == {"Flag", "FactCheck"}


def test_stored_kinds_are_known() -> None:
    """A new kind of record in the store is looked at here first."""
    names = {kind.name for kind in KINDS.values()}

    assert names == {"posts", "editions", "flags", "fact_checks", "stories", "quarantine"}
    assert {field.name for field in msgspec.structs.fields(Flag)} >= {"evidence", "reasons"}


NETWORK = {"socket", "http", "urllib.request", "requests", "httpx", "aiohttp", "smtplib", "ftplib"}
MAY_REACH_OUT = ("crawlers/", "kiemchung/store/", "kiemchung/web/server.py", "kiemchung/web/app.py")


@pytest.mark.parametrize("file", PRODUCT, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_crawlers_and_stores_open_connections(file: Path) -> None:
    """No other module can reach the network, so none can act (boundary 6)."""
    place = str(file.relative_to(ROOT))
    if place.startswith(MAY_REACH_OUT):
        return
    tree = ast.parse(file.read_text(encoding="utf-8"))

    assert {name for name in _imports(tree) if name in NETWORK} == set()


def test_the_crawler_knows_no_verb_but_get() -> None:
    """Nothing is posted, put or deleted anywhere (boundary 6)."""
    verbs = re.compile(r"method\s*=\s*[\"'](?!GET)|FormRequest|JsonRequest|\.post\(")
    found = [f for f in (ROOT / "crawlers").rglob("*.py") if verbs.search(f.read_text("utf-8"))]

    assert found == []


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
