"""VietNamNet, a national online newspaper.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="vietnamnet",
    title="VietNamNet",
    kind=SourceKind.NEWSPAPER,
    owner="Báo VietNamNet",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=(
        "https://vietnamnet.vn/rss/tin-moi-nhat.rss",
        "https://vietnamnet.vn/rss/suc-khoe.rss",
    ),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
