"""Rappler's fact-checks (Philippines).

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="rappler_fact_check",
    title="Rappler Fact Check",
    kind=SourceKind.FACT_CHECKER,
    owner="Rappler Inc.",
    why="a newsroom's fact-checks, published for everyone to use",
    spider=SpiderKind.CHECKER,
    listings=("https://www.rappler.com/newsbreak/fact-check/feed/",),
    language="en",
    publisher_type=PublisherType.INDEPENDENT_CHECKER,
    status=SourceStatus.CONFIGURED,
)
