"""VOZ, a public forum (XenForo).

Its addresses were not tried: it is off until `kiemchung sources check` has met a real page.
"""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, PublisherType, SourceKind

SOURCE = Source(
    name="voz",
    title="VOZ",
    kind=SourceKind.FORUM,
    owner="Diễn đàn VOZ, a forum company",
    why="an organisation's public forum, read without an account; only boards that need no login",
    spider=SpiderKind.THREAD,
    listings=("https://voz.vn/f/diem-bao.33/",),
    follow=r"voz\.vn/t/[^/?#]+\.\d+/?$",
    software=Software.XENFORO,
    post_kind=PostKind.POST,
    publisher_type=PublisherType.UNKNOWN,
    status=SourceStatus.CONFIGURED,
)
