"""VietnamPlus, the online newspaper of the national news agency.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="vietnamplus",
    title="VietnamPlus",
    kind=SourceKind.NEWSPAPER,
    owner="Thông tấn xã Việt Nam",
    why="the public pages of a news agency that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://www.vietnamplus.vn/rss/trangchu.rss",),
    hosts=("vietnamplus.vn",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
