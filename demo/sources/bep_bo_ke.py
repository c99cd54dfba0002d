"""Trường nghề Bếp Bờ Kè: a source of the demo web, a school's channel on YouTube."""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, SourceKind

SOURCE = Source(
    name="bep_bo_ke",
    title="Trường nghề Bếp Bờ Kè",
    kind=SourceKind.CHANNEL,
    owner="A fictional cooking school in Bến Sen",
    why="A school's public channel, read through the feed that its robots.txt allows",
    spider=SpiderKind.CHANNEL,
    listings=("http://bepboke.example/feeds/videos.xml?channel_id=UCdemobepboke",),
    software=Software.YOUTUBE,
    post_kind=PostKind.POST,
    min_posts=1,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
