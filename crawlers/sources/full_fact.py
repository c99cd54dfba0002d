"""Full Fact (United Kingdom).

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="full_fact",
    title="Full Fact",
    kind=SourceKind.FACT_CHECKER,
    owner="Full Fact, a charity",
    why="a charity's fact-checks, published for everyone to use",
    spider=SpiderKind.CHECKER,
    listings=("https://fullfact.org/feed/all/",),
    language="en",
    publisher_type=PublisherType.INDEPENDENT_CHECKER,
    status=SourceStatus.CONFIGURED,
)
