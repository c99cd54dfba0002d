"""VAFC, the government's centre for handling fake news.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="tin_gia",
    title="Trung tâm Xử lý tin giả Việt Nam",
    kind=SourceKind.FACT_CHECKER,
    owner="The Vietnamese government's centre for handling fake news (VAFC)",
    why="a public body's published notices; its word is an authority's, and alone raises no flag",
    spider=SpiderKind.LISTING,
    listings=("https://tingia.gov.vn/tin-vua-check/",),
    follow=r"tingia\.gov\.vn/[a-z0-9-]+/[a-z0-9-]+/\d+/?$",
    publisher_type=PublisherType.AUTHORITY,
    status=SourceStatus.CONFIGURED,
)
