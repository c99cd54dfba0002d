"""Sức khỏe & Đời sống, the newspaper of the health ministry.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="suc_khoe_doi_song",
    title="Sức khỏe & Đời sống",
    kind=SourceKind.NEWSPAPER,
    owner="Báo Sức khỏe & Đời sống",
    why="a public newspaper on health; claims and corrections on illness are read there",
    spider=SpiderKind.FEED,
    listings=("https://suckhoedoisong.vn/rss/home.rss",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
