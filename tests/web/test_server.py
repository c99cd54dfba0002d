"""Serving on this machine alone."""

import socket
import urllib.request

import pytest
from starlette.testclient import TestClient

from kiemchung.desk import Desk
from kiemchung.errors import InputError
from kiemchung.store.base import Store
from kiemchung.web import build_app, serve
from kiemchung.web.server import listen


def test_the_listener_is_on_loopback() -> None:
    """Nobody on the network reaches the desk."""
    with listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_taken_port_is_one_clear_sentence(store: Store, desk: Desk) -> None:
    """The error names the port and says what to do."""
    with listen(0) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(InputError, match=f"port {port} is taken.*choose another"):
            serve(build_app(store, desk), port)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_is_none_is_one_clear_sentence(port: int) -> None:
    """The error says which ports there are."""
    with pytest.raises(InputError, match="between 1024 and 65535"):
        listen(port)


def test_a_real_server_answers(site: str) -> None:
    """The pages come over a real socket, without the server's name."""
    with urllib.request.urlopen(f"{site}/healthz") as answer:  # noqa: S310 - our own address
        assert answer.read() == b"ok"
        assert answer.headers["server"] is None


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "192.0.2.7", ""]
)
def test_a_rebound_name_is_refused(client: TestClient, host: str) -> None:
    """A foreign name that resolves to this machine gets nothing."""
    response = client.get("/about", headers={"host": host})

    assert response.status_code == 400
    assert "kiemchung" not in response.text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost:8000", "LOCALHOST:1"])
def test_this_machines_names_are_taken(client: TestClient, host: str) -> None:
    """Whatever the port."""
    assert client.get("/about", headers={"host": host}).status_code == 200


def test_a_served_port_is_free_again_afterwards() -> None:
    """A restart right after Ctrl-C finds its port."""
    with listen(0) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            pass

    with listen(port) as again:
        assert again.getsockname()[1] == port
