"""Saved pages: what a source's page looked like, and what must be read out of it."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from crawlers.drafts import Extracted
from crawlers.extract import extract
from crawlers.source import LoadedSource, SourceStatus
from kiemchung.records import RawPage

SAVED = Path(__file__).parent / "sources"


class Saved(msgspec.Struct, forbid_unknown_fields=True):
    """`page.json`: how the bytes of `page.html` came."""

    url: str
    headers: dict[str, str]
    fetched_at: datetime
    status: int = 200


def faults(loaded: LoadedSource, folder: Path = SAVED) -> list[str]:
    """Return what is wrong with a source's saved page; nothing for one that is not verified."""
    if loaded.source.status is not SourceStatus.VERIFIED:
        return []
    home = folder / loaded.source.name
    missing = [n for n in ("page.html", "page.json", "expected.json") if not (home / n).exists()]
    if missing:
        return [f"{loaded.source.name}: verified, but has no {name}" for name in missing]
    expected = msgspec.json.decode((home / "expected.json").read_bytes())
    if expected != plain(extracted(loaded, home)):
        return [f"{loaded.source.name}: extraction gives something else than expected.json"]
    return []


def extracted(loaded: LoadedSource, home: Path) -> Extracted:
    """Extract the page saved in `home` as the product would."""
    saved = msgspec.json.decode((home / "page.json").read_bytes(), type=Saved)
    body = (home / "page.html").read_bytes()
    page = RawPage(
        url=saved.url,
        source=loaded.source.name,
        status=saved.status,
        headers=tuple((name.lower(), value) for name, value in saved.headers.items()),
        body=body,
        fetched_at=saved.fetched_at,
        sha256=sha256(body).hexdigest(),
    )
    return (loaded.extract or extract)(page, loaded.source)


def plain(extracted: Extracted) -> Any:
    """Return the drafts and checks as JSON has them: the form of `expected.json`."""
    kept = {"drafts": extracted.drafts, "fact_checks": extracted.fact_checks}
    return msgspec.json.decode(msgspec.json.encode(kept))
