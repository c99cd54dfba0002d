"""VERA Files (Philippines).

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="vera_files",
    title="VERA Files",
    kind=SourceKind.FACT_CHECKER,
    owner="VERA Files Inc.",
    why="a non-profit newsroom's fact-checks, published for everyone to use",
    spider=SpiderKind.CHECKER,
    listings=("https://verafiles.org/feed",),
    language="en",
    publisher_type=PublisherType.INDEPENDENT_CHECKER,
    status=SourceStatus.CONFIGURED,
)
