"""Ban Chỉ huy Phòng thủ dân sự tỉnh Lam Hà: a source of the demo web."""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="lam_ha",
    title="Ban Chỉ huy Phòng thủ dân sự tỉnh Lam Hà",
    kind=SourceKind.PUBLIC_BODY,
    owner="A fictional public body of the demo web",
    why="Official notices, published for everyone",
    spider=SpiderKind.LISTING,
    listings=("http://lamha.example/thong-bao/",),
    follow=r"/thong-bao/[a-z0-9-]+$",
    publisher_type=PublisherType.AUTHORITY,
    min_posts=10,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
