"""Who publishes fact-checks, of which type, and who says so."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from kiemchung.errors import SettingsError
from kiemchung.text import fold_text, tokens
from kiemchung.vocabulary import PublisherType


class Publisher(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the publisher table. `about` names whom it speaks for when it speaks of itself."""

    host: str
    name: str
    type: PublisherType
    said_by: str
    about: tuple[str, ...] = ()


class Publishers(msgspec.Struct, frozen=True):
    """The publisher table, by host."""

    by_host: dict[str, Publisher]

    def of_url(self, url: str) -> Publisher | None:
        """Return the publisher whose host, or a parent of it, serves `url`; None if unlisted."""
        labels = _host(url).split(".")
        hosts = (".".join(labels[i:]) for i in range(len(labels)))
        return next((self.by_host[host] for host in hosts if host in self.by_host), None)

    def type_of(self, url: str) -> PublisherType:
        """Return the type of the publisher of `url`; who isn't listed is `unknown`."""
        publisher = self.of_url(url)
        return publisher.type if publisher else PublisherType.UNKNOWN

    def is_about_itself(self, url: str, claim: str) -> bool:
        """Tell whether `claim` names the publisher of `url`, or whom it speaks for."""
        publisher = self.of_url(url)
        if publisher is None:
            return False
        return any(is_named(name, claim) for name in (publisher.name, *publisher.about))


def is_named(name: str, text: str) -> bool:
    """Tell whether the words of `name` stand in `text`, whatever marks, case and punctuation."""
    wanted, said = (" ".join(tokens(fold_text(each))) for each in (name, text))
    return bool(wanted) and f" {wanted} " in f" {said} "


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def load_publishers(files: Sequence[Path]) -> Publishers:
    """Read the publisher tables in order; a later row for a host replaces an earlier one.

    Raises:
        SettingsError: a file is missing or a row is wrong; the text names the file.
    """
    rows: dict[str, Publisher] = {}
    for file in files:
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8")).get("publisher", [])
            rows |= {row.host: row for row in msgspec.convert(table, list[Publisher])}
        except (OSError, ValueError, msgspec.ValidationError) as error:
            raise SettingsError(f"publisher table {file.name}: {error}") from error
    return Publishers(rows)
