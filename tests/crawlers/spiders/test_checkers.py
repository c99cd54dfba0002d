"""Fact-check publishers through the real spider: a data feed is the page, other lists name some."""

import gzip
import json
from typing import Any

import pytest

from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab, page

HOST = "kiemtin.example"
URL = f"http://{HOST}/list"
PAGES = [f"http://{HOST}/kiem/1", f"http://{HOST}/kiem/2"]
JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "application/xml"}


def data_feed(*urls: str) -> dict[str, Any]:
    """Return a data feed of one check for each of `urls`."""
    items = [
        {
            "@type": "DataFeedItem",
            "item": [{"@type": "ClaimReview", "url": url, "claimReviewed": f"Điều {n} là thật"}],
        }
        for n, url in enumerate(urls)
    ]
    return {"@context": "https://schema.org", "@type": "DataFeed", "dataFeedElement": items}


def checker(lab: Lab, body: bytes, *, follow: str = "", **fields: Any) -> None:
    """Serve what lists the checks, and the pages that it names."""
    lab.host(HOST)
    lab.server.on(HOST, "/list", body, **fields)
    for url in PAGES:
        lab.server.on(HOST, url.removeprefix(f"http://{HOST}"), page("Kiểm chứng", url))
    lab.source("kiem", URL, spider="checker", kind="fact_checker", follow=follow, min_posts=1)


RSS = "<rss version='2.0'><channel>{}</channel></rss>".format(
    "".join(f"<item><link>{url}</link></item>" for url in PAGES)
)
SITEMAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{}</urlset>".format(
    "".join(f"<url><loc>{url}</loc></url>" for url in PAGES)
)
FEED = {"version": "https://jsonfeed.org/version/1", "items": [{"url": url} for url in PAGES]}
LISTS = {
    "rss": (RSS.encode(), XML),
    "sitemap": (SITEMAP.encode(), XML),
    "gzip": (gzip.compress(SITEMAP.encode()), {"Content-Type": "application/x-gzip"}),
    "json": (json.dumps(FEED).encode(), JSON),
    "html": (
        "".join(f"<a href='{url}'>x</a>" for url in PAGES).encode(),
        {"Content-Type": "text/html"},
    ),
}


@pytest.mark.parametrize("case", LISTS)
def test_whatever_lists_the_checks_is_read(lab: Lab, case: str) -> None:
    """A feed, a sitemap and an HTML page name the pages of the checks."""
    body, headers = LISTS[case]
    checker(lab, body, headers=headers, follow="/kiem/" if case == "html" else "")

    report = lab.crawl()

    assert report.errors == {}
    assert lab.fates() == {URL: Fate.LISTING, **dict.fromkeys(PAGES, Fate.FETCHED)}


def test_a_data_feed_is_the_page(lab: Lab) -> None:
    """A feed that holds the checks themselves is kept, and the pages it names are left alone."""
    body = json.dumps(data_feed(*PAGES)).encode()
    checker(lab, body, headers=JSON)

    report = lab.crawl()

    assert report.errors == {}
    assert lab.fates() == {URL: Fate.FETCHED}
    assert lab.body(URL) == body


def test_a_data_feed_that_did_not_change_is_no_fault(lab: Lab) -> None:
    """A 304 to a data feed is an answer, and counts as listed."""
    checker(lab, json.dumps(data_feed(*PAGES)).encode(), headers=JSON, etag='"1"')
    lab.crawl(run="r1")

    report = lab.crawl(run="r2")

    assert report.errors == {}
    assert lab.fates("r2") == {URL: Fate.UNCHANGED}


def test_an_html_list_needs_a_pattern(lab: Lab) -> None:
    """Without `follow` an HTML page of links is told as a fault, not read as empty."""
    checker(lab, *LISTS["html"][:1], headers=LISTS["html"][1])

    report = lab.crawl()

    assert "needs `follow`" in report.errors["kiem"]
