"""The pages over a real store and a real desk, a real server, and a real browser."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as BrowserError
from starlette.testclient import TestClient

from kiemchung.desk import Desk, open_desk
from kiemchung.settings import load_settings
from kiemchung.store import open_store
from kiemchung.store.base import Store
from kiemchung.web import build_app
from kiemchung.web.server import listen, make_server
from tests.web.boards import a_board
from tests.web.seed import CHECKS, a_story, seed_flags

CHROMIUM = "chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ORIGIN = "http://127.0.0.1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty store."""
    environ = {"KIEMCHUNG_DATA_DIR": str(tmp_path)}
    store = open_store(load_settings(environ))
    yield store
    store.close()


@pytest.fixture
def seeded(store: Store) -> Store:
    """Give a store that holds a small day."""
    assert store.put([*seed_flags(), *CHECKS, a_story()]) == []
    return store


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give an empty desk."""
    desk = open_desk(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    yield desk
    desk.close()


@pytest.fixture
def client(store: Store, desk: Desk) -> Iterator[TestClient]:
    """Give a client that speaks to the pages as a browser on this machine does."""
    headers = {"origin": ORIGIN, "accept-language": "en"}
    app = build_app(store, desk, board_of=a_board)
    with TestClient(app, base_url=ORIGIN, headers=headers) as client:
        yield client


@pytest.fixture
def site(store: Store, desk: Desk) -> Iterator[str]:
    """Serve the pages, and give their address."""
    listener = listen(0)
    server = make_server(build_app(store, desk, board_of=a_board))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the system's Chromium."""
    path = shutil.which(CHROMIUM) or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except BrowserError as error:
            sentence = f"Chromium can't start: {str(error).splitlines()[0]}"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(sentence)
        yield browser
        browser.close()


class Watched(msgspec.Struct):
    """A page of the browser, with what went wrong in it and what it asked of others."""

    page: Page
    problems: list[str]


@pytest.fixture
def watch(browser: Browser, site: str) -> Iterator[Callable[..., Watched]]:
    """Give a function that opens a page in a browser of its own, and checks it at the end."""
    contexts: list[BrowserContext] = []
    opened: list[Watched] = []

    def open_page(path: str = "/", **options: object) -> Watched:
        context = browser.new_context(base_url=site, **{"locale": "vi-VN", **options})
        contexts.append(context)
        context.set_default_timeout(10_000)
        watched = Watched(context.new_page(), [])
        watched.page.on("console", lambda said: _note(watched, said.type, said.text))
        watched.page.on("pageerror", lambda error: watched.problems.append(str(error)))
        watched.page.on("dialog", lambda dialog: _note(watched, "error", dialog.message))
        watched.page.on("request", lambda asked: _inside(watched, site, asked.url))
        opened.append(watched)
        watched.page.goto(path)
        return watched

    yield open_page
    for context in contexts:
        context.close()
    assert [problem for watched in opened for problem in watched.problems] == []


def _note(watched: Watched, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        watched.problems.append(text)


def _inside(watched: Watched, site: str, url: str) -> None:
    if not url.startswith(site):
        watched.problems.append(f"asked another: {url}")
