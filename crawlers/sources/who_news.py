"""The World Health Organization's news.

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="who_news",
    title="World Health Organization",
    kind=SourceKind.PUBLIC_BODY,
    owner="World Health Organization",
    why="published health notices; it offers feeds",
    spider=SpiderKind.FEED,
    listings=("https://www.who.int/rss-feeds/news-english.xml",),
    language="en",
    publisher_type=PublisherType.MEDICAL_SCIENTIFIC,
    status=SourceStatus.CONFIGURED,
)
