"""`store`, `expire` and `doctor`: is all there, and is it well?"""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from kiemchung.commands.session import opened_store
from kiemchung.errors import KiemchungError
from kiemchung.settings import Settings, load_settings

LEAST_DISK = 1_000_000_000


@click.group()
def store() -> None:
    """Make and check the store.

    Example: kiemchung store check
    """


@store.command("init")
def init_store() -> None:
    """Make the store where it is not there yet; what is there stays.

    Example: KIEMCHUNG_STORE_URL=http://127.0.0.1:9200 kiemchung store init
    """
    with opened_store() as (_, opened):
        _tell(opened.check(), "the store is there")


@store.command("check")
def check_store() -> None:
    """Say what is wrong with the store, and what to do.

    Example: kiemchung store check
    """
    with opened_store() as (_, opened):
        _tell(opened.check(), "the store is well")


@click.command()
def expire() -> None:
    """Remove what is over its time: posts, flags, captures, quarantine, what crawls remember.

    Example: kiemchung expire
    """
    from kiemchung.captures import Captures
    from kiemchung.crawl_state import open_crawl_state
    from kiemchung.retention import expire_records

    with (
        opened_store() as (settings, opened),
        Captures(settings.captures_dir, settings.captures_bytes) as captures,
        closing(open_crawl_state(settings.crawl_state_url)) as state,
    ):
        gone = expire_records(opened, captures, state, settings, datetime.now(UTC))
    click.echo(
        f"expired: {gone.posts} posts, {gone.editions} earlier editions, {gone.flags} flags, "
        f"{gone.captures} captures, {gone.quarantined} quarantine entries, "
        f"{gone.remembered} rows of the crawl state"
    )


@click.command()
def doctor() -> None:
    """Say what is there, what is missing, and what to do about it.

    Example: kiemchung doctor
    """
    settings = load_settings()
    bad = 0
    for name, fault in _examine(settings):
        bad += bool(fault)
        click.echo(f"{'✗' if fault else '✓'} {name}{': ' + fault if fault else ''}")
    if bad:
        sys.exit(1)


def _examine(settings: Settings) -> Iterator[tuple[str, str]]:
    yield f"Python {platform.python_version()}", ""
    yield f"data in {settings.data_dir}", _folder_fault(settings.data_dir)
    yield f"store {_kind(settings.store_url)}", _store_fault()
    yield f"desk {_kind(settings.desk_url)}", _desk_fault(settings)
    yield "sources", _sources_fault(settings)
    contact = (
        ""
        if settings.has_contact
        else (
            "set KIEMCHUNG_CONTACT to an address at which site owners reach you, before you crawl"
        )
    )
    yield "contact in the user agent", contact


def _folder_fault(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return f"{error.strerror}; set KIEMCHUNG_DATA_DIR to a folder that can be written"
    if not os.access(folder, os.W_OK):
        return "can't be written; set KIEMCHUNG_DATA_DIR to a folder that can"
    return "" if free > LEAST_DISK else f"only {free // 1_000_000} MB free; make room"


def _store_fault() -> str:
    try:
        with opened_store() as (_, opened):
            return "; ".join(opened.check())
    except KiemchungError as error:
        return str(error)


def _desk_fault(settings: Settings) -> str:
    from kiemchung.desk import open_desk

    try:
        desk = open_desk(settings.desk_url)
    except KiemchungError as error:
        return str(error)
    try:
        return "; ".join(desk.check())
    finally:
        desk.close()


def _sources_fault(settings: Settings) -> str:
    from crawlers.registry import load_sources

    try:
        known = load_sources(settings.source_dirs)
    except KiemchungError as error:
        return str(error)
    return "" if known else "none; add a file to crawlers/sources (docs/add_a_source.md)"


def _kind(url: str) -> str:
    """Return what may be shown of an address: never a password."""
    return url if url.startswith("sqlite:") else url.partition("://")[0]


def _tell(faults: list[str], well: str) -> None:
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)
    click.echo(well)
