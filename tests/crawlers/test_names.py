"""Hosts with Vietnamese names: one host, however it is written."""

import msgspec

from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab, page

HOST = "báo.example"
ASCII = "xn--bo-mia.example"


def test_a_source_on_a_vietnamese_host_is_read_like_any(lab: Lab) -> None:
    """Its relative links, other spellings and redirects are its own; the map knows it by name."""
    lab.host(HOST, robots=None)
    urls = ["/r", f"http://{HOST}/u", f"http://{ASCII}/p", f"http://{HOST.upper()}./c", "/m"]
    lab.server.feed(ASCII, "/rss", urls)
    lab.server.on(ASCII, "/m", status=302, headers={"Location": f"http://{ASCII}/n"})
    for path in ("/r", "/u", "/p", "/c", "/n"):
        lab.server.on(ASCII, path, page(f"Bài {path}"))
    lab.source("bao", f"http://{HOST}/rss")

    report = lab.crawl()

    fates = lab.fates()
    fetched = [url for url, fate in fates.items() if fate is Fate.FETCHED]
    assert sorted(fetched) == [f"http://{ASCII}/{path}" for path in "cnpru"]
    assert fates[f"http://{ASCII}/m"] is Fate.REDIRECTED
    assert report.errors == {}


def test_a_mapped_vietnamese_host_needs_no_contact(lab: Lab) -> None:
    """The explicit map means the same host as the source's file."""
    lab.host(HOST)
    lab.source("bao", f"http://{ASCII}/rss")
    lab.settings = msgspec.structs.replace(lab.settings, contact="set KIEMCHUNG_CONTACT")

    assert lab.crawl().fates["bao"]
