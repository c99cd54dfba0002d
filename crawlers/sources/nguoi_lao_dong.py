"""Người Lao Động, a daily of Hồ Chí Minh City.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="nguoi_lao_dong",
    title="Người Lao Động",
    kind=SourceKind.NEWSPAPER,
    owner="Báo Người Lao Động",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://nld.com.vn/rss/home.rss", "https://nld.com.vn/rss/phap-luat.rss"),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
