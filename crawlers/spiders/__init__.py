"""One spider for each way of listing pages, none for a site."""

from crawlers.source import SpiderKind
from crawlers.spiders.base import PageSpider
from crawlers.spiders.channel import ChannelSpider
from crawlers.spiders.checker import CheckerSpider
from crawlers.spiders.feed import FeedSpider
from crawlers.spiders.listing import ListingSpider
from crawlers.spiders.sitemap import SitemapSpider
from crawlers.spiders.thread import ThreadSpider

SPIDERS: dict[SpiderKind, type[PageSpider]] = {
    SpiderKind.FEED: FeedSpider,
    SpiderKind.SITEMAP: SitemapSpider,
    SpiderKind.LISTING: ListingSpider,
    SpiderKind.THREAD: ThreadSpider,
    SpiderKind.CHANNEL: ChannelSpider,
    SpiderKind.CHECKER: CheckerSpider,
}
