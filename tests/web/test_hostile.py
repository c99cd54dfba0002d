"""Crawled markup, script and syntax in every text field, on every route (F18, in small)."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit

import pytest
from starlette.testclient import TestClient

from kiemchung.store.base import Store
from tests.web.conftest import Watched
from tests.web.seed import (
    ACCOUNT,
    PHONE,
    POISONS,
    SCAM,
    a_flag,
    poisoned,
    poisoned_check,
    poisoned_flag,
    poisoned_story,
    scam_flag,
)

FLAGS = [poisoned_flag(poison, number) for number, poison in enumerate(POISONS)]
ROUTES = [
    "/",
    "/?harm=false_claim&status=unverified",
    "/search?q=pwned",
    "/fact-checks",
    *(f"/search?q={quote(poison)}" for poison in POISONS),
    *(f"/?after={quote(poison)}&harm={quote(poison)}" for poison in POISONS),
    *(f"/flags/{quote(flag.id, safe='')}?saved={quote(flag.id)}" for flag in FLAGS),
]


class Reader(HTMLParser):
    """Collects what a browser would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str | None] = []
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scripts, event handlers, inline styles and addresses."""
        self.tags.add(tag)
        values = dict(attrs)
        if tag == "script":
            self.scripts.append(values.get("src"))
        self.handlers += [name for name in values if name.startswith("on") or name == "style"]
        self.addresses += [
            values[name] or "" for name in ("href", "src", "action") if name in values
        ]


@pytest.fixture
def hostile(store: Store) -> Store:
    """Give a store in which every text field of every record is hostile."""
    pairs = list(enumerate(POISONS))
    checks = [poisoned_check(poison, number) for number, poison in pairs]
    stories = [poisoned_story(poison, number) for number, poison in pairs]
    assert store.put([*FLAGS, *checks, *stories]) == []
    return store


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("route", ROUTES)
def test_no_field_brings_its_own_elements(client: TestClient, route: str) -> None:
    """Only our own script, no handler, no style, no frame, and no address but a page's."""
    response = client.get(route)
    reader = Reader()
    reader.feed(response.text)

    assert response.status_code == 200
    assert reader.scripts == ["/static/desk.js"]
    assert reader.handlers == []
    assert not reader.tags & {"img", "svg", "iframe", "style", "object", "embed", "base", "video"}
    assert {urlsplit(address).scheme for address in reader.addresses} <= {"", "http", "https"}
    assert "1337" not in response.text


@pytest.mark.usefixtures("hostile")
def test_the_hostile_words_are_shown_as_words(client: TestClient) -> None:
    """The test above looks at pages that do show the fields: each poison is there, escaped."""
    for flag in FLAGS:
        page = client.get(f"/flags/{quote(flag.id, safe='')}").text

        assert page.count("pwned") >= 15


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("route", ROUTES)
def test_nothing_runs_and_nothing_leaves_in_a_browser(
    watch: Callable[..., Watched], route: str
) -> None:
    """A real browser runs no crawled script and asks nobody but the desk."""
    page = watch(route).page

    assert page.evaluate("window.pwned") is None


def test_masked_contacts_are_nowhere(client: TestClient, store: Store) -> None:
    """What was masked before the store is in no page, in whatever spelling."""
    flag = scam_flag()
    store.put([flag])
    routes = ["/", f"/flags/{flag.id}", "/search?q=OTP"]
    digits = [re.sub(r"\D", "", client.get(route).text) for route in routes]

    for contact in (PHONE, ACCOUNT):
        assert all(re.sub(r"\D", "", contact) not in page for page in digits)
    assert "•••• ••• •••" in client.get(f"/flags/{flag.id}").text


def test_an_unmasked_contact_would_be_seen(client: TestClient, store: Store) -> None:
    """The test above can fail: pages show what the store holds."""
    flag = poisoned(a_flag("ho", SCAM), "text", SCAM)
    store.put([flag])

    assert PHONE in client.get(f"/flags/{flag.id}").text
