"""Câu lạc bộ Con Nước: a source of the demo web, a club's account on Bluesky."""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, SourceKind

SOURCE = Source(
    name="con_nuoc",
    title="Câu lạc bộ Con Nước",
    kind=SourceKind.CHANNEL,
    owner="A fictional club of people who measure the river Sông Mây",
    why="A club's public account, read through the feed that its server offers",
    spider=SpiderKind.CHANNEL,
    listings=("http://connuoc.example/profile/did:plc:democonnuoc/rss",),
    software=Software.BLUESKY,
    post_kind=PostKind.MESSAGE,
    min_posts=1,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
