"""Bến xe Cầu Ngói: a source of the demo web, a channel read through Telegram's public preview."""

from crawlers.source import Software, Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, SourceKind

SOURCE = Source(
    name="ben_xe",
    title="Bến xe Cầu Ngói",
    kind=SourceKind.CHANNEL,
    owner="The fictional transport cooperative of the bus station Cầu Ngói",
    why="A cooperative's public one-way channel, read through the preview that anybody may see",
    spider=SpiderKind.CHANNEL,
    listings=("http://benxe.example/s/benxe_demo",),
    software=Software.TELEGRAM,
    post_kind=PostKind.MESSAGE,
    min_posts=2,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
