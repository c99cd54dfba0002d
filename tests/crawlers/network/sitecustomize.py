"""A network of the tests' own below a crawl: names resolve, and dials lead, as NETWORK says.

Python imports this module at start-up of every process that has its folder on the path. NETWORK
names a file of JSON: `names` (what each name resolves to, one list of addresses a lookup, the last
one from then on), `public` (addresses that lead to the site), `site` and `canary` (address and
port), `log` (a file to which each dial is written). A dial of any other address leads to the
canary: what is let through is really asked, whatever machine the tests run on.
"""

import json
import os
import socket
from pathlib import Path
from typing import Any

_look_up = socket.getaddrinfo
_connect = socket.socket.connect_ex
NETWORK = json.loads(Path(os.environ["NETWORK"]).read_text()) if "NETWORK" in os.environ else {}


def _resolved(host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
    """Answer for the names of this network, and for numbers as the system does."""
    name = (host.decode() if isinstance(host, bytes) else str(host)).lower().rstrip(".")
    answers = NETWORK["names"].get(name)
    if answers is None:
        flags = 0 if name == "localhost" else socket.AI_NUMERICHOST
        return _look_up(host, port, type=socket.SOCK_STREAM, flags=flags)
    addresses = answers.pop(0) if len(answers) > 1 else answers[0]
    return [each for address in addresses for each in _numeric(address, port)]


def _numeric(address: str, port: Any) -> list[Any]:
    """Return an entry for an address, also where this machine has no such network."""
    if ":" not in address:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
    return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))]


def _dialled(self: socket.socket, address: Any) -> int:
    """Lead a dial to the site or to the canary, and write it down the first time."""
    if self.family not in {socket.AF_INET, socket.AF_INET6}:
        return _connect(self, address)
    is_public = address[0] in NETWORK["public"]
    with Path(NETWORK["log"]).open("a") as log:
        log.write(f"{address[0]} {address[1]}\n")
    host, port = NETWORK["site" if is_public else "canary"]
    host = f"::ffff:{host}" if self.family == socket.AF_INET6 else host
    return _connect(self, (host, port))


if NETWORK:
    socket.getaddrinfo = _resolved
    socket.socket.connect_ex = _dialled  # type: ignore[method-assign]
