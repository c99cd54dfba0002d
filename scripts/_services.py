"""Start, find and stop local services that outlive the script that started them."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

State = dict[str, Any]

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# Below the range from which the kernel picks ports for outgoing connections: a port chosen
# here is not taken by somebody's client while a node boots.
PORTS = range(20_000, 32_000)


class ServiceError(Exception):
    """One sentence for the person at the terminal, and the log lines that explain it."""

    def __init__(self, sentence: str, log_lines: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.log_lines = list(log_lines)


@dataclass(frozen=True)
class Service:
    """What is common to all instances of one kind of server."""

    name: str
    stop_signal: signal.Signals


@dataclass(frozen=True)
class Process:
    """The leader of a process group; the start time tells it from a later owner of its pid."""

    pid: int
    started: str


@dataclass(frozen=True)
class Instance:
    """One named run of a service, with a state file, a lock and a folder of its own."""

    service: Service
    name: str

    @property
    def folder(self) -> Path:
        """Everything the instance writes; removed by `clear`."""
        return service_folder(self.service) / "run" / self.name

    @property
    def state_file(self) -> Path:
        """Readable by its owner only, since it may hold a password."""
        return service_folder(self.service) / "state" / f"{self.name}.json"

    def read(self) -> State | None:
        """The state last written, or None."""
        try:
            state: State = json.loads(self.state_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise ServiceError(f"The state file {self.state_file} is not JSON.") from error
        return state

    def write(self, state: State) -> None:
        """Replace the state at once: a reader sees the old one or the new one."""
        self.state_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.state_file.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(state, file, indent=2)
        draft.replace(self.state_file)

    def clear(self) -> None:
        """Stop what still runs, then remove the folder and the state."""
        stop(processes(self.read() or {}), self.service.stop_signal)
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.state_file.unlink(missing_ok=True)

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Let one command at a time change this instance."""
        return file_lock(service_folder(self.service) / "locks" / f"{self.name}.lock")


def cache_root() -> Path:
    """The folder for all that is fetched or run."""
    if chosen := os.environ.get("KIEMCHUNG_CACHE_DIR"):
        return Path(chosen).expanduser().resolve()
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen).expanduser().resolve() / "kiemchung"
    # Root's services run as another user, who cannot enter root's home.
    if os.geteuid() == 0:
        return Path("/var/cache/kiemchung")
    return Path.home() / ".cache" / "kiemchung"


def service_folder(service: Service) -> Path:
    """The part of the cache that belongs to one service."""
    return cache_root() / service.name


def instances(service: Service) -> list[Instance]:
    """Every instance that has a state, by name."""
    files = sorted((service_folder(service) / "state").glob("*.json"))
    return [Instance(service, file.stem) for file in files]


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock that ends with the process at the latest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"waiting for another command that holds {path}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def free_ports(count: int) -> list[int]:
    """Different ports of 127.0.0.1 on which nothing listens now."""
    candidates = random.sample(PORTS, k=len(PORTS))
    return [port for port, _ in zip(filter(is_free, candidates), range(count), strict=False)]


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


def prepare_folder(folder: Path, user: str | None) -> None:
    """Make an empty folder which only `user` can read, and which `user` can reach."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if user:
        check_reachable(folder.parent, user)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)


def check_reachable(folder: Path, user: str) -> None:
    """Refuse a folder which `user` cannot enter because of one of its parents."""
    for part in (folder, *folder.parents):
        if part.exists() and not part.stat().st_mode & 0o001:
            raise ServiceError(
                f"The user {user} cannot enter {part}: set KIEMCHUNG_CACHE_DIR to another folder."
            )


def give(folder: Path, user: str | None) -> None:
    """Make `user` the owner of a folder and all below it; None leaves it as it is."""
    if user is None:
        return
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user, identity(user)["group"])


def environment(folder: Path, **extra: str) -> dict[str, str]:
    """A small environment: neither secrets nor options of the caller reach the service."""
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", **extra}


def identity(user: str | None) -> State:
    """The arguments that make subprocess run a command as `user`."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def spawn(
    command: Sequence[str], *, user: str | None, cwd: Path, log: Path, env: Mapping[str, str]
) -> Process:
    """Start a command in a session of its own, so that it survives this script."""
    with log.open("ab") as output:
        streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
        options: State = {**streams, **identity(user), "start_new_session": True}
        child = subprocess.Popen(command, cwd=cwd, env=env, **options)
    return Process(child.pid, (read_stat(child.pid) or ["?"] * 20)[19])


def read_stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the command's name; None if gone or a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields


def is_alive(process: Process) -> bool:
    """Whether this very process runs, not another one that got its pid."""
    fields = read_stat(process.pid)
    return fields is not None and fields[19] == process.started


def group_members(process: Process) -> list[int]:
    """The living processes of the group, also when its leader has died."""
    leader = read_stat(process.pid)
    if leader is not None and leader[19] != process.started:
        return []
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    stats = ((pid, read_stat(pid)) for pid in pids)
    return [pid for pid, fields in stats if fields and int(fields[2]) == process.pid]


def processes(state: State) -> list[Process]:
    """The processes a state names."""
    nodes = state.get("nodes", [])
    return [Process(node["pid"], node["started"]) for node in nodes if node["pid"]]


def stop(targets: Sequence[Process], first: signal.Signals, grace: float = 30) -> None:
    """Leave no process of these groups: ask all leaders first, kill after `grace` seconds."""
    for target in targets:
        send(first, [target.pid] if is_alive(target) else group_members(target))
    if wait_until(lambda: not any(map(group_members, targets)), grace):
        return
    for target in targets:
        send(signal.SIGKILL, group_members(target))
    if not wait_until(lambda: not any(map(group_members, targets)), 10):
        raise ServiceError("Some processes survived SIGKILL; look at `ps` before trying again.")


def send(what: signal.Signals, pids: Sequence[int]) -> None:
    """Signal each pid that still exists."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)


def wait_until(happened: Callable[[], bool], seconds: float, pause: float = 0.2) -> bool:
    """Poll until it happened; False if it did not in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def wait_ready(state: State, answers: Callable[[], bool], seconds: float) -> None:
    """Wait until the service answers; explain with its log why it never will."""

    def dead() -> list[State]:
        return [n for n in state["nodes"] if not is_alive(Process(n["pid"], n["started"]))]

    in_time = wait_until(lambda: bool(dead()) or answers(), seconds)
    if broken := dead():
        raise boot_error(broken[0], "stopped while it booted")
    if not in_time:
        raise boot_error(state["nodes"][0], f"was not ready after {seconds:g} seconds")


def boot_error(node: State, reason: str) -> ServiceError:
    """The error for a node that did not boot, with the end of its log."""
    text = Path(node["log"]).read_text(encoding="utf-8", errors="replace")
    if "Address already in use" in text:
        reason = "found one of its ports taken"
    # Java's stack frames would push the cause out of sight.
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("at ")]
    end = "the last lines of its log follow" if lines else "its log is empty"
    return ServiceError(f"{node['name']} {reason}; {end}.", lines[-15:])


def up(instance: Instance, wanted: State, start: Callable[[], State]) -> State:
    """The state of the running instance, started now unless it already runs as wanted."""
    with instance.locked():
        state = instance.read()
        if state and state["ready"] and any(map(is_alive, processes(state))):
            check_same(instance, state, wanted)
            return state
        instance.clear()
        try:
            return start()
        except BaseException:
            instance.clear()
            raise


def check_same(instance: Instance, state: State, wanted: State) -> None:
    """Refuse to pass off a running instance as something else than it is."""
    different = [key for key, value in wanted.items() if state[key] != value]
    if status_of(state) != "running":
        different = ["number of living nodes"]
    if different:
        raise ServiceError(
            f"{instance.service.name} {instance.name} already runs with another"
            f" {' and '.join(different).replace('_', ' ')}: take it down first."
        )


def status_of(state: State) -> str:
    """`running`, `degraded` (some nodes died), `starting` or `stopped`."""
    alive = sum(map(is_alive, processes(state)))
    if not alive:
        return "stopped"
    if not state["ready"]:
        return "starting"
    return "running" if alive == len(state["nodes"]) else "degraded"


def status(service: Service, name: str | None, *, as_json: bool) -> int:
    """Print what runs; 1 if the named instance does not."""
    found = [Instance(service, name)] if name else instances(service)
    none: State = {"name": name, "nodes": [], "urls": [], "ready": False}
    states = [instance.read() or none for instance in found]
    reports = [{**state, "status": status_of(state)} for state in states]
    if as_json:
        print(json.dumps(reports[0] if name else reports, indent=2))
    for report in reports if not as_json else []:
        print(report["name"], report["status"], *report["urls"])
    return int(bool(name) and reports[0]["status"] != "running")


def down(service: Service, name: str, *, everything: bool) -> int:
    """Stop one or all instances and remove their data; fine if none runs."""
    for instance in instances(service) if everything else [Instance(service, name)]:
        with instance.locked():
            existed = instance.read() is not None
            instance.clear()
        tell(f"{service.name} {instance.name} {'is down' if existed else 'was not up'}")
    return 0


def commands(description: str) -> tuple[argparse.ArgumentParser, dict[str, Any]]:
    """A parser with `up`, `down` and `status`, and the parsers of the three commands."""
    parser = argparse.ArgumentParser(description=description)
    actions = parser.add_subparsers(dest="command", required=True)
    names = {"up": "default", "down": "default", "status": None}
    made = {key: actions.add_parser(key) for key in names}
    made["up"].add_argument("--timeout", type=float, default=180, help="seconds for the boot")
    for key, default in names.items():
        made[key].add_argument("--name", type=instance_name, default=default)
    for key in ("up", "status"):
        made[key].add_argument("--json", action="store_true", help="print the state as JSON")
    made["down"].add_argument("--all", action="store_true", help="every instance")
    return parser, {**made, "actions": actions}


def instance_name(text: str) -> str:
    """Accept only a name that is safe as a file's name and as a cluster's name."""
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("use up to 40 of a-z, 0-9 and -")
    return text


def tell(message: str) -> None:
    """Say something to a person; standard output is for programs."""
    print(message, file=sys.stderr, flush=True)


def leave(number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an exception, so that a half-started service is stopped."""
    raise SystemExit(128 + number)


def run(main: Callable[[], int]) -> None:
    """Exit with main's code, or with 2 after one sentence about what went wrong."""
    # Root's service user must be able to read what root unpacks, whatever the caller's mask.
    os.umask(0o022)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        # Under nohup a hang-up stays ignored.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, leave)
    try:
        sys.exit(main())
    except ServiceError as error:
        tell("\n".join([f"error: {error}", *error.log_lines]))
    except OSError as error:
        tell(f"error: {error.filename or 'system'}: {error.strerror or error}.")
    sys.exit(2)
