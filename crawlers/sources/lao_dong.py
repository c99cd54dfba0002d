"""Lao Động, the newspaper of the trade unions.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="lao_dong",
    title="Lao Động",
    kind=SourceKind.NEWSPAPER,
    owner="Báo Lao Động",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://laodong.vn/rss/home.rss",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
