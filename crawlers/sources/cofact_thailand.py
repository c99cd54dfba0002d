"""Cofact (Thailand).

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="cofact_thailand",
    title="Cofact Thailand",
    kind=SourceKind.FACT_CHECKER,
    owner="Cofact Thailand",
    why="a civil project's fact-checks, published for everyone to use",
    spider=SpiderKind.CHECKER,
    listings=("https://blog.cofact.org/feed/",),
    language="th",
    publisher_type=PublisherType.UNKNOWN,
    status=SourceStatus.CONFIGURED,
)
