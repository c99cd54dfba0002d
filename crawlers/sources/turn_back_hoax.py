"""TurnBackHoax of Mafindo (Indonesia).

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="turn_back_hoax",
    title="TurnBackHoax",
    kind=SourceKind.FACT_CHECKER,
    owner="Mafindo, the Indonesian Anti-Slander Society",
    why="an association's fact-checks, published for everyone to use",
    spider=SpiderKind.CHECKER,
    listings=("https://turnbackhoax.id/feed/",),
    language="id",
    publisher_type=PublisherType.INDEPENDENT_CHECKER,
    status=SourceStatus.CONFIGURED,
)
