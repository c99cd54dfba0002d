"""One frozen `Settings`, built from the environment by `load_settings`, never at import."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from kiemchung.errors import SettingsError
from kiemchung.paths import PUBLISHERS, SOURCES

USER_AGENT = "kiemchung/0.1 (+{contact})"
CONTACT = re.compile(
    r"(mailto:)?[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+|https?://[^\s<>()]+\.[^\s<>()]+"
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that differs between two installations.

    `host_map` maps a host name to `address:port`; it is empty by default and the only way past the
    crawler's address gate. `store_api_key` and the desk's password in `desk_url` come from the
    environment and are never logged.
    """

    data_dir: Path
    store_url: str
    store_api_key: str = ""
    index_prefix: str = "kiemchung"
    desk_url: str
    crawl_state_url: str
    source_dirs: tuple[Path, ...] = (SOURCES,)
    publishers_files: tuple[Path, ...] = (PUBLISHERS,)
    contact: str = "set KIEMCHUNG_CONTACT"
    host_map: tuple[tuple[str, str], ...] = ()
    delay: float = 1.0
    timeout: float = 30.0
    page_bytes: int = 5_000_000
    captures_bytes: int = 20_000_000_000
    captures_days: int = 30
    post_days: int = 14
    check_worthy_days: int = 90
    flag_days: int = 90

    @property
    def captures_dir(self) -> Path:
        """Return the folder of the WARC files."""
        return self.data_dir / "captures"

    @property
    def user_agent(self) -> str:
        """Return the honest name under which pages are asked for."""
        return USER_AGENT.format(contact=self.contact)

    @property
    def has_contact(self) -> bool:
        """Tell whether the contact is a mail or web address."""
        return CONTACT.fullmatch(self.contact) is not None

    @property
    def hosts(self) -> dict[str, str]:
        """Return `host_map` as a dictionary."""
        return dict(self.host_map)


MOST_DAYS = 36_500
NUMBERS = {
    "delay": ("KIEMCHUNG_DELAY", float),
    "timeout": ("KIEMCHUNG_TIMEOUT", float),
    "page_bytes": ("KIEMCHUNG_PAGE_BYTES", int),
    "captures_bytes": ("KIEMCHUNG_CAPTURES_BYTES", int),
    "captures_days": ("KIEMCHUNG_CAPTURES_DAYS", int),
    "post_days": ("KIEMCHUNG_POST_DAYS", int),
    "check_worthy_days": ("KIEMCHUNG_CHECK_WORTHY_DAYS", int),
    "flag_days": ("KIEMCHUNG_FLAG_DAYS", int),
}
TEXTS = {
    "store_api_key": "KIEMCHUNG_STORE_API_KEY",
    "index_prefix": "KIEMCHUNG_INDEX_PREFIX",
    "contact": "KIEMCHUNG_CONTACT",
}
URLS = {
    "store_url": ("KIEMCHUNG_STORE_URL", "store.sqlite"),
    "desk_url": ("KIEMCHUNG_DESK_URL", "desk.sqlite"),
    "crawl_state_url": ("KIEMCHUNG_CRAWL_STATE_URL", "crawl_state.sqlite"),
}
FOLDERS = {
    "source_dirs": ("KIEMCHUNG_SOURCES", SOURCES),
    "publishers_files": ("KIEMCHUNG_PUBLISHERS", PUBLISHERS),
}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Build the settings from `environ` (the process's own by default).

    Raises:
        SettingsError: a variable can't be read; the text names it and what it should be.
    """
    env = os.environ if environ is None else environ
    data_dir = Path(env.get("KIEMCHUNG_DATA_DIR", "var")).absolute()
    given: dict[str, Any] = {field: env[name] for field, name in TEXTS.items() if env.get(name)}
    given |= {
        field: env.get(name) or f"sqlite:///{data_dir / file}"
        for field, (name, file) in URLS.items()
    }
    settings = Settings(
        data_dir=data_dir,
        source_dirs=_paths(env, "source_dirs"),
        publishers_files=_paths(env, "publishers_files"),
        host_map=parse_host_map(env.get("KIEMCHUNG_HOST_MAP", "")),
        **given,
        **_numbers(env),
    )
    for fault in _faults(settings):
        raise SettingsError(fault)
    return settings


def _faults(settings: Settings) -> Iterator[str]:
    for field, (name, _) in NUMBERS.items():
        value = getattr(settings, field)
        if (not value > 0 and field != "delay") or value < 0:
            yield f"{name}: {value} is not above 0"
        if field.endswith("_days") and value > MOST_DAYS:
            yield f"{name}: {value} is over {MOST_DAYS} days"
    if settings.flag_days < max(settings.post_days, settings.check_worthy_days):
        # A flag that went before its post would be raised again the next day.
        yield "KIEMCHUNG_FLAG_DAYS: flags must live as long as posts do, or longer"
    if settings.store_url.startswith("http"):
        try:
            urlsplit(settings.store_url).port  # noqa: B018 (reading it is the check)
        except ValueError:
            yield "KIEMCHUNG_STORE_URL: no address; use http(s)://host:port"


def parse_host_map(text: str) -> tuple[tuple[str, str], ...]:
    """Read `name.example=127.0.0.1:8123,other.example=…`.

    Raises:
        SettingsError: an entry is not `host=address:port`.
    """
    pairs = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        host, _, target = entry.partition("=")
        if not host or not target.rpartition(":")[2].isdigit():
            raise SettingsError(f"KIEMCHUNG_HOST_MAP: {entry!r} is not host=address:port")
        pairs.append((host.lower(), target))
    return tuple(pairs)


def _paths(env: Mapping[str, str], field: str) -> tuple[Path, ...]:
    name, shipped = FOLDERS[field]
    more = filter(None, env.get(name, "").split(os.pathsep))
    return (shipped, *(Path(entry).absolute() for entry in more))


def _numbers(env: Mapping[str, str]) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    for field, (name, kind) in NUMBERS.items():
        if text := env.get(name):
            try:
                numbers[field] = kind(text)
            except ValueError:
                raise SettingsError(f"{name}: {text!r} is not a number") from None
    return numbers
