"""From a form to the desk: what is kept, what is refused, and what nobody else learns."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from kiemchung.desk import Desk
from kiemchung.records import Answer, Flag
from kiemchung.store.base import Store
from kiemchung.vocabulary import AnswerKind, Harm
from kiemchung.web import build_app
from tests.web.conftest import ORIGIN
from tests.web.forms import path_of, send, token_of
from tests.web.seed import (
    CHECKS,
    abuse_flag,
    copies,
    dam_flag,
    lemon_flag,
    poisoned,
    scam_flag,
)

pytestmark = pytest.mark.usefixtures("seeded")
SCAM = scam_flag().id
LEMON = lemon_flag().id


def test_an_answer_is_kept_as_it_was_given(client: TestClient, desk: Desk) -> None:
    """Answer, label, note, revision and both times reach the desk."""
    before = datetime.now(UTC)
    send(client, SCAM, "harmful.scam", note=" rõ ràng\r\nlừa đảo ")

    (answer,) = desk.answers(SCAM)

    assert (answer.answer, answer.label) == (AnswerKind.HARMFUL, Harm.SCAM)
    assert answer.note == "rõ ràng\nlừa đảo"
    assert (answer.reviewer, answer.flag_revision) == ("local", 1)
    assert before <= answer.claimed_at <= answer.given_at <= datetime.now(UTC)
    assert desk.check() == []


def test_the_claim_is_when_the_page_was_opened(client: TestClient, desk: Desk) -> None:
    """A form that lay open for a while keeps the time at which it was opened."""
    page = client.get(path_of(SCAM)).text
    opened = datetime.now(UTC)
    client.get(path_of(SCAM))
    client.post(path_of(SCAM), data={"token": token_of(page), "choice": "cannot_tell"})

    (answer,) = desk.answers(SCAM)

    assert answer.claimed_at <= opened <= answer.given_at


def test_contradicted_keeps_its_evidence(client: TestClient, desk: Desk) -> None:
    """The ids of the checks that the reviewer ticked, those alone."""
    send(client, LEMON, "contradicted.false_claim", evidence=[CHECKS[0].id])

    (answer,) = desk.answers(LEMON)

    assert answer.answer is AnswerKind.CONTRADICTED
    assert answer.evidence == (CHECKS[0].id,)


def test_evidence_goes_with_contradicted_alone(client: TestClient, desk: Desk) -> None:
    """Boxes left ticked behind another choice are not part of the answer."""
    send(client, LEMON, "not_harmful", evidence=[CHECKS[0].id])

    assert desk.answers(LEMON)[0].evidence == ()


def test_an_answer_leads_to_the_next_flag(client: TestClient) -> None:
    """Redirected with 303, in the same filtered queue, and told that it was kept."""
    response = send(client, SCAM, "harmful.scam", query="?status=unverified")

    assert response.status_code == 303
    assert response.headers["location"].startswith(path_of(dam_flag().id) + "?status=unverified")
    assert "Your last answer is kept" in client.get(response.headers["location"]).text


def test_the_last_answer_leads_to_the_queue(client: TestClient) -> None:
    """When nothing waits any more, the queue says so."""
    response = send(client, abuse_flag().id, "harmful.abuse", query="?harm=abuse")

    assert response.headers["location"] == "/?harm=abuse&done=1"
    assert "Your answer is kept" in client.get(response.headers["location"]).text


def test_a_changed_mind_is_filled_in_and_kept_beside_the_first(
    client: TestClient, desk: Desk
) -> None:
    """The form remembers; a second answer does not replace the first."""
    send(client, SCAM, "harmful.scam", note="chắc chắn")
    page = client.get(path_of(SCAM)).text
    assert re.search(r'value="harmful.scam" required checked', page)
    assert "chắc chắn" in page

    send(client, SCAM, "cannot_tell")

    assert [answer.answer for answer in desk.answers(SCAM)] == ["harmful", "cannot_tell"]


def test_a_double_submit_is_one_answer(client: TestClient, desk: Desk) -> None:
    """Two clicks on one button are one answer."""
    data = {"token": token_of(client.get(path_of(SCAM)).text), "choice": "out_of_scope"}
    client.post(path_of(SCAM), data=data, follow_redirects=False)
    client.post(path_of(SCAM), data=data, follow_redirects=False)

    assert len(desk.answers(SCAM)) == 1


@pytest.mark.parametrize(
    ("flag", "choice", "fields"),
    [
        (SCAM, "", {}),
        (SCAM, "harmful", {}),
        (SCAM, "harmful.false_claim", {}),
        (SCAM, "contradicted", {}),
        (SCAM, "contradicted.false_claim", {"evidence": [CHECKS[0].id]}),
        (LEMON, "contradicted.false_claim", {}),
        (LEMON, "contradicted.false_claim", {"evidence": [CHECKS[1].id]}),
        (LEMON, "contradicted.false_claim", {"evidence": [CHECKS[0].id, CHECKS[2].id]}),
        (SCAM, "harmful.scam", {"note": "x" * 2001}),
    ],
)
def test_an_incomplete_form_comes_back_filled_in(
    client: TestClient, desk: Desk, flag: str, choice: str, fields: dict[str, Any]
) -> None:
    """Nothing is kept, the page says why, and the note is not lost."""
    response = send(client, flag, choice, **({"note": "giữ lại"} | fields))

    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert fields.get("note", "giữ lại") in response.text
    assert desk.answers(flag) == []


def test_a_flag_that_changed_meanwhile_is_shown_again(
    client: TestClient, store: Store, desk: Desk
) -> None:
    """Nobody's answer counts for words that they did not see."""
    token = token_of(client.get(path_of(SCAM)).text)
    store.put([poisoned(scam_flag(), "revision", 2)])

    response = client.post(path_of(SCAM), data={"token": token, "choice": "harmful.scam"})

    assert response.status_code == 409
    assert "has changed" in response.text
    assert desk.answers(SCAM) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:9999"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "same-site"},
        {"origin": "null", "sec-fetch-site": "none"},
    ],
)
def test_a_form_from_elsewhere_is_refused(
    client: TestClient, desk: Desk, headers: dict[str, str]
) -> None:
    """Another page, another port, or a sender that does not say: nothing is kept."""
    data = {"token": token_of(client.get(path_of(SCAM)).text), "choice": "harmful.scam"}

    response = client.post(path_of(SCAM), data=data, headers=headers)

    assert response.status_code == 403
    assert desk.answers(SCAM) == []


def test_a_browser_under_no_referrer_is_taken(client: TestClient, desk: Desk) -> None:
    """`Origin: null` with `Sec-Fetch-Site: same-origin` is what browsers send from our pages."""
    data = {"token": token_of(client.get(path_of(SCAM)).text), "choice": "harmful.scam"}
    headers = {"origin": "null", "sec-fetch-site": "same-origin"}

    client.post(path_of(SCAM), data=data, headers=headers, follow_redirects=False)

    assert len(desk.answers(SCAM)) == 1


def test_a_token_of_another_browser_flag_or_making_is_refused(
    store: Store, desk: Desk, client: TestClient
) -> None:
    """Only the form that was given to this browser for this flag is taken back."""
    with TestClient(build_app(store, desk), base_url=ORIGIN) as other:
        foreign = token_of(other.get(path_of(SCAM)).text)
    own = token_of(client.get(path_of(SCAM)).text)
    of_another_flag = token_of(client.get(path_of(LEMON)).text)
    forged = own[:-1] + ("0" if own[-1] != "0" else "1")

    for token in (foreign, of_another_flag, forged, "", "x.y", "é.ü"):
        data = {"token": token, "choice": "harmful.scam", "note": "giữ lại"}
        response = client.post(path_of(SCAM), data=data)

        assert response.status_code == 403
        assert "giữ lại" in response.text
    assert desk.answers(SCAM) == []


def test_without_the_cookie_no_token_counts(client: TestClient, desk: Desk) -> None:
    """A token alone, as a page could have leaked it, is not enough."""
    token = token_of(client.get(path_of(SCAM)).text)
    client.cookies.clear()

    response = client.post(path_of(SCAM), data={"token": token, "choice": "harmful.scam"})

    assert response.status_code == 403
    assert desk.answers(SCAM) == []


def test_the_cookie_is_strict_and_out_of_reach_of_scripts(client: TestClient) -> None:
    """SameSite=strict and HttpOnly."""
    cookie = client.get(path_of(SCAM)).headers["set-cookie"].lower()

    assert "samesite=strict" in cookie
    assert "httponly" in cookie


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"note=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"a=1&" * 200, "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 400),
        (b"\xff\xfe=%ff", "application/x-www-form-urlencoded", 403),
    ],
)
def test_what_is_no_form_is_refused(
    client: TestClient, content: bytes, kind: str, status: int
) -> None:
    """Too large, too many fields, another kind, or bytes that are no text."""
    response = client.post(path_of(SCAM), content=content, headers={"content-type": kind})

    assert response.status_code == status


def test_nulls_and_surrogates_in_a_note_are_cleaned(client: TestClient, desk: Desk) -> None:
    """No desk refuses a note for a character that databases can't hold."""
    page = client.get(path_of(SCAM)).text
    body = f"token={token_of(page)}&choice=cannot_tell&note=a%00b%ED%A0%80c"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    client.post(path_of(SCAM), content=body, headers=kind, follow_redirects=False)

    (answer,) = desk.answers(SCAM)

    assert "\x00" not in answer.note
    assert answer.note.encode().startswith("a\ufffdb".encode())


def test_an_unsettled_answer_is_nowhere_in_the_store(
    client: TestClient, store: Store, tmp_path: Path
) -> None:
    """Neither a record nor a byte of the store's files changes with it (boundary 9)."""
    before = list(store.scan(Flag))
    send(client, SCAM, "harmful.scam", note="chuthichbimat")

    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    with_note = {file.name for file in files if b"chuthichbimat" in file.read_bytes()}

    assert list(store.scan(Flag)) == before
    assert with_note
    assert all(name.startswith("desk.sqlite") for name in with_note)


def test_anothers_answer_shows_nowhere(client: TestClient, desk: Desk) -> None:
    """No page of a second reviewer differs for there being a first answer (blind review)."""
    routes = ["/", "/?answered=show", path_of(SCAM), "/search?q=OTP", "/fact-checks", "/healthz"]
    shown = [re.sub(r'value="[^"]{100,}"', "", client.get(route).text) for route in routes]
    now = datetime.now(UTC)
    first = Answer(
        id="other",
        flag=SCAM,
        flag_revision=1,
        reviewer="another",
        answer=AnswerKind.NOT_HARMFUL,
        label=None,
        note="của người khác",
        claimed_at=now - timedelta(minutes=1),
        given_at=now,
    )
    desk.answer(first)
    desk.answer(msgspec.structs.replace(first, id="other-2", flag=copies()[0].id))

    again = [re.sub(r'value="[^"]{100,}"', "", client.get(route).text) for route in routes]

    assert again == shown
