"""Taiwan FactCheck Center.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="taiwan_factcheck_center",
    title="Taiwan FactCheck Center",
    kind=SourceKind.FACT_CHECKER,
    owner="Taiwan FactCheck Center",
    why="a non-profit's fact-checks, published for everyone to use",
    spider=SpiderKind.CHECKER,
    listings=("https://tfc-taiwan.org.tw/feed/",),
    language="zh",
    publisher_type=PublisherType.INDEPENDENT_CHECKER,
    status=SourceStatus.CONFIGURED,
)
