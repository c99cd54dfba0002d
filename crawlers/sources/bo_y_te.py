"""The Ministry of Health's pages.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="bo_y_te",
    title="Bộ Y tế",
    kind=SourceKind.PUBLIC_BODY,
    owner="The Vietnamese Ministry of Health",
    why="official health notices, published for everyone",
    spider=SpiderKind.LISTING,
    listings=("https://moh.gov.vn/tin-noi-bat",),
    follow=r"moh\.gov\.vn/[^?#]*/asset_publisher/",
    publisher_type=PublisherType.AUTHORITY,
    status=SourceStatus.CONFIGURED,
)
