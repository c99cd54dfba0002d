"""Hà Nội Mới, the daily of the capital.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="ha_noi_moi",
    title="Hà Nội Mới",
    kind=SourceKind.NEWSPAPER,
    owner="Báo Hà Nội Mới",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://hanoimoi.vn/rss/trang-chu",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
