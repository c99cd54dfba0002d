"""Soi Thật: a source of the demo web."""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="soi_that",
    title="Soi Thật",
    kind=SourceKind.FACT_CHECKER,
    owner="A fictional independent fact-checking site of the demo web",
    why="An independent fact-checker that publishes ClaimReview for others to use",
    spider=SpiderKind.SITEMAP,
    listings=("http://soithat.example/sitemap.xml",),
    publisher_type=PublisherType.INDEPENDENT_CHECKER,
    min_posts=5,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
