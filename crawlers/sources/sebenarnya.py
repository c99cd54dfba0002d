"""Sebenarnya.my, the Malaysian regulator's checks.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="sebenarnya",
    title="Sebenarnya.my",
    kind=SourceKind.FACT_CHECKER,
    owner="The Malaysian communications commission (MCMC)",
    why="a public body's published notices; its word is an authority's, and alone raises no flag",
    spider=SpiderKind.CHECKER,
    listings=("https://sebenarnya.my/feed/",),
    language="ms",
    publisher_type=PublisherType.AUTHORITY,
    status=SourceStatus.CONFIGURED,
)
