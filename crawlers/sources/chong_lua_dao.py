"""Chống Lừa Đảo, a volunteer project against online fraud.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="chong_lua_dao",
    title="Chống Lừa Đảo",
    kind=SourceKind.ASSOCIATION,
    owner="Dự án Chống Lừa Đảo, a volunteer project against online fraud",
    why="a public project whose warnings about scams are published for everyone",
    spider=SpiderKind.LISTING,
    listings=("https://chongluadao.vn/tin-tuc",),
    follow=r"chongluadao\.vn/(?:tin-tuc|blog)/[^?#/]+$",
    publisher_type=PublisherType.UNKNOWN,
    status=SourceStatus.CONFIGURED,
)
