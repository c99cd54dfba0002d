"""What the three spiders read out of a listing."""

import gzip

import pytest
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawlers.source import Source, SpiderKind
from crawlers.spiders import SPIDERS
from crawlers.spiders.base import Links, ListingFault
from kiemchung.vocabulary import SourceKind

BASE = "http://bao.example/tin/"


def read(kind: SpiderKind, body: bytes | str, *, follow: str = "x") -> Links:
    """Let the spider of `kind` read `body`."""
    source = Source(
        name="bao",
        title="Báo",
        kind=SourceKind.NEWSPAPER,
        owner="the tests",
        why="it is ours",
        spider=kind,
        listings=(BASE,),
        follow=follow,
    )
    crawler = get_crawler(SPIDERS[kind], {"DOWNLOAD_MAXSIZE": 100_000})
    spider = SPIDERS[kind].from_crawler(crawler, source=source, visit=None)
    return spider.read_listing(
        Response(BASE, body=body if isinstance(body, bytes) else body.encode())
    )


RSS = "<rss version='2.0'><channel><link>http://bao.example/</link>{}</channel></rss>"
RDF = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
    " xmlns='http://purl.org/rss/1.0/'>{}</rdf:RDF>"
)
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><link href='http://a.example/'/><entry>"
    "<link rel='enclosure' href='http://a.example/x.mp3'/><link href='http://a.example/4'/>"
    "</entry></feed>"
)
FEEDS = {
    "rss": (RSS.format("<item><link> http://a.example/1 </link></item>"), "http://a.example/1"),
    "guid": (RSS.format("<item><guid>http://a.example/2</guid></item>"), "http://a.example/2"),
    "rdf": (RDF.format("<item><link>http://a.example/3</link></item>"), "http://a.example/3"),
    "atom": (ATOM, "http://a.example/4"),
    "broken": (
        "<rss><channel><item><title>A & B</title><link>http://a.example/5</link></item>",
        "http://a.example/5",
    ),
}


@pytest.mark.parametrize("case", FEEDS)
def test_feeds_name_their_pages(case: str) -> None:
    """RSS, RDF and Atom, broken or not, name the pages of their entries and nothing else."""
    body, url = FEEDS[case]

    assert read(SpiderKind.FEED, body).pages == (url,)


def test_an_entry_without_permanent_link_names_nothing() -> None:
    """A guid that isn't an address is no page."""
    body = RSS.format("<item><guid isPermaLink='false'>http://a.example/1</guid></item>")

    assert read(SpiderKind.FEED, body).pages == ()


BOMB = (
    "<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
    "<rss><channel><item><link>http://a.example/&b;</link></item></channel></rss>"
)


@pytest.mark.parametrize("kind", [SpiderKind.FEED, SpiderKind.SITEMAP])
@pytest.mark.parametrize("body", [BOMB, "", "plain words", "<html><body>Không có</body></html>"])
def test_what_is_no_listing_is_refused(kind: SpiderKind, body: str) -> None:
    """Declared entities, nothing, words and HTML are told as faults, not read as empty."""
    with pytest.raises(ListingFault):
        read(kind, body)


def test_outside_files_are_not_read() -> None:
    """A feed that refers to a DTD elsewhere is read without it."""
    body = "<!DOCTYPE rss SYSTEM 'file:///etc/passwd'>" + FEEDS["rss"][0]

    assert read(SpiderKind.FEED, body).pages == (FEEDS["rss"][1],)


SITEMAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{}</urlset>"
ENTRY = "<url><loc>http://bao.example/{0}</loc><lastmod>{1}</lastmod></url>"


def test_sitemaps_name_the_newest_first() -> None:
    """What a limit cuts off is the oldest."""
    body = SITEMAP.format(ENTRY.format("old", "2020-01-01") + ENTRY.format("new", "2026-11-01"))

    assert read(SpiderKind.SITEMAP, body).pages == (
        "http://bao.example/new",
        "http://bao.example/old",
    )


def test_gzipped_sitemaps_are_unpacked() -> None:
    """A `.xml.gz` is read like the file in it."""
    body = gzip.compress(SITEMAP.format(ENTRY.format("a", "2026-11-01")).encode())

    assert read(SpiderKind.SITEMAP, body).pages == ("http://bao.example/a",)


@pytest.mark.parametrize("body", [gzip.compress(bytes(10_000_000)), b"\x1f\x8bdamaged"])
def test_gzip_bombs_and_damage_are_refused(body: bytes) -> None:
    """What is larger than a page may be, or isn't gzip, is a fault."""
    with pytest.raises(ListingFault, match=r"gzip|unpacked"):
        read(SpiderKind.SITEMAP, body)


def test_an_index_names_sitemaps() -> None:
    """An index leads to further sitemaps, not to pages."""
    body = (
        "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        "<sitemap><loc>http://bao.example/1.xml</loc></sitemap></sitemapindex>"
    )

    assert read(SpiderKind.SITEMAP, body) == Links(listings=("http://bao.example/1.xml",))


def test_listings_name_what_fits() -> None:
    """Links that fit `follow` are pages, once; rel=next is the next listing."""
    body = """<a href="bai-1.html">1</a><a class=x href='/tin/bai-1.html#top'>1</a>
        <a href="/lien-he">x</a><a rel="next nofollow" href="?p=2&amp;s=1">2</a>
        <!-- <a href="bai-9.html"> --><script>"<a href='bai-8.html'>"</script>
        <a href="http://[bad/bai-7.html">7</a>"""

    links = read(SpiderKind.LISTING, body, follow=r"/bai-\d+\.html$")

    assert links == Links(pages=(BASE + "bai-1.html",), listings=(BASE + "?p=2&s=1",))


@pytest.mark.parametrize(
    "body", ["<a " * 300_000, "<!--" * 300_000, "<a href='" * 300_000, "<script>" * 100_000]
)
def test_hostile_listings_cost_little(body: str) -> None:
    """Markup made to send a reader back over the same text again and again names nothing."""
    assert read(SpiderKind.LISTING, body) == Links()
