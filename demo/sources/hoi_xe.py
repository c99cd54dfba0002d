"""Hội Xe Lam Hà: a source of the demo web, a forum on vBulletin."""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, SourceKind

SOURCE = Source(
    name="hoi_xe",
    title="Hội Xe Lam Hà",
    kind=SourceKind.FORUM,
    owner="A fictional riders' club of Lam Hà",
    why="A club's public forum, read without an account; robots.txt allows its threads",
    spider=SpiderKind.THREAD,
    listings=("http://hoixe.example/forumdisplay.php?9-quan-nuoc-ven-duong",),
    software=Software.VBULLETIN,
    post_kind=PostKind.POST,
    min_posts=3,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
