"""Báo Giao thông, a newspaper on transport.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="giao_thong",
    title="Báo Giao thông",
    kind=SourceKind.NEWSPAPER,
    owner="Báo Giao thông",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://www.baogiaothong.vn/rss/thoi-su.rss",),
    hosts=("baogiaothong.vn",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
