"""Kiểm Tin: a source of the demo web."""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="kiem_tin",
    title="Kiểm Tin",
    kind=SourceKind.FACT_CHECKER,
    owner="A fictional independent fact-checking group of the demo web",
    why="An independent fact-checker that publishes ClaimReview for others to use",
    spider=SpiderKind.CHECKER,
    listings=("http://kiemtin.example/atom.xml", "http://kiemtin.example/kiem-chung.json"),
    publisher_type=PublisherType.INDEPENDENT_CHECKER,
    min_posts=5,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
