"""The address gate: what is dialled is checked, at the moment of dialling, and only then dialled.

A name is resolved once for each connection; the address that was checked is the one connected
to, so that an answer can't change in between (DNS rebinding). Proxies are off.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _ScrapyAgent
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, IgnoreRequest
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError, DNSLookupError
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.threads import deferToThread
from twisted.web.client import URI, Agent, HTTPConnectionPool
from twisted.web.error import SchemeNotSupported
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from crawlers.budget import HostBudget, Turn
from crawlers.canonical import host_key
from crawlers.heads import BoundedHeadFactory, broken_answer, check_packing

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Place = tuple[str, int]
Resolve = Callable[[str, int], list[str]]

HOSTS_SETTING = "KIEMCHUNG_HOSTS"
NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
COMPATIBLE = ipaddress.ip_network("::/96")
SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        # Protocol assignments and 6to4 relays, where clouds keep keys of their machines (Oracle's);
        # Azure's own, which looks public; documentation. What Python calls global differs by
        # version.
        ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20"),
    )
)
PORTS = frozenset({80, 443, 8080, 8443})
"""Ports of web servers: whatever listens on others isn't to be spoken to in HTTP."""
TRIED = 4
"""Addresses of one name that are tried before giving up."""


class AddressRefused(IgnoreRequest):
    """The address is an inner one, or of a scheme that isn't spoken."""


def check_address(text: str) -> None:
    """Refuse `text`, an IP address, unless it is a public one; embedded IPv4 is looked at too.

    Raises:
        AddressRefused: it is inner, reserved, multicast, or holds such an address.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    if any(_is_inner(each) for each in (address, *_embedded(address))):
        raise AddressRefused(f"{text} is no public address")


def _is_inner(address: Address) -> bool:
    inner = address.is_multicast or address.is_reserved or not address.is_global
    if isinstance(address, ipaddress.IPv6Address) and address in NAT64[0]:
        return False  # judged by the address it holds
    inner = inner or any(address in network for network in SPECIAL)
    return inner or getattr(address, "is_site_local", False)


def _embedded(address: Address) -> list[Address]:
    """Return the IPv4 addresses that an IPv6 one stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    found += address.teredo or ()
    if any(address in network for network in (*NAT64, COMPATIBLE)):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of `host`, as the system's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class AddressGate:
    """Where a host may be dialled: a public address, or what the explicit map says."""

    def __init__(self, hosts: Mapping[str, str], resolve: Resolve = resolve) -> None:
        """Exempt `hosts` (name to `address:port`), and nothing else."""
        self._hosts = {host_key(host): _place(target) for host, target in hosts.items()}
        self._resolve = resolve

    def places(self, host: str, port: int) -> list[Place]:
        """Return where to dial for `host` and `port`. Blocks while the name is resolved.

        Raises:
            AddressRefused: one of its addresses is an inner one, or the port no web server's.
            DNSLookupError: the name has no address.
        """
        mapped = self._hosts.get(host_key(host))
        if mapped is not None:
            return [mapped]
        if port not in PORTS:
            raise AddressRefused(f"port {port} is no web server's; KIEMCHUNG_HOST_MAP may allow it")
        try:
            addresses = self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError) as error:
            raise DNSLookupError(f"{host}: the name has no address") from error
        for address in addresses:
            check_address(address)
        return [(address, port) for address in addresses[:TRIED]]


def _place(target: str) -> Place:
    address, _, port = target.rpartition(":")
    return address.strip("[]"), int(port)


@implementer(IStreamClientEndpoint)
class _GatedEndpoint:
    def __init__(self, reactor: Any, gate: AddressGate, host: str, port: int) -> None:
        self._reactor = reactor
        self._gate = gate
        self._host = host
        self._port = port

    def connect(self, protocol_factory: Any) -> "Deferred[Any]":
        return Deferred.fromCoroutine(self._connect(protocol_factory))

    async def _connect(self, protocol_factory: Any) -> Any:
        places = await deferToThread(self._gate.places, self._host, self._port)
        failure: ConnectError | None = None
        for address, port in places:
            kind = TCP6ClientEndpoint if ":" in address else TCP4ClientEndpoint
            try:
                return await kind(self._reactor, address, port).connect(protocol_factory)
            except ConnectError as error:
                failure = error
        raise failure or DNSLookupError(f"{self._host}: the name has no address")


@implementer(IAgentEndpointFactory)
class _GatedEndpoints:
    def __init__(self, reactor: Any, gate: AddressGate, tls: Any) -> None:
        self._reactor = reactor
        self._gate = gate
        self._tls = tls

    def endpointForURI(self, uri: URI) -> Any:  # noqa: N802 (Twisted's name)
        endpoint: Any = _GatedEndpoint(
            self._reactor, self._gate, uri.host.decode("ascii"), uri.port
        )
        if uri.scheme == b"http":
            return endpoint
        if uri.scheme == b"https":
            return wrapClientTLS(self._tls.creatorForNetloc(uri.host, uri.port), endpoint)
        raise SchemeNotSupported(f"{uri.scheme!r} is not spoken")


class _TurnPool:
    """The pool of connections, for one request: tells its turn when a connection is there."""

    def __init__(self, pool: HTTPConnectionPool, turn: Turn) -> None:
        self._pool = pool
        self._turn = turn
        self.persistent = pool.persistent

    def getConnection(self, key: Any, endpoint: Any) -> "Deferred[Any]":  # noqa: N802 (Twisted's)
        connection: Deferred[Any] = self._pool.getConnection(key, endpoint)
        return connection.addCallback(self._sent)

    def _sent(self, connection: Any) -> Any:
        self._turn.sent()
        return connection


class _GatedAgent(_ScrapyAgent):
    gate: AddressGate

    def _get_agent(self, request: Request, timeout: float) -> Agent:  # noqa: ARG002 (Scrapy's)
        from twisted.internet import reactor

        endpoints = _GatedEndpoints(reactor, self.gate, self._contextFactory)
        agent: Agent = Agent.usingEndpointFactory(reactor, endpoints, self._pool)  # type: ignore[no-untyped-call]
        return agent


class GatedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler, with every connection through the gate and within the budget."""

    def __init__(self, crawler: Crawler) -> None:
        """Read the explicit map of hosts from the crawler's settings."""
        super().__init__(crawler)
        # A second try is a request of its own, which waits its turn; Twisted's own wouldn't.
        self._pool.retryAutomatically = False
        self._pool._factory = BoundedHeadFactory  # noqa: SLF001 (it has no other way)
        self._gate = AddressGate(crawler.settings.getdict(HOSTS_SETTING))

    async def download_request(self, request: Request) -> Response:
        """Fetch `request` when its host may be asked again; tell the budget how the host fared."""
        budget: HostBudget = cast("Any", self._crawler.spider).visit.budget
        async with budget.turn(urlsplit(request.url).hostname or "") as turn:
            try:
                response = await self._fetch(request, turn)
            except Exception as error:
                await turn.failed(error)
                raise
            retry_after = (response.headers.get("Retry-After") or b"").decode("latin-1")
            await turn.answered(response.status, retry_after)
        check_packing(response)
        return response

    async def _fetch(self, request: Request, turn: Turn) -> Response:
        agent = _GatedAgent(
            contextFactory=self._contextFactory,
            pool=cast("Any", _TurnPool(self._pool, turn)),
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        agent.gate = self._gate
        try:
            with wrap_twisted_exceptions():
                return await maybe_deferred_to_future(agent.download_request(request))
        except DownloadFailedError as error:
            # The host answers: neither is it in trouble, nor would a second try help.
            raise broken_answer(error) or error from error.__cause__
