"""A source's saved page and the post that is expected of it: what makes a source verified.

Beside the source's file, in `saved/<name>/`: `page.html` (the bytes as they came), `page.json`
(address, headers, time) and `expected.json` (drafts and checks, masked; no author has a field).
"""

import ast
import os
import re
import tempfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from crawlers.drafts import Extracted
from crawlers.registry import load_source
from crawlers.source import LoadedSource, SourceStatus
from crawlers.worker import reply_to
from kiemchung.errors import InputError, SourceError
from kiemchung.masking import mask
from kiemchung.records import RawPage

FOLDER = "saved"
PAGE, HOW, EXPECTED = "page.html", "page.json", "expected.json"
WORDS = frozenset({"title", "text", "claim", "rating_text", "publisher", "summary"})
KEPT = ("content-type",)
"""Headers that say how the bytes are to be read; no other one is saved."""


class Saved(msgspec.Struct, forbid_unknown_fields=True):
    """`page.json`: how the bytes of `page.html` came."""

    url: str
    headers: dict[str, str]
    fetched_at: datetime
    status: int = 200


def home_of(loaded: LoadedSource) -> Path:
    """Return the folder of a source's saved page."""
    return loaded.file.parent / FOLDER / loaded.source.name


def faults(loaded: LoadedSource, home: Path) -> list[str]:
    """Return what is wrong with the saved page in `home`; nothing for a source that is off."""
    name = loaded.source.name
    if loaded.source.status is not SourceStatus.VERIFIED:
        return []
    missing = [file for file in (PAGE, HOW, EXPECTED) if not (home / file).exists()]
    if missing:
        return [f"{name}: verified, but has no {file}" for file in missing]
    expected = msgspec.json.decode((home / EXPECTED).read_bytes())
    if _masked(expected) != _masked(plain(extracted(loaded, home))):
        return [f"{name}: extraction gives something else than {EXPECTED}"]
    return []


def extracted(loaded: LoadedSource, home: Path) -> Extracted:
    """Extract the page saved in `home` as the product would.

    Raises:
        SourceError: it can't be extracted any more.
    """
    saved = msgspec.json.decode((home / HOW).read_bytes(), type=Saved)
    body = (home / PAGE).read_bytes()
    page = RawPage(
        url=saved.url,
        source=loaded.source.name,
        status=saved.status,
        headers=tuple((name.lower(), value) for name, value in saved.headers.items()),
        body=body,
        fetched_at=saved.fetched_at,
        sha256=sha256(body).hexdigest(),
    )
    reply = reply_to(page, loaded)
    if reply.extracted is None:
        cause = reply.failure.cause if reply.failure else "no answer"
        raise SourceError(f"{loaded.source.name}: its saved page can't be extracted: {cause}")
    return reply.extracted


def plain(extracted: Extracted) -> Any:
    """Return the drafts and checks as JSON has them: the form of `expected.json`."""
    kept = {"drafts": extracted.drafts, "fact_checks": extracted.fact_checks}
    return msgspec.json.decode(msgspec.json.encode(kept))


def save(loaded: LoadedSource, page: RawPage, found: Extracted) -> Path:
    """Save `page` with what was found on it, an earlier one kept beside it; return the folder.

    Raises:
        InputError: the folder can't be written.
    """
    home = home_of(loaded)
    headers = {name: value for name, value in page.headers if name in KEPT}
    saved = Saved(url=page.url, headers=headers, fetched_at=page.fetched_at, status=page.status)
    files = {
        PAGE: page.body,
        HOW: msgspec.json.format(msgspec.json.encode(saved), indent=1),
        EXPECTED: msgspec.json.format(msgspec.json.encode(_masked(plain(found))), indent=1),
    }
    try:
        _keep_earlier(home)
        home.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _replace(home / name, content)
    except OSError as error:
        raise InputError(f"{home}: can't be written ({error.strerror}); mind its rights") from error
    return home


def _masked(found: Any) -> Any:
    """Mask the words of drafts and checks: nobody's number is kept to be compared (boundary 8).

    Fields without a value are left out, so that a field to come makes no saved page wrong.
    """
    return {
        kind: [
            {k: mask(v) if k in WORDS else v for k, v in each.items() if v is not None}
            for each in records
        ]
        for kind, records in found.items()
    }


def _keep_earlier(home: Path) -> None:
    """Move an earlier page to a folder of its date: a site that changed is worth two pages."""
    if (home / HOW).exists():
        saved = msgspec.json.decode((home / HOW).read_bytes(), type=Saved)
        beside = home.with_name(f"{home.name}.{saved.fetched_at:%Y%m%dT%H%M%S}")
        if not beside.exists():
            home.rename(beside)


def switch_on(loaded: LoadedSource) -> None:
    """Change the one word in a source's file that makes it verified; it loads afterwards as before.

    Raises:
        SourceError: the file has no status to change, or would no longer say the same.
        InputError: the file can't be written.
    """
    if loaded.source.status is SourceStatus.VERIFIED:
        return
    text = loaded.file.read_bytes()
    changed = _with_status(loaded.file, text)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / loaded.file.name
        copy.write_bytes(changed)
        wanted = msgspec.structs.replace(loaded.source, status=SourceStatus.VERIFIED)
        if load_source(copy).source != wanted:
            raise SourceError(f"{loaded.file}: can't be switched on safely; set its status by hand")
    try:
        _replace(loaded.file, changed)
    except OSError as error:
        raise InputError(f"{loaded.file}: can't be written ({error.strerror})") from error


def _with_status(file: Path, text: bytes) -> bytes:
    value = _status_of(ast.parse(text))
    if value is None or value.end_lineno != value.lineno or value.end_col_offset is None:
        raise SourceError(
            f"{file}: add `status=SourceStatus.CONFIGURED` to SOURCE = Source(...), then try again"
        )
    lines = text.splitlines(keepends=True)
    line = lines[value.lineno - 1]
    new = b"SourceStatus.VERIFIED"
    lines[value.lineno - 1] = line[: value.col_offset] + new + line[value.end_col_offset :]
    # A comment that says why it was off would be wrong now.
    lines[value.lineno - 1] = re.sub(rb",\s*#[^\r\n]*", b",", lines[value.lineno - 1])
    return b"".join(lines)


def _status_of(tree: ast.Module) -> ast.expr | None:
    """Return the value of `status` in `SOURCE = Source(...)`."""
    for node in tree.body:
        names = [to.id for to in getattr(node, "targets", ()) if isinstance(to, ast.Name)]
        if "SOURCE" in names and isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            return {each.arg: each.value for each in node.value.keywords}.get("status")
    return None


def _replace(file: Path, content: bytes) -> None:
    """Write `file` whole or not at all, with the rights that it had."""
    mode = file.stat().st_mode if file.exists() else None
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(content)
        os.chmod(name, mode if mode is not None else 0o644)  # noqa: PTH101 (a name, not a Path)
        os.replace(name, file)  # noqa: PTH105
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
