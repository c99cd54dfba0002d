"""`python -m demo`: serve the demo web, do a day's work on it, show the review page."""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from demo.outlets import OUTLETS
from demo.server import DemoServer

ROOT = Path(__file__).resolve().parent.parent
LEAST_DISK = 300_000_000
INTERRUPTED = 130
"""The status of what Ctrl-C ended."""


def main() -> int:
    """Run the demo; 1 with one sentence where something is in the way."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end before the review page")
    parser.add_argument("--port", type=int, default=8765, help="the review page's port")
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "demo", help="where data lies")
    options = parser.parse_args()
    if fault := find_fault(options.data, 0 if options.once else options.port):
        print(f"kiemchung: {fault}", file=sys.stderr)
        return 1
    with DemoServer() as server:
        environment = environment_of(server, options.data)
        print(f"The demo web: {len(OUTLETS)} outlets at 127.0.0.1:{server.port}", file=sys.stderr)
        # By name: no source of an installation is crawled along.
        names = [part for outlet in OUTLETS for part in ("--source", outlet.slug)]
        status = run("run", environment, *names)
        if status or options.once:
            return 0 if status == INTERRUPTED else status
        run("review", environment, "--port", str(options.port))
    return 0


def find_fault(data: Path, port: int) -> str:
    """Return what is in the way, "" if nothing."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"{data} can't be made ({error.strerror}); choose a folder with ARGS='--data DIR'"
    if shutil.disk_usage(data).free < LEAST_DISK:
        return f"too little disk: {LEAST_DISK // 1_000_000} MB are needed in {data}"
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except OSError:
        return f"port {port} is taken; choose another: make demo ARGS='--port {port + 1}'"
    return ""


def environment_of(server: DemoServer, data: Path) -> dict[str, str]:
    """Return the environment under which kiemchung crawls the demo web."""
    # The demo's posts belong into no real store, so no setting of an installation is taken over.
    others = {name: value for name, value in os.environ.items() if "KIEMCHUNG_" not in name}
    return {
        **others,
        "KIEMCHUNG_DATA_DIR": str(data),
        "KIEMCHUNG_SOURCES": str(ROOT / "demo" / "sources"),
        "KIEMCHUNG_PUBLISHERS": str(ROOT / "demo" / "publishers.toml"),
        "KIEMCHUNG_HOST_MAP": ",".join(f"{host}={place}" for host, place in server.host_map),
        "KIEMCHUNG_CONTACT": "demo@kiemchung.example",
        "KIEMCHUNG_DELAY": "0.05",
        "KIEMCHUNG_TIMEOUT": "3",
    }


def run(command: str, environment: dict[str, str], *arguments: str) -> int:
    """Run a kiemchung command to its end; return its status, INTERRUPTED after Ctrl-C."""
    program = Path(sys.executable).parent / "kiemchung"
    # Our own program and words, nothing from outside.
    with subprocess.Popen([program, command, *arguments], env=environment) as process:  # noqa: S603
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            process.wait()
            return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
