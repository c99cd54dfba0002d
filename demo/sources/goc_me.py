"""Góc Mẹ Bến Sen: a source of the demo web, a forum on Discourse."""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, SourceKind

SOURCE = Source(
    name="goc_me",
    title="Góc Mẹ Bến Sen",
    kind=SourceKind.FORUM,
    owner="The fictional parents' association of the kindergartens of Bến Sen",
    why="An association's public forum, read without an account; robots.txt allows its topics",
    spider=SpiderKind.THREAD,
    listings=("http://gocme.example/c/tro-chuyen/5",),
    software=Software.DISCOURSE,
    post_kind=PostKind.POST,
    min_posts=3,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
