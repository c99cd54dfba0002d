"""F11: the address gate, asked directly."""

import socket

import pytest
from twisted.internet.error import DNSLookupError

from crawlers.address import AddressGate, AddressRefused, check_address

INNER = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 (an address to refuse)
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.0.192",
    "192.88.99.1",
    "168.63.129.16",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "3fff::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
]
PUBLIC = ["8.8.8.8", "203.113.131.1", "2606:4700::6810:84e5", "64:ff9b::808:808"]
NUMBERS = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]", "localhost"]


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_refused(address: str) -> None:
    """Loopback, private, link-local, reserved and embedding addresses are never dialled."""
    with pytest.raises(AddressRefused):
        check_address(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    """The gate doesn't stand in the way of the web."""
    check_address(address)


@pytest.mark.parametrize("host", NUMBERS)
def test_numbers_are_judged_by_what_they_lead_to(host: str) -> None:
    """Decimal, octal and short forms are resolved as the system would, then judged."""
    with pytest.raises(AddressRefused):
        AddressGate({}).places(host, 80)


@pytest.mark.parametrize("port", [22, 25, 6379, 9200, 65535])
def test_other_ports_than_the_webs_are_refused(port: int) -> None:
    """What doesn't speak HTTP isn't spoken to in it."""
    with pytest.raises(AddressRefused, match=str(port)):
        AddressGate({}, resolve=lambda *_: ["8.8.8.8"]).places("odd.example", port)


def test_one_inner_address_among_public_ones_refuses_the_name() -> None:
    """A name with a public and an inner address is not dialled at all."""
    gate = AddressGate({}, resolve=lambda *_: ["8.8.8.8", "127.0.0.1"])

    with pytest.raises(AddressRefused):
        gate.places("mixed.example", 80)


def test_each_connection_asks_again() -> None:
    """A name that changes its answer after the first look is refused at the second."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    gate = AddressGate({}, resolve=lambda *_: next(answers))

    assert gate.places("rebind.example", 80) == [("8.8.8.8", 80)]
    with pytest.raises(AddressRefused):
        gate.places("rebind.example", 80)


def test_the_map_is_the_only_exemption() -> None:
    """A mapped host leads where the map says; its neighbours don't."""
    gate = AddressGate({"Demo.example": "127.0.0.1:8123"}, resolve=lambda *_: ["127.0.0.1"])

    assert gate.places("demo.example", 80) == [("127.0.0.1", 8123)]
    with pytest.raises(AddressRefused):
        gate.places("www.demo.example", 80)


def test_a_name_without_address_is_told() -> None:
    """A name that leads nowhere is a lookup error, not a refusal."""

    def nowhere(*_: object) -> list[str]:
        raise socket.gaierror

    with pytest.raises(DNSLookupError):
        AddressGate({}, resolve=nowhere).places("nowhere.example", 80)
