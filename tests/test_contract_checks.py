"""The contract of fact-checks in `analyse` and `match`: the gate, both formats, no claimant."""

from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CHECK, DENIAL, REPEAT, REVIEW, SCAM, Cli, Line, check, post


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Return the command line in an empty folder."""
    return Cli(tmp_path)


def test_an_independent_check_contradicts(cli: Cli) -> None:
    """Behind the gate a repeated false claim is contradicted; its denial is listed, not flagged."""
    done = cli.run(post("says", REPEAT), post("denies", DENIAL), checks=[CHECK])

    assert ("false_claim", "contradicted") in done.flags("says")
    assert done.of("says")["matches"][0] | {"score": 1} == {
        "fact_check": "check-1", "score": 1, "stance": "repeats", "state": "strong",
    }  # fmt: skip
    assert done.of("denies")["matches"][0]["stance"] == "denies"
    assert "false_claim" not in dict(done.flags("denies"))


@pytest.mark.parametrize("kind", ["authority", "press", "company", "unknown", None])
def test_others_raise_no_flag_whatever_their_number(cli: Cli, kind: str | None) -> None:
    """Twenty checks by others are listed and raise nothing (boundary 4)."""
    checks = [
        check(id=f"c{n}", publisher=f"Nguồn {n}", url=f"http://n{n}.example/", publisher_type=kind)
        for n in range(20)
    ]

    done = cli.run(post("1", REPEAT), checks=checks)

    assert len(done.of("1")["matches"]) == 20
    assert "false_claim" not in dict(done.flags("1"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"rating": "Gây hiểu nhầm"}, "contradicted"),
        ({"rating": "false", "publisher_type": "medical_scientific"}, "contradicted"),
        ({"rating": None, "verdict": "Sai"}, "contradicted"),
        ({"review_date": None}, "unverified"),
        ({"rating": "Đúng"}, None),
        ({"rating": "Chưa có cơ sở"}, None),
        ({"rating": "Có thể lắm"}, None),
        ({"publisher": "Lá đu đủ đực"}, None),
    ],
)
def test_what_the_gate_lets_through(
    cli: Cli, changes: dict[str, Any], expected: str | None
) -> None:
    """Rating, date, publisher and what the claim is about decide how far a flag may go."""
    done = cli.run(post("1", REPEAT), checks=[check(**changes)])

    assert len(done.of("1")["matches"]) == 1
    assert dict(done.flags("1")).get("false_claim") == expected


def test_a_claim_review_is_a_fact_check(cli: Cli) -> None:
    """JSON-LD is read as the flat format is, and the claimant is in no output."""
    done = cli.run(post("1", REPEAT), checks=[REVIEW])
    best = cli.run(post("1", REPEAT), checks=[REVIEW], command="match")

    assert dict(done.flags("1"))["false_claim"] == "contradicted"
    assert best.of("1")["match"] == REVIEW["@id"]
    for run in (done, best):
        assert "Ngụy Thị Kể Lại" not in run.raw.decode() + run.stderr


def test_a_bad_check_is_said_and_the_posts_go_on(cli: Cli) -> None:
    """A line that is no fact-check makes status 1, and the good ones are used."""
    bad: list[Line] = [
        "{", "[]", '{"claim": "ai"}', '{"claim": 1, "rating": "Sai"}', check(publisher_type="bạn"),
        check(review_date="hôm qua"), check(claim="Ăn tỏi sống mỗi sáng chữa khỏi ung thư phổi"),
    ]  # fmt: skip

    done = cli.run(post("1", REPEAT), checks=[CHECK, *bad])

    assert dict(done.flags("1"))["false_claim"] == "contradicted"
    assert done.status == 1
    assert [number for number in range(1, 9) if f"line {number}:" in done.stderr] == [*range(2, 9)]


def test_a_match_leans_on_the_rating_of_its_own_claim(cli: Cli) -> None:
    """A second check of the same id can't lend its rating to the first one's claim."""
    other = check(claim="Đập thủy điện Sông Mây nứt, sẽ vỡ trong đêm nay, dân chạy gấp")

    done = cli.run(post("1", REPEAT), checks=[check(rating="Đúng"), other])

    assert "false_claim" not in dict(done.flags("1"))


def test_match_names_the_check_whatever_the_stance(cli: Cli) -> None:
    """A repeat and a denial both have a match; a text about something else has null."""
    posts = [post("says", REPEAT), post("denies", DENIAL), post("else", SCAM), post("empty", "")]

    done = cli.run(*posts, checks=[CHECK], command="match")

    assert [line["id"] for line in done.lines] == ["says", "denies", "else", "empty"]
    found = [(line["match"], line["stance"]) for line in done.lines]
    assert found == [("check-1", "repeats"), ("check-1", "denies"), (None, None), (None, None)]
