"""Tuổi Trẻ, a national newspaper of Hồ Chí Minh City.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="tuoi_tre",
    title="Tuổi Trẻ",
    kind=SourceKind.NEWSPAPER,
    owner="Báo Tuổi Trẻ",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://tuoitre.vn/rss/tin-moi-nhat.rss", "https://tuoitre.vn/rss/suc-khoe.rss"),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
