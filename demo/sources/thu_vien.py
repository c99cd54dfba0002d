"""Thư viện Bến Sen: a source of the demo web, a library's account on Mastodon."""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, SourceKind

SOURCE = Source(
    name="thu_vien",
    title="Thư viện Bến Sen",
    kind=SourceKind.CHANNEL,
    owner="The fictional city library of Bến Sen",
    why="An institution's public account, read through the feed that its server offers",
    spider=SpiderKind.CHANNEL,
    listings=("http://thuvien.example/@thuvien_demo.rss",),
    software=Software.MASTODON,
    post_kind=PostKind.MESSAGE,
    min_posts=1,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
