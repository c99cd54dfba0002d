"""TLS is verified: a server with a certificate that nobody vouches for is not read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import ROBOTS, Lab, page

HOST = "kin.example"


def certificate(folder: Path) -> Path:
    """Write a self-signed certificate for HOST, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "kin.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(signed.public_bytes(pem) + secret)
    return file


@pytest.fixture
def tls_lab(tmp_path: Path) -> Iterator[Lab]:
    """Serve HOST over TLS."""
    server = HostileServer(certificate(tmp_path))
    lab = Lab(tmp_path, server)
    lab.host(HOST)
    server.on(HOST, "/robots.txt", ROBOTS.encode())
    server.feed(HOST, "/rss", [f"https://{HOST}/1"])
    server.on(HOST, "/1", page("Bài"))
    lab.source("kin", f"https://{HOST}/rss")
    yield lab
    server.close()


def test_an_unknown_certificate_is_refused(tls_lab: Lab) -> None:
    """Nothing is asked of a server whose certificate nobody vouches for."""
    tls_lab.crawl()

    assert tls_lab.server.log == []
    assert tls_lab.fates() == {f"https://{HOST}/rss": Fate.ROBOTS_DENIED}


def test_a_vouched_certificate_is_taken(
    tls_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same server is read once its certificate is among the trusted ones."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "kin.pem"))

    tls_lab.crawl()

    assert tls_lab.fates()[f"https://{HOST}/1"] is Fate.FETCHED
