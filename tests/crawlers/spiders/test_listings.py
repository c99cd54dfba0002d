"""What is read out of feeds, sitemaps and HTML listings."""

import gzip
from datetime import UTC, datetime

import pytest

from crawlers.links import PAGE_LINKS, Links, ListingFault
from crawlers.source import SpiderKind
from crawlers.spiders.feed import read_feed
from crawlers.spiders.listing import read_listing
from crawlers.spiders.sitemap import read_sitemap
from tests.crawlers.pages import source

BASE = "http://bao.example/tin/"


def read(kind: SpiderKind, body: bytes | str, *, follow: str = "x", next_page: str = "") -> Links:
    """Read `body` as the spider of `kind` does."""
    data = body if isinstance(body, bytes) else body.encode()
    if kind is SpiderKind.FEED:
        return read_feed(data)
    if kind is SpiderKind.SITEMAP:
        return read_sitemap(data, 100_000)
    listing = source(spider=kind, listings=(BASE,), follow=follow, next_page=next_page)
    return read_listing(data.decode(), BASE, listing)


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


JSON_FEED = (
    '{"version": "https://jsonfeed.org/version/1.1", "title": "Báo", "items": [{"url": '
    '"http://a.example/6", "authors": [{"name": "x"}]}, {"id": "7"}, 8, {"url": 9}]}'
)


def test_json_feeds_name_their_pages() -> None:
    """A feed in JSON is read like the others; what names no page is none."""
    assert read(SpiderKind.FEED, JSON_FEED).pages == ("http://a.example/6",)


@pytest.mark.parametrize(
    "body",
    ["{", '{"a":' * 100_000, '{"items": []}', '{"version": 1, "items": 5}', "[" * 100_000],
)
def test_json_that_is_no_feed_is_refused(body: str) -> None:
    """Broken, endless and other JSON is a fault."""
    with pytest.raises(ListingFault):
        read(SpiderKind.FEED, body)


def test_atom_says_when_pages_changed() -> None:
    """What the feed says of a page's change is handed on."""
    body = ATOM.replace("</entry>", "<updated>2026-11-18T08:15:00+07:00</updated></entry>")

    when = datetime(2026, 11, 18, 1, 15, tzinfo=UTC)
    assert read(SpiderKind.FEED, body).changed == {"http://a.example/4": when}


BARE = "<item><link>http://a.example/7?a=1&b=2&amp;c=3&#38;d=4&copy=5</link></item>"
WRAPPED = "<item><link><![CDATA[http://a.example/7?a=1&b=2&amp;c]]></link></item>"


@pytest.mark.parametrize(
    ("item", "query"),
    [(BARE, "a=1&b=2&c=3&d=4&copy=5"), (WRAPPED, "a=1&b=2&amp;c"), ("<!-- & -->" + BARE, "a=1")],
)
def test_a_bare_ampersand_is_one(item: str, query: str) -> None:
    """What many sites forget to write as `&amp;` is no reason to ask for another address."""
    (url,) = read(SpiderKind.FEED, RSS.format(item)).pages

    assert url.startswith(f"http://a.example/7?{query}")


def test_ampersands_in_utf_16_stay() -> None:
    """A feed in two bytes a character is left as it is."""
    body = RSS.format("<item><link>http://a.example/7?a=1&amp;b=2</link></item>")

    assert read(SpiderKind.FEED, body.encode("utf-16")).pages == ("http://a.example/7?a=1&b=2",)


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


def test_entities_are_found_in_utf_16() -> None:
    """A declaration can't hide behind an encoding."""
    with pytest.raises(ListingFault, match="entities"):
        read(SpiderKind.FEED, BOMB.encode("utf-16"))


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


def test_sitemaps_say_when_pages_changed() -> None:
    """The date of the last change is handed on, where there is one that can be read."""
    entries = ENTRY.format("a", "2026-11-01T08:00:00Z") + ENTRY.format("b", "hôm qua")

    when = datetime(2026, 11, 1, 8, tzinfo=UTC)
    changed = read(SpiderKind.SITEMAP, SITEMAP.format(entries)).changed
    assert changed == {"http://bao.example/a": when}


def test_a_change_without_a_zone_is_told_in_viet_nams_time() -> None:
    """As on the pages: the site's clock is seven hours ahead of UTC, so is what it writes."""
    entries = ENTRY.format("a", "2026-11-01T08:00:00") + ENTRY.format("b", "2026-11-01")

    changed = read(SpiderKind.SITEMAP, SITEMAP.format(entries)).changed
    assert changed["http://bao.example/a"] == datetime(2026, 11, 1, 1, tzinfo=UTC)
    assert changed["http://bao.example/b"] == datetime(2026, 10, 31, 17, tzinfo=UTC)


def test_gzipped_sitemaps_are_unpacked() -> None:
    """A `.xml.gz` is read like the file in it, all its parts."""
    text = SITEMAP.format(ENTRY.format("a", "2026-11-01")).encode()
    body = gzip.compress(text[:99]) + gzip.compress(text[99:])

    assert read(SpiderKind.SITEMAP, body).pages == ("http://bao.example/a",)


@pytest.mark.parametrize(
    "body",
    [gzip.compress(bytes(10_000_000)), b"\x1f\x8bdamaged", gzip.compress(bytes(1_000))[:-9]],
    ids=["bomb", "damaged", "cut off"],
)
def test_gzip_bombs_and_damage_are_refused(body: bytes) -> None:
    """What is larger than a page may be, isn't gzip, or breaks off, is a fault."""
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
    ("head", "page"),
    [
        ("<base href='/kho/'>", "http://bao.example/kho/bai-1"),
        ("<base target=x><base href='kho/'><base href='/2/'>", BASE + "kho/bai-1"),
        ("<base href='http://khac.example/'>", "http://khac.example/bai-1"),
        ("<base href='javascript:x'>", BASE + "bai-1"),
        ("<!-- <base href='/kho/'> -->", BASE + "bai-1"),
    ],
)
def test_links_are_seen_from_the_pages_base(head: str, page: str) -> None:
    """What a page says its links start from holds; whose hosts they may be on is asked later."""
    body = f"<head>{head}</head><a href='bai-1'>1</a>"

    assert read(SpiderKind.LISTING, body, follow="/bai-").pages == (page,)


def test_a_flood_of_links_is_read_in_part() -> None:
    """A page of more links than any reader would look through costs no more than its first."""
    body = "".join(f"<a href='bai-{number}'>x</a>" for number in range(PAGE_LINKS + 9))

    links = read(SpiderKind.LISTING, body, follow="/bai-")

    assert links.pages[-1] == f"{BASE}bai-{PAGE_LINKS - 1}"


def test_a_pattern_names_the_next_page() -> None:
    """Where the page doesn't say which listing is next, the source does."""
    body = "<a href='/tin/trang-2.html'>Sau</a><a href='/tin/bai-1.html'>1</a>"

    links = read(SpiderKind.LISTING, body, follow=r"/bai-\d+", next_page=r"/trang-\d+\.html$")

    assert links == Links(pages=(BASE + "bai-1.html",), listings=(BASE + "trang-2.html",))


def test_session_ids_make_no_new_addresses() -> None:
    """What tells visitors apart is left out of an address."""
    body = "<a href='bai-1?PHPSESSID=0123456789abcdef0123'>1</a><a href='bai-1'>1</a>"

    assert read(SpiderKind.LISTING, body, follow="/bai-").pages == (BASE + "bai-1",)


@pytest.mark.parametrize(
    "body", ["<a " * 300_000, "<!--" * 300_000, "<a href='" * 300_000, "<script>" * 100_000]
)
def test_hostile_listings_cost_little(body: str) -> None:
    """Markup made to send a reader back over the same text again and again names nothing."""
    assert read(SpiderKind.LISTING, body) == Links()
