"""KBS World in Vietnamese.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="kbs_tieng_viet",
    title="KBS World Tiếng Việt",
    kind=SourceKind.NEWSPAPER,
    owner="Korean Broadcasting System",
    why="the public pages of a broadcaster that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://world.kbs.co.kr/rss/rss_news.htm?lang=v",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
