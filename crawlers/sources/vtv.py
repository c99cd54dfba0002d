"""VTV Online, the pages of the national television.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="vtv",
    title="VTV Online",
    kind=SourceKind.NEWSPAPER,
    owner="Đài Truyền hình Việt Nam",
    why="the public pages of a broadcaster that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://vtv.vn/rss/home.rss",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
