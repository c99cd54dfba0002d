"""The schemas in `docs/schemas`: true to the records, lenient on input, strict on output."""

import pytest
from jsonschema import Draft202012Validator

from kiemchung.vocabulary import Harm, IndicatorType, MatchState, PublisherType, SignalLabel, Stance
from tests.command_line import CHECK, REVIEW, SCHEMAS, check, is_valid, post


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_schemas_are_schemas(name: str) -> None:
    """Each is a valid schema of the 2020-12 draft, and is named by its file."""
    Draft202012Validator.check_schema(SCHEMAS[name])

    assert SCHEMAS[name]["$id"] == name


def test_the_schemas_know_what_the_records_know() -> None:
    """The lists of the schemas are those of the records."""
    output, checks = SCHEMAS["analyse_output.schema.json"], SCHEMAS["fact_check.schema.json"]
    defs = output["$defs"]
    indicator = SCHEMAS["indicators.schema.json"]["items"]["properties"]["type"]["enum"]
    publisher = checks["$defs"]["flat"]["properties"]["publisher_type"]["enum"]

    assert defs["flag"]["properties"]["label"]["enum"] == list(Harm)
    assert defs["signal"]["properties"]["label"]["enum"] == list(SignalLabel)
    assert defs["match"]["properties"]["stance"]["enum"] == list(Stance)
    assert defs["match"]["properties"]["state"]["enum"] == list(MatchState)
    assert indicator == list(IndicatorType)
    assert publisher == [*PublisherType, None]


@pytest.mark.parametrize(
    ("schema", "value", "valid"),
    [
        ("analyse_input", post("1", "", extra=1), True),
        ("analyse_input", {"id": 1, "text": ""}, False),
        ("analyse_input", {"id": "1"}, False),
        ("fact_check", CHECK, True),
        ("fact_check", check(rating=None, verdict="Sai", claimant="ai đó"), True),
        ("fact_check", REVIEW, True),
        ("fact_check", check(rating=None), False),
        ("fact_check", check(publisher_type="bạn"), False),
        ("match_output", {"id": "1", "match": None, "score": 0, "stance": None}, True),
        ("match_output", {"id": "1", "match": None, "score": 0, "stance": "denies"}, False),
        ("match_output", {"id": "1", "match": "c", "score": 0.9, "stance": None}, False),
        ("match_output", {"id": "1", "match": "c", "score": 1.1, "stance": "denies"}, False),
        ("indicators", [{"type": "phone", "start": 0, "end": 3, "value": "0912"}], False),
    ],
)
def test_the_schemas_bite(schema: str, value: object, *, valid: bool) -> None:
    """Input is read leniently, output strictly."""
    assert is_valid(schema, value) is valid


def test_a_learned_harm_is_never_contradicted() -> None:
    """By the schema too only a false claim can be."""
    flag = {"label": "health", "status": "contradicted", "priority": 1, "reasons": []}
    line = {
        "id": "1", "flags": [flag], "signals": [], "indicators": [], "matches": [], "story": None,
        "truncated": False,
    }  # fmt: skip

    assert not is_valid("analyse_output", line)
    assert is_valid("analyse_output", line | {"flags": [flag | {"label": "false_claim"}]})
