"""Hội Bảo vệ người tiêu dùng Bến Sen: a source of the demo web."""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import SourceKind

SOURCE = Source(
    name="ben_sen",
    title="Hội Bảo vệ người tiêu dùng Bến Sen",
    kind=SourceKind.ASSOCIATION,
    owner="A fictional consumer association of the demo web",
    why="A consumer association that publishes warnings for everyone to read",
    spider=SpiderKind.LISTING,
    listings=("http://nguoitieudung.example/canh-bao/",),
    follow=r"/canh-bao/[a-z0-9-]+$",
    min_posts=10,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
