"""A captured listing, read once more: can it be, by now?"""

from typing import Any, cast

from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse

from crawlers.ledger import Ledger
from crawlers.links import ListingFault
from crawlers.source import Source
from crawlers.spiders import SPIDERS
from crawlers.spiders.base import Visit
from kiemchung.records import RawPage

VERSION = "listing/1"
"""Names what reads listings; goes with each entry in quarantine."""


def listing_fault(page: RawPage, source: Source, ledger: Ledger, page_bytes: int) -> str:
    """Return why the listing in `page` can't be read; "" if it can. Nothing is fetched or noted.

    One that is packed may unpack to `page_bytes`.
    """
    kind = SPIDERS[source.spider]
    nobody = cast("Any", None)  # whoever asks for nothing needs no gate and no budget
    spider = kind(source, Visit(ledger=ledger, robots=nobody, budget=nobody))
    spider.crawler = Crawler(kind, {"DOWNLOAD_MAXSIZE": page_bytes})
    try:
        spider.read_listing(HtmlResponse(page.url, headers=_headers(page), body=page.body))
    except ListingFault as fault:
        return str(fault)
    return ""


def _headers(page: RawPage) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in page.headers:
        headers.setdefault(name, []).append(value)
    return headers
