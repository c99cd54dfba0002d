"""Kênh Xóm Chợ: a source of the demo web, whose messages have no headline of their own."""

from crawlers.dates import read_date
from crawlers.document import parse
from crawlers.drafts import Extracted
from crawlers.extract import draft, paragraphs
from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.records import RawPage
from kiemchung.vocabulary import Fate, PostKind, SourceKind

SOURCE = Source(
    name="xom_cho",
    title="Kênh Xóm Chợ",
    kind=SourceKind.CHANNEL,
    owner="The traders of the fictional market Bờ Kè",
    why="A public one-way channel of an organisation; robots.txt allows its messages",
    spider=SpiderKind.LISTING,
    listings=("http://xomcho.example/kenh",),
    follow=r"/kenh/\d+$",
    post_kind=PostKind.MESSAGE,
    min_posts=40,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
EXTRACTOR = "xom_cho/1"


def extract(page: RawPage, source: Source) -> Extracted:
    """Return the one message of the page; its title is "" where the channel shows its own name.

    Raises:
        ExtractionError: the page is of a wrong type, too large, of a hostile shape, or empty.
    """
    document = parse(page)
    title = document.meta("og:title")
    stamps = document.tree.xpath("//*[@class='tin_cuoi']//time/@datetime")
    message = draft(
        document,
        source,
        title="" if title == source.title else title,
        lines=[
            line
            for body in document.tree.xpath("//*[@class='tin_chu']")
            for line in paragraphs(body)
        ],
        published_at=read_date(next(iter(stamps), ""), page.fetched_at),
    )
    drafts = (message,) if message.text else ()
    return Extracted(
        drafts=drafts,
        fact_checks=(),
        canonical_url=document.canonical_url,
        extractor=EXTRACTOR,
        fate=None if drafts else Fate.NO_TEXT,
    )
