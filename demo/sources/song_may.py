"""Báo Sông Mây: a source of the demo web."""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="song_may",
    title="Báo Sông Mây",
    kind=SourceKind.NEWSPAPER,
    owner="Báo Sông Mây, a fictional newspaper of the demo web",
    why="A newspaper of public record; robots.txt allows its articles",
    spider=SpiderKind.SITEMAP,
    listings=("http://songmay.example/sitemap.xml",),
    publisher_type=PublisherType.PRESS,
    min_posts=20,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
