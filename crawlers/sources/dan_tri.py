"""Dân trí, a national online newspaper.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="dan_tri",
    title="Dân trí",
    kind=SourceKind.NEWSPAPER,
    owner="Báo Dân trí",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://dantri.com.vn/rss/home.rss", "https://dantri.com.vn/rss/phap-luat.rss"),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
