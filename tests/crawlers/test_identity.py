"""Nobody is asked by a stranger: the contact that a crawl of others' hosts needs."""

import subprocess
import sys

import msgspec
import pytest

from crawlers.run import environment_of
from kiemchung.errors import SettingsError
from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab, page

HOST, OTHER = "nha.example", "nguoi-khac.example"


@pytest.fixture
def stranger(lab: Lab) -> Lab:
    """Return a lab without a contact, with a source of the host map and one of another host."""
    lab.settings = msgspec.structs.replace(lab.settings, contact="set KIEMCHUNG_CONTACT")
    lab.host(HOST)
    lab.server.feed(HOST, "/rss", [f"http://{HOST}/1"])
    lab.server.on(HOST, "/1", page("1"))
    lab.source("nha", f"http://{HOST}/rss")
    lab.source("nguoi_khac", f"http://{OTHER}/rss")
    return lab


@pytest.mark.parametrize(
    ("contact", "counts"),
    [
        ("desk@toa-soan.example", True),
        ("mailto:desk@toa-soan.example", True),
        ("https://toa-soan.example/lien-he", True),
        ("set KIEMCHUNG_CONTACT", False),
        ("", False),
        ("me", False),
        ("@me", False),
        ("a@b", False),
        ("ftp://toa-soan.example", False),
        ("desk@toa-soan.example\r\nX-Other: 1", False),
    ],
)
def test_a_contact_is_a_mail_or_web_address(
    lab: Lab,
    contact: str,
    counts: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    """Words that nobody could write to are no contact."""
    assert msgspec.structs.replace(lab.settings, contact=contact).has_contact is counts


def test_without_a_contact_no_other_host_is_fetched(stranger: Lab) -> None:
    """The error names the setting, the host and its source; nothing is asked of anybody."""
    with pytest.raises(SettingsError, match=rf"KIEMCHUNG_CONTACT.*{OTHER}.*nguoi_khac"):
        stranger.crawl()

    assert stranger.server.log == []


def test_the_crawls_own_process_refuses_too(stranger: Lab) -> None:
    """Whoever starts the process by hand is told the same."""
    command = [sys.executable, "-m", "crawlers.run", "--run", "r1", "--source", "nguoi_khac"]
    done = subprocess.run(
        command, env=environment_of(stranger.settings), capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "KIEMCHUNG_CONTACT" in done.stderr


def test_the_host_map_needs_no_contact(stranger: Lab) -> None:
    """Hosts that the settings lead elsewhere are the operator's own."""
    stranger.crawl("nha")

    assert stranger.fates()[f"http://{HOST}/1"] is Fate.FETCHED


def test_with_a_contact_another_host_is_tried(stranger: Lab) -> None:
    """With a contact the crawl begins; here it ends where the name has no address."""
    stranger.settings = msgspec.structs.replace(
        stranger.settings, contact="https://toa-soan.example"
    )

    stranger.crawl("nguoi_khac")

    assert stranger.fates() == {f"http://{OTHER}/rss": Fate.ROBOTS_DENIED}
