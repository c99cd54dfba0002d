"""BBC News in Vietnamese.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="bbc_tieng_viet",
    title="BBC News Tiếng Việt",
    kind=SourceKind.NEWSPAPER,
    owner="British Broadcasting Corporation",
    why="the public pages of a broadcaster that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://feeds.bbci.co.uk/vietnamese/rss.xml",),
    hosts=("www.bbc.com", "www.bbc.co.uk"),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
