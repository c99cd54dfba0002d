"""Pháp Luật TP.HCM, a newspaper on law and courts.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="phap_luat_tphcm",
    title="Pháp Luật TP.HCM",
    kind=SourceKind.NEWSPAPER,
    owner="Báo Pháp Luật TP.HCM",
    why="a public newspaper that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://plo.vn/rss/home.rss",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
