"""What stands between a crawled value and a page."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from kiemchung.vocabulary import PublisherType, Rating, Stance
from kiemchung.web.render import gate_gaps, headline, moment, safe_link, verbatim
from tests.web.seed import CHECKS, LEMON, a_flag, some_evidence

EVIDENCE = some_evidence(CHECKS[0], LEMON, "khỏi hẳn tiểu đường")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//elsewhere.example/",
        "/inside",
        "http:inside",
        "http://[",
        "",
    ],
)
def test_only_pages_of_the_web_become_links(url: str) -> None:
    """An address that would run something, or stay inside, is shown but not linked."""
    assert safe_link(url) == ""


@pytest.mark.parametrize("url", ["http://a.example/1", "https://a.example/?q=1#x"])
def test_a_page_of_the_web_becomes_a_link(url: str) -> None:
    """The address itself, unchanged."""
    assert safe_link(url) == url


def test_verbatim_escapes_and_keeps_carriage_returns() -> None:
    """A browser turns a bare CR into a LF; the reference it leaves alone."""
    assert str(verbatim("<b>\r\n&")) == "&lt;b&gt;&#13;\n&amp;"


def test_verbatim_reads_back() -> None:
    """What a parser makes of it is the text."""
    text = "a<script>\r</script>&amp; \u202e\u200b đ'\""
    read: list[str] = []
    parser = HTMLParser(convert_charrefs=True)
    parser.handle_data = read.append  # type: ignore[method-assign]
    parser.feed(str(verbatim(text)))
    parser.close()

    assert "".join(read) == text


def test_times_are_vietnams() -> None:
    """UTC+7 in both languages, the way each writes it."""
    time = datetime(2026, 3, 1, 20, 5, tzinfo=UTC)

    assert moment("vi", time) == "02/03/2026 03:05"
    assert moment("en", time) == "2 Mar 2026, 03:05"
    assert moment("en", None) == "date unknown"


def test_a_headline_is_the_title_or_the_first_words() -> None:
    """Cut between words, never within one."""
    untitled = a_flag("x", "một hai ba " * 40)

    assert headline(a_flag("x", "chữ", title="  Tựa\n đề ")) == "Tựa đề"
    assert headline(untitled).endswith((" một…", " hai…", " ba…"))
    assert len(headline(untitled)) <= 111


@pytest.mark.parametrize(
    ("change", "gaps"),
    [
        ({}, []),
        ({"publisher_type": PublisherType.AUTHORITY}, ["gate.publisher"]),
        ({"publisher_type": PublisherType.UNKNOWN}, ["gate.publisher"]),
        ({"about_itself": True}, ["gate.itself"]),
        ({"own": True}, ["gate.own"]),
        ({"stance": Stance.DENIES}, ["gate.stance"]),
        ({"rating": Rating.TRUE}, ["gate.rating"]),
        ({"score": 0.79}, ["gate.score"]),
        ({"review_date": None}, ["gate.capture"]),
        ({"capture": ""}, ["gate.capture"]),
        ({"score": 0.1, "own": True}, ["gate.own", "gate.score"]),
    ],
)
def test_gaps_say_what_the_gate_misses(change: dict[str, Any], gaps: list[str]) -> None:
    """A reviewer reads why evidence does not allow `contradicted`, exactly where it does not."""
    evidence = msgspec.structs.replace(EVIDENCE, **change)

    assert gate_gaps(evidence) == gaps
    assert evidence.passes_gate == (not gaps)
