"""VnExpress, a national online newspaper.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="vnexpress",
    title="VnExpress",
    kind=SourceKind.NEWSPAPER,
    owner="FPT Online",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=(
        "https://vnexpress.net/rss/tin-moi-nhat.rss",
        "https://vnexpress.net/rss/suc-khoe.rss",
        "https://vnexpress.net/rss/phap-luat.rss",
    ),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
