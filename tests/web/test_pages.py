"""What the pages that read show, over a real store and a real desk."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kiemchung.desk import Desk
from kiemchung.errors import StoreError
from kiemchung.paths import STATIC
from kiemchung.records import Flag
from kiemchung.store.base import Store
from kiemchung.vocabulary import AnswerKind
from kiemchung.web import build_app
from kiemchung.web.security import HEADERS
from tests.web.conftest import ORIGIN
from tests.web.forms import path_of, send
from tests.web.seed import (
    CHECKS,
    abuse_flag,
    copies,
    dam_flag,
    lemon_flag,
    many_flags,
    poisoned,
    scam_flag,
)

pytestmark = pytest.mark.usefixtures("seeded")
ROUTES = [
    "/",
    path_of(lemon_flag().id),
    path_of(scam_flag().id),
    "/search",
    "/search?q=chanh",
    "/fact-checks",
    "/health",
    "/health/ben_sen",
    "/about",
]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_whole_in_both_languages(
    client: TestClient, route: str, language: str
) -> None:
    """Each page answers, says its language, and has one heading."""
    page = client.get(route, headers={"accept-language": language})

    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert page.text.count("<h1") == 1


@pytest.mark.parametrize("route", [*ROUTES, "/healthz", "/static/desk.css", "/nothing", "/flags/x"])
def test_every_answer_carries_the_strict_headers(client: TestClient, route: str) -> None:
    """No route forgets the content policy and its companions."""
    headers = client.get(route).headers

    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_the_queue_shows_each_flag_with_its_reasons_and_publishers(client: TestClient) -> None:
    """Harm, words, reasons, source, story and whose word the evidence is."""
    page = client.get("/").text

    assert page.index(scam_flag().id) < page.index(lemon_flag().id) < page.index(dam_flag().id)
    for words in ("6 flags wait", "Asks for a one-time code", "3 copies", "public channel"):
        assert words in page
    assert "independent checker" in page
    assert "authority" in page


def test_filters_count_and_choose(client: TestClient) -> None:
    """A filtered queue says how many of how many."""
    page = client.get("/?harm=abuse").text

    assert "1 of 6 flags" in page
    assert abuse_flag().id in page
    assert scam_flag().id not in page


def test_an_answered_flag_leaves_the_queue_and_can_be_shown(client: TestClient) -> None:
    """What this reviewer answered is left out, or marked where asked for."""
    send(client, scam_flag().id, "harmful.scam")

    assert path_of(scam_flag().id) not in client.get("/").text
    shown = client.get("/?answered=show").text
    assert path_of(scam_flag().id) in shown
    assert shown.count("✓ You answered") == 1


def test_paging_leads_through_the_queue(client: TestClient, store: Store) -> None:
    """The link to the next page shows what the first did not."""
    store.put(many_flags(60))
    first = client.get("/").text
    link = first.split('rel="next"', maxsplit=1)[0].rsplit('href="', 1)[1].split('"')[0]
    second = client.get(link).text

    assert scam_flag().id in first
    assert scam_flag().id not in second
    assert second.count('<li class="row') == 25
    assert "Back to the top" in second


def test_a_flag_shows_its_evidence_with_whose_word_it_is(client: TestClient) -> None:
    """Claim, publisher and type, rating both ways, date, stance, score, link and gate."""
    page = client.get(path_of(lemon_flag().id)).text

    for words in (
        CHECKS[0].claim,
        "Soi Tin",
        "independent checker",
        "as published: Sai sự thật",
        "31 Jan 2026",
        "the post repeats it",
        "match 0.93",
        "Enough for",
        "the match is weak",
        lemon_flag().capture,
        lemon_flag().versions,
    ):
        assert words in page
    assert (
        f'<a class="out" href="{CHECKS[0].url}" rel="noreferrer noopener nofollow" target="_blank">'
        in page
    )


def test_a_flag_says_that_its_page_was_taken_down(client: TestClient, store: Store) -> None:
    """A reviewer sees that the page is gone; of a living page nothing is said."""
    gone = scam_flag("da-go", deleted_at=datetime(2026, 11, 23, 8, tzinfo=UTC))
    store.put([gone])

    assert "The page was taken down" in client.get(f"{path_of(gone.id)}?lang=en").text
    assert "The page was taken down" not in client.get(path_of(lemon_flag().id)).text


def test_an_authority_about_itself_is_said_to_be_no_evidence(client: TestClient) -> None:
    """The reviewer sees whose word it is, and that it does not suffice (boundary 4)."""
    page = client.get(path_of(dam_flag().id)).text

    assert "not an independent publisher, speaks of itself." in page


def test_a_flag_shows_its_copies(client: TestClient) -> None:
    """The other flagged copies are a click away, with their sources."""
    page = client.get(path_of(scam_flag().id)).text

    assert all(path_of(copy.id) in page for copy in copies())
    assert "3 near-copies" in page


def test_reasons_are_in_the_readers_language(client: TestClient) -> None:
    """Signals borrow the words of the flag's reasons."""
    page = client.get(path_of(scam_flag().id), headers={"accept-language": "vi"}).text

    assert "Đòi mã OTP" in page
    assert "one-time" not in page
    assert "scam.otp" not in page


def test_contradicted_is_offered_for_a_false_claim_alone(client: TestClient) -> None:
    """No other flag can be answered so."""
    assert 'value="contradicted.false_claim"' in client.get(path_of(lemon_flag().id)).text
    assert "contradicted.false_claim" not in client.get(path_of(dam_flag().id)).text


def test_a_settled_flag_has_no_form(client: TestClient, store: Store) -> None:
    """What has a verdict is shown with it, not asked again."""
    store.put([poisoned(dam_flag(), "verdict", AnswerKind.NOT_HARMFUL)])
    page = client.get(path_of(dam_flag().id)).text

    assert "Settled: Not harmful" in page
    assert "<form" not in page


def test_search_finds_flags_and_checks_without_marks(client: TestClient) -> None:
    """`nuoc chanh` finds `nước chanh`, in both."""
    page = client.get("/search", params={"q": "nuoc chanh"}).text

    assert path_of(lemon_flag().id) in page
    assert "Fact-checks (2)" in page


def test_quoted_search_keeps_the_marks(client: TestClient) -> None:
    """`"nuoc chanh"` is not `nước chanh`; `"nước chanh"` is."""
    without = client.get("/search", params={"q": '"nuoc chanh"'}).text
    with_marks = client.get("/search", params={"q": '"nước chanh"'}).text

    assert "Nothing found." in without
    assert path_of(lemon_flag().id) in with_marks


@pytest.mark.parametrize("query", ['"', "AND OR NOT", "a:b", "*", "()", "\x00", "%", "-"])
def test_no_query_breaks_the_search(client: TestClient, query: str) -> None:
    """What a reader types is words, never syntax."""
    assert client.get("/search", params={"q": query}).status_code == 200


def test_fact_checks_are_listed_newest_first(client: TestClient) -> None:
    """With publisher, type and rating; the undated one is there too."""
    page = client.get("/fact-checks").text

    assert "4 checks" in page
    assert page.index(CHECKS[2].url) < page.index(CHECKS[1].url) < page.index(CHECKS[0].url)
    assert "date unknown" in page


@pytest.mark.parametrize("number", ["0", "-1", "x", "²", "99999999999"])
def test_a_made_up_page_number_is_the_first_page(client: TestClient, number: str) -> None:
    """Whatever stands in the address, there is a page."""
    assert CHECKS[0].url in client.get("/fact-checks", params={"page": number}).text


def test_an_empty_store_says_what_to_do(desk: Desk, tmp_path: Path) -> None:
    """A first visit is no dead end."""
    from kiemchung.store.sqlite import SqliteStore

    store = SqliteStore(tmp_path / "empty" / "store.sqlite")
    with TestClient(build_app(store, desk), base_url=ORIGIN) as client:
        assert "kiemchung run" in client.get("/").text
        assert "fact-checks import" in client.get("/fact-checks").text
    store.close()


def test_a_language_asked_for_is_kept(client: TestClient) -> None:
    """`?lang=` sets the cookie, which outranks the browser."""
    client.get("/?lang=vi")

    assert '<html lang="vi">' in client.get("/about").text
    assert '<html lang="en">' in client.get("/about?lang=en").text


def test_an_unknown_flag_is_a_404_in_words(client: TestClient) -> None:
    """The page says what may have happened."""
    page = client.get("/flags/none")

    assert page.status_code == 404
    assert "may have expired" in page.text


def test_health(client: TestClient) -> None:
    """Store and desk answer."""
    assert client.get("/healthz").text == "ok"


def test_a_store_in_trouble_is_a_503_in_words(
    client: TestClient, store: Store, desk: Desk, tmp_path: Path
) -> None:
    """The page says which part, and what to do; health says it by its status."""
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as broken:
        broken.execute("DROP TABLE flags")
    with pytest.raises(StoreError):
        list(store.scan(Flag))

    page = client.get("/")

    assert page.status_code == 503
    assert "in trouble" in page.text
    assert client.get("/healthz").status_code == 503
    assert desk.check() == []


def test_a_fault_in_the_program_shows_nothing_of_it(desk: Desk) -> None:
    """A 500 has the headers and a way back, no traceback."""
    app = build_app(None, desk)  # type: ignore[arg-type]  # the shortest way to a fault
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        page = client.get("/", headers={"accept-language": "en"})

    assert page.status_code == 500
    assert "Something is wrong" in page.text
    assert "Traceback" not in page.text
    assert page.headers["content-security-policy"] == HEADERS["content-security-policy"]


def test_the_first_view_is_small(client: TestClient, store: Store) -> None:
    """Under 100 kB with style, script and icon, for a full page of the queue."""
    store.put(many_flags(30))
    files = sum(file.stat().st_size for file in STATIC.iterdir())

    assert len(client.get("/").content) + files < 100_000
