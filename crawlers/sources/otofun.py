"""OTOFUN, a public forum of drivers (XenForo).

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, PublisherType, SourceKind

SOURCE = Source(
    name="otofun",
    title="OTOFUN",
    kind=SourceKind.FORUM,
    owner="Diễn đàn OTOFUN, a forum company",
    why="an organisation's public forum, read without an account; only boards that need no login",
    spider=SpiderKind.THREAD,
    listings=("https://www.otofun.net/forums/",),
    follow=r"otofun\.net/threads/[^/?#]+\.\d+/?$",
    software=Software.XENFORO,
    post_kind=PostKind.POST,
    publisher_type=PublisherType.UNKNOWN,
    status=SourceStatus.CONFIGURED,
)
