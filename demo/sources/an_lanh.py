"""Bệnh viện An Lành: a source of the demo web."""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PublisherType, SourceKind

SOURCE = Source(
    name="an_lanh",
    title="Bệnh viện An Lành",
    kind=SourceKind.HOSPITAL,
    owner="A fictional hospital of the demo web",
    why="A hospital's public health advice; robots.txt allows it",
    spider=SpiderKind.SITEMAP,
    listings=("http://benhvienanlanh.example/sitemap.xml",),
    publisher_type=PublisherType.MEDICAL_SCIENTIFIC,
    min_posts=10,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
