"""VOV, the pages of the national radio.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="vov",
    title="VOV",
    kind=SourceKind.NEWSPAPER,
    owner="Đài Tiếng nói Việt Nam",
    why="the public pages of a broadcaster that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://vov.vn/rss/tin-24h-298.rss",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
