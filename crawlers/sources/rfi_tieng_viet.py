"""Radio France Internationale in Vietnamese.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="rfi_tieng_viet",
    title="RFI Tiếng Việt",
    kind=SourceKind.NEWSPAPER,
    owner="Radio France Internationale",
    why="the public pages of a broadcaster that offers feeds for reading by programs",
    spider=SpiderKind.FEED,
    listings=("https://www.rfi.fr/vi/rss",),
    publisher_type=PublisherType.PRESS,
    status=SourceStatus.CONFIGURED,
)
