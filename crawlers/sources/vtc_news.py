"""VTC News, an online newspaper.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="vtc_news",
    title="VTC News",
    kind=SourceKind.NEWSPAPER,
    owner="Báo điện tử VTC News",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://vtcnews.vn/rss/feed.rss",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
