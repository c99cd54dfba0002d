"""AFP Fact Check.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="afp_fact_check",
    title="AFP Fact Check",
    kind=SourceKind.FACT_CHECKER,
    owner="Agence France-Presse",
    why="a news agency's fact-checks, published for everyone to use",
    spider=SpiderKind.CHECKER,
    listings=("https://factcheck.afp.com/",),
    follow=r"factcheck\.afp\.com/doc\.afp\.com\.[0-9A-Z]+$",
    language="en",
    publisher_type=PublisherType.INDEPENDENT_CHECKER,
    status=SourceStatus.CONFIGURED,
)
