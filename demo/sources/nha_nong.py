"""Diễn đàn Nhà Nông Lam Hà: a source of the demo web, a forum on XenForo."""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, SourceKind

SOURCE = Source(
    name="nha_nong",
    title="Diễn đàn Nhà Nông Lam Hà",
    kind=SourceKind.FORUM,
    owner="The fictional union of farming cooperatives of Lam Hà",
    why="An organisation's public forum, read without an account; robots.txt allows its threads",
    spider=SpiderKind.THREAD,
    listings=("http://nhanong.example/forums/chuyen-ruong-vuon.4/",),
    software=Software.XENFORO,
    post_kind=PostKind.POST,
    min_posts=3,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
