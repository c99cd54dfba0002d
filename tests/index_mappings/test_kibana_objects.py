"""What ships for Kibana: in step with its definitions, and with the pages that it leads to."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from kiemchung.commands.reviewing import review
from kiemchung.store.base import KINDS, type_of_name
from kiemchung.vocabulary import AnswerKind, Harm, Status
from kiemchung.web.render import flag_path
from scripts._kibana import OBJECTS, build, load_definitions
from scripts._kibana_rules import faults
from tests.index_mappings.conftest import known, parsed

ODD = "a/b c?đ"


def data_view(text: str) -> dict[str, Any]:
    """Return the attributes of the data view."""
    attributes: dict[str, Any] = parsed(text)["index-pattern"]["attributes"]
    return attributes


def formats(text: str) -> dict[str, Any]:
    """Return the formatters of the data view, by field."""
    made: dict[str, Any] = json.loads(data_view(text)["fieldFormatMap"])
    return made


def words(field: str) -> dict[str, str]:
    """Return how the values of a field are shown."""
    return {
        each["key"]: each["value"] for each in formats(build())[field]["params"]["lookupEntries"]
    }


def test_the_file_is_what_the_definitions_say() -> None:
    """`scripts/kibana build` was run after the last change of definitions or words."""
    assert OBJECTS.read_text(encoding="utf-8") == build()


def test_the_file_keeps_the_rules() -> None:
    """Our own validator of Kibana's import rules finds nothing."""
    assert faults(OBJECTS.read_text(encoding="utf-8"), known()) == []


def test_another_prefix_and_review_page() -> None:
    """An installation with names of its own gets a file that keeps the rules as well."""
    made = build(prefix="ban-may", review="https://desk.example/")

    assert faults(made, known("ban-may")) == []
    assert data_view(made)["title"] == "ban-may-flags"
    assert formats(made)["id"]["params"]["urlTemplate"] == "https://desk.example/flags/{{value}}"


def test_a_flag_leads_to_its_review_page() -> None:
    """The link on the id, filled in as Kibana does, is the address that `review` serves."""
    template = formats(build())["id"]["params"]["urlTemplate"]
    port = next(param.default for param in review.params if param.name == "port")

    link = template.replace("{{value}}", quote(ODD, safe=""))

    assert link == f"http://127.0.0.1:{port}{flag_path(ODD)}"


@pytest.mark.parametrize("kind", load_definitions().data_views)
def test_only_what_may_be_searched_has_a_data_view(kind: str) -> None:
    """Boundary 5: posts are never browsed."""
    assert KINDS[type_of_name[kind]].search


@pytest.mark.parametrize(("field", "values"), [("label", Harm), ("status", Status)])
def test_every_value_has_its_words(field: str, values: Any) -> None:
    """Harms and states are read in Vietnamese and English, and there are no others."""
    assert list(words(field)) == [value.value for value in values]
    assert all(" / " in shown for shown in words(field).values())


def test_no_verdict_that_a_found_flag_can_not_have() -> None:
    """Boundary 5: Kibana has no name for what left every index."""
    assert not {AnswerKind.NOT_HARMFUL, AnswerKind.OUT_OF_SCOPE} & set(words("verdict"))


def test_the_time_is_our_own_clock() -> None:
    """A flag whose page names no date is in the lists all the same."""
    assert data_view(build())["timeFieldName"] == "fetched_at"
