"""F8: pages and listings of every wrong shape cost themselves alone, and a worker 2 s at most."""

import gzip
import json
from collections.abc import Callable, Iterator

import pytest

from kiemchung.records import Quarantined
from kiemchung.vocabulary import Fate
from tests.crawlers.hostile_server import HostileServer
from tests.crawlers.lab import Lab, page, slow_unless, wanted

HOST = "bao.example"
SITE = f"http://{HOST}"
MEMORY_BYTES = 400_000_000
"""What a crawl of all this may hold; pages are of 5 MB at most."""
TEXT = "<p>Nước lũ đã rút, người dân Bến Sen dọn dẹp nhà cửa từ sáng sớm hôm nay.</p>"
MILLION = 1_000_000

Make = Callable[[], str]


def html(inner: str, head: str = "") -> str:
    """Return a page."""
    start = f'<html lang="vi"><head><title>Tin</title>{head}</head><body><h1>Tin mới</h1>'
    return f"{start}<article>{TEXT}{inner}</article></body></html>"


def ld(text: str) -> str:
    """Return a page with a script of linked data."""
    return html("", f'<script type="application/ld+json">{text}</script>')


def review(number: int) -> dict[str, object]:
    """Return a fact-check in linked data."""
    rating = {"alternateName": "Sai"}
    return {"@type": "ClaimReview", "claimReviewed": f"Tin {number}", "reviewRating": rating}


DOCTYPE = '<!DOCTYPE r [<!ENTITY a "{0}">{1}]>'
LAUGHS = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 20}">'
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

PAGES: dict[str, Make] = {
    "deep": lambda: html("<div>" * 100_000),
    "deep-closed": lambda: html("<div>" * 100_000 + "x" + "</div>" * 100_000),
    "deep-inline": lambda: html("<b><i><font>" * 100_000),
    "deep-lists": lambda: html("<ul><li>" * 24_000 + "x"),
    "deep-tables": lambda: html("<table><tr><td>" * 16_000 + "x"),
    "deep-under-the-limit": lambda: html(("<div>" * 150 + "x" + "</div>" * 150) * 160),
    "attributes": lambda: html("<p " + "".join(f"a{i} " for i in range(MILLION // 2)) + ">x</p>"),
    "attributes-valued": lambda: html("<p " + "a=1 " * MILLION + ">x</p>"),
    "attributes-spread": lambda: html(("<p " + "a " * 190 + ">x</p>") * 12_000),
    "attribute-long": lambda: html("<p title='" + "a " * 2 * MILLION + "'>x</p>"),
    "name-long": lambda: html("<" + "a" * 4 * MILLION),
    "attribute-name-long": lambda: html("<a " + "a" * 4 * MILLION + ">"),
    "unclosed-tag": lambda: html("<a " * MILLION),
    "unclosed-quote": lambda: html("<a href='" * 500_000),
    "unclosed-comment": lambda: html("<!--" * MILLION),
    "unclosed-script": lambda: html("<script>" * 500_000),
    "unclosed-cdata": lambda: html("<![CDATA[" * 500_000),
    "less-than": lambda: html("<" * 4 * MILLION),
    "closing": lambda: html("</p>" * 49_000),
    "wrongly-nested": lambda: html("<p><b></p><i></b></i>" * 9_000),
    "cdata": lambda: html("<![CDATA[ <p>x</p> ]]>" * 200_000),
    "comments": lambda: html("<!-- x -->" * 400_000),
    "comment-dashes": lambda: html("<!--" + "-" * 4 * MILLION + ">"),
    "instructions": lambda: html("<?x y?>" * 500_000),
    "flat": lambda: html("<p>a" * 300_000),
    "flat-under-the-limit": lambda: html("<p>chữ " * 48_000),
    "breaks": lambda: html("<br>" * MILLION),
    "spans": lambda: html("<p>" + "<span>chữ </span>" * 24_000),
    "cells": lambda: html("<table>" + "<tr>" + "<td>1" * 300 + "</tr>" * 150 + "</table>"),
    "cells-million": lambda: html("<table>" + ("<tr>" + "<td>1" * 1000) * 800 + "</table>"),
    "headings": lambda: html("<h1>Tin nóng</h1>" * 24_000, f"<title>{'tin ' * 9_000}</title>"),
    "metas": lambda: html("", "<meta name=description content='x'>" * 48_000),
    "canonicals": lambda: html("", "<link rel=canonical href='http://khac.example/1'>" * 48_000),
    "authors": lambda: html("<span class='author byline' rel=author>Nguyễn Văn A</span>" * 20_000),
    "times": lambda: html("<time datetime='24/11/2026'>hôm qua, 24/11/2026</time>" * 20_000),
    "options": lambda: html("<select>" + "<option>x" * 45_000),
    "one-line": lambda: html("<p>" + "chữ " * 800_000),
    "one-word": lambda: html("<p>" + "a" * 4 * MILLION),
    "ampersands": lambda: html("&" * 4 * MILLION),
    "references": lambda: html("<p>" + "&#x1F4A9;" * 400_000),
    "laughs": lambda: DOCTYPE.format("lol" * 20, LAUGHS) + html("&i;"),
    "json-deep": lambda: ld('{"a":' * 500_000),
    "json-lists": lambda: ld("[" * 2 * MILLION),
    "json-closed": lambda: ld("[" * 100_000 + "]" * 100_000),
    "json-keys": lambda: ld("{" + ",".join(f'"k{i}":1' for i in range(300_000)) + "}"),
    "json-number": lambda: ld('{"@type": "NewsArticle", "x": ' + "9" * MILLION + "}"),
    "json-objects": lambda: ld("[" + "{}," * MILLION + "{}]"),
    "json-scripts": lambda: html("", '<script type="application/ld+json">{}</script>' * 20_000),
    "reviews": lambda: ld(json.dumps([review(number) for number in range(20_000)])),
    "microdata": lambda: html(
        "<div itemscope itemtype='https://schema.org/ClaimReview'>" * 100
        + "<p itemprop=claimReviewed>x</p>" * 20_000
    ),
    "svg": lambda: html("<svg>" + "<g>" * 40_000),
    "frames": lambda: "<frameset>" * 40_000,
    "template": lambda: html("<template>" * 40_000),
    "nothing": lambda: "\x00" * MILLION,
}
ENOUGH = frozenset({Fate.NEW, Fate.NO_TEXT, Fate.QUARANTINED})


QUICK = {
    *("deep", "attributes", "unclosed-tag", "cdata", "comments", "flat-under-the-limit"),
    *("json-deep", "headings", "laughs", "laughs-16", "external", "parameter", "deep-feed"),
    *("name-listing", "attribute-listing"),
}
"""What `make test` runs, of pages and of listings."""


def rss(inner: str, head: str = "") -> str:
    """Return a feed with one page and more."""
    item = f"<item><link>{SITE}/tot</link></item>"
    return f"{head}<rss version='2.0'><channel>{item}{inner}</channel></rss>"


def urlset(inner: str, head: str = "") -> str:
    """Return a sitemap."""
    return f"{head}<urlset><url><loc>{SITE}/tot</loc></url>{inner}</urlset>"


LISTINGS: dict[str, tuple[str, Callable[[], str | bytes]]] = {
    "laughs": ("feed", lambda: rss("&i;", DOCTYPE.format("lol" * 20, LAUGHS))),
    "laughs-16": (
        "feed",
        lambda: rss("&i;", DOCTYPE.format("lol" * 20, LAUGHS)).encode("utf-16"),
    ),
    "laughs-7": (
        "feed",
        lambda: (
            b"<?xml version='1.0' encoding='utf-7'?>"
            + rss("<item a='&i;'>&i;</item>", DOCTYPE.format("lol" * 20, LAUGHS)).encode("utf-7")
        ),
    ),
    "quadratic": ("feed", lambda: rss("&a;" * 100_000, DOCTYPE.format("a" * 50_000, ""))),
    "external": (
        "feed",
        lambda: rss("&x;", "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
    ),
    "external-32": (
        "feed",
        lambda: rss("&x;", "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>").encode(
            "utf-32"
        ),
    ),
    "parameter": (
        "sitemap",
        lambda: urlset("", "<!DOCTYPE r [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]>"),
    ),
    "outer-dtd": (
        "sitemap",
        lambda: urlset("", f"<!DOCTYPE r SYSTEM '{SITE}/bay.dtd'>"),
    ),
    "included": (
        "feed",
        lambda: rss(
            "<i:include xmlns:i='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/>"
        ),
    ),
    "ebcdic": (
        "feed",
        lambda: (
            b"<?xml version='1.0' encoding='cp037'?>"
            + rss("&i;", DOCTYPE.format("lol" * 20, LAUGHS)).encode("cp037")
        ),
    ),
    "deep-feed": ("feed", lambda: rss("<a>" * 400_000)),
    "wide-feed": ("feed", lambda: rss("<item/>" * 500_000)),
    "attributes-feed": ("feed", lambda: rss("<item " + "a='1' " * 400_000 + "/>")),
    "attributes-own": (
        "feed",
        lambda: rss("<item " + " ".join(f"a{i}='1'" for i in range(200_000)) + "/>"),
    ),
    "namespaces": (
        "feed",
        lambda: rss("".join(f"<x xmlns:n{i}='u{i}'/>" for i in range(100_000))),
    ),
    "namespaces-deep": (
        "feed",
        lambda: rss("".join(f"<x xmlns:n{i}='u{i}'>" for i in range(200)) + "<n1:a/>" * 200_000),
    ),
    "cdata-feed": ("feed", lambda: rss("<item><link>" + "<![CDATA[a]]>" * 300_000)),
    "comments-feed": ("feed", lambda: rss("<!-- -->" * 500_000)),
    "unclosed-feed": ("feed", lambda: rss("<item><link>" * 300_000)),
    "wrong-feed": ("feed", lambda: rss("</b></c>" * 400_000)),
    "json-feed": ("feed", lambda: '{"a":' * 900_000),
    "json-feed-number": ("feed", lambda: '{"version":' + "9" * 4 * MILLION + "}"),
    "deep-data": ("checker", lambda: "[" * 4 * MILLION),
    "deep-sitemap": ("sitemap", lambda: urlset("<url>" * 400_000)),
    "wide-sitemap": ("sitemap", lambda: urlset(f"<url><loc>{SITE}/tot</loc></url>" * 90_000)),
    "broken-gzip": ("sitemap", lambda: gzip.compress(urlset("").encode())[:40]),
    "name-listing": ("listing", lambda: "<a href='/tot'>x</a><" + "a" * 4 * MILLION),
    "attribute-listing": ("listing", lambda: "<a href='/tot'>x</a><a " + "b" * 4 * MILLION + ">"),
    "links-listing": ("listing", lambda: "<a href=/tot>" * 300_000),
    "quotes-listing": ("listing", lambda: "<a href='/tot'>x</a>" + "<a href='" * 400_000),
    "spaces-listing": ("listing", lambda: "<a href='/tot'>x</a><a href" + " " * 4 * MILLION + ">"),
    "slashes-listing": ("listing", lambda: "<a href='" + "/" * 4 * MILLION + "'>x</a>"),
    "unclosed-thread": ("thread", lambda: "<div class='x' " * 300_000),
    "deep-channel": ("channel", lambda: "<div>" * 800_000),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Crawl and ingest all pages that are asked for, a good one after each, in one run."""
    server = HostileServer()
    lab = Lab(tmp_path_factory.mktemp("shapes"), server, timeout=20.0)
    lab.host(HOST)
    urls = []
    for case in wanted(request, "case"):
        server.on(HOST, f"/{case}", PAGES[case]().replace("Bến Sen", f"bến {case}"))
        text = f"Nước rút ở bến số {len(urls)}, bà con đi chợ {case} lại như thường."
        server.on(HOST, f"/sau-{case}", page(f"Bài sau {case}", text))
        urls += [f"{SITE}/{case}", f"{SITE}/sau-{case}"]
    server.feed(HOST, "/rss", urls)
    lab.source("bao", f"{SITE}/rss", max_posts=1000)
    lab.crawl()
    yield lab
    server.close()


@pytest.fixture(scope="module")
def entries(lab: Lab) -> dict[str, Quarantined]:
    """Return what went to quarantine, by address."""
    return {entry.subject: entry for entry in lab.ingest()}


@pytest.mark.parametrize("case", slow_unless(QUICK, PAGES))
def test_a_page_of_a_wrong_shape_costs_itself(
    lab: Lab, entries: dict[str, Quarantined], case: str
) -> None:
    """F8: it is a post, nothing, or one entry of the quarantine; the next page is a post."""
    fates = lab.fates()

    assert fates[f"{SITE}/{case}"] in ENOUGH
    assert (f"{SITE}/{case}" in entries) == (fates[f"{SITE}/{case}"] is Fate.QUARANTINED)
    assert fates[f"{SITE}/sau-{case}"] is Fate.NEW


@pytest.fixture(scope="module")
def listings(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Lab]:
    """Crawl a source of each listing that is asked for, and a good one, in one run."""
    server = HostileServer()
    lab = Lab(tmp_path_factory.mktemp("listings"), server, timeout=20.0)
    lab.host(HOST)
    server.on(HOST, "/bay.dtd", b"<!ENTITY i 'x'>")
    server.on(HOST, "/tot", page("Tốt"))
    server.feed(HOST, "/rss", [f"{SITE}/tot"])
    lab.source("bao", f"{SITE}/rss")
    for case in wanted(request, "listing"):
        _lay_listing(lab, case)
    lab.crawl()
    yield lab
    server.close()


def _lay_listing(lab: Lab, case: str) -> None:
    spider, make = LISTINGS[case]
    lab.host(f"{case}.example")
    made = make()
    kind = "text/html" if spider in {"listing", "thread", "channel"} else "application/xml"
    body = made if isinstance(made, bytes) else made.encode()
    lab.server.on(f"{case}.example", "/", body, headers={"Content-Type": kind})
    fields = {"follow": "/tot"} if spider in {"listing", "thread"} else {}
    fields |= {"software": "telegram"} if spider == "channel" else {}
    name = case.replace("-", "_")
    lab.source(name, f"http://{case}.example/", spider=spider, hosts=(HOST,), **fields)


@pytest.mark.parametrize("listing", slow_unless(QUICK, LISTINGS))
def test_a_listing_of_a_wrong_shape_costs_its_source(listings: Lab, listing: str) -> None:
    """F8: it is read as far as it is one, or the run says what is wrong with it."""
    page = listings.pages()[f"http://{listing}.example/"]

    assert page.fate in {Fate.LISTING, Fate.FAILED, Fate.FETCHED}
    assert page.fate is not Fate.FAILED or page.detail.startswith("listing: ")


def test_no_listing_includes_another_file(listings: Lab) -> None:
    """F8: neither a file of this machine nor one of the web comes in as an entity."""
    assert listings.server.asked(HOST, "/bay.dtd") == []
    assert listings.fates()[f"{SITE}/tot"] is Fate.FETCHED


def test_memory_stays_bounded(lab: Lab, listings: Lab) -> None:
    """F8: whatever shape pages and listings have."""
    assert 0 < lab.peak < MEMORY_BYTES
    assert 0 < listings.peak < MEMORY_BYTES
