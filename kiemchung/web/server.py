"""Serve the pages on loopback: until there are accounts, nobody else may see them."""

import contextlib
import errno
import socket

import uvicorn
from starlette.applications import Starlette

from kiemchung.errors import InputError

LOOPBACK = "127.0.0.1"


def serve(app: Starlette, port: int) -> None:
    """Serve `app` on 127.0.0.1:`port` until Ctrl-C.

    Raises:
        InputError: the port is taken, or is none that this user may open.
    """
    with listen(port) as listener, contextlib.suppress(KeyboardInterrupt):
        make_server(app).run(sockets=[listener])


def make_server(app: Starlette) -> uvicorn.Server:
    """Return a server that logs no request: addresses hold what a reviewer searched for."""
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, proxy_headers=False
    )
    return uvicorn.Server(config)


def listen(port: int) -> socket.socket:
    """Return a listening socket on 127.0.0.1; port 0 takes a free one.

    Raises:
        InputError: see `serve`.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise InputError(_sentence(port, getattr(error, "errno", None))) from None
    return listener


def _sentence(port: int, number: int | None) -> str:
    if number == errno.EADDRINUSE:
        return f"port {port} is taken by another program: stop it, or choose another port"
    return f"port {port} can't be opened: choose one between 1024 and 65535"
