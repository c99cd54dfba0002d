"""Fill in the answer form the way a browser does."""

import html
import re
from typing import Any

import httpx2
from starlette.testclient import TestClient

TOKEN = re.compile(r'name="token" value="([^"]+)"')


def path_of(flag_id: str) -> str:
    """Return the address of a flag's page."""
    return f"/flags/{flag_id}"


def token_of(page: str) -> str:
    """Return the form's token."""
    found = TOKEN.search(page)
    assert found
    return html.unescape(found.group(1))


def send(
    client: TestClient, flag_id: str, choice: str, *, query: str = "", **fields: Any
) -> httpx2.Response:
    """Open the flag's page, fill in its form and send it; redirects are not followed."""
    path = path_of(flag_id) + query
    token = token_of(client.get(path).text)
    data = {"token": token, "choice": choice, **fields}
    return client.post(path, data=data, follow_redirects=False)
