"""Nhân Dân, a national daily.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="nhan_dan",
    title="Nhân Dân",
    kind=SourceKind.NEWSPAPER,
    owner="Báo Nhân Dân",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://nhandan.vn/rss/home.rss",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
