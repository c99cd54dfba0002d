"""Hội Hưu trí Phố Núi: a source of the demo web, a forum on phpBB."""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, SourceKind

SOURCE = Source(
    name="huu_tri",
    title="Hội Hưu trí Phố Núi",
    kind=SourceKind.FORUM,
    owner="A fictional pensioners' association of Phố Núi",
    why="An association's public forum, read without an account; robots.txt allows its topics",
    spider=SpiderKind.THREAD,
    listings=("http://huutri.example/viewforum.php?f=2",),
    software=Software.PHPBB,
    post_kind=PostKind.POST,
    min_posts=3,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
