"""Diễn đàn Phố Núi: a source of the demo web, whose threads yield a post for each message."""

import msgspec
from lxml.html import HtmlElement

from crawlers.dates import read_date
from crawlers.document import Document, parse
from crawlers.drafts import Draft, Extracted
from crawlers.extract import draft, paragraphs
from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.records import RawPage
from kiemchung.vocabulary import Fate, PostKind, SourceKind

SOURCE = Source(
    name="pho_nui",
    title="Diễn đàn Phố Núi",
    kind=SourceKind.FORUM,
    owner="Diễn đàn Phố Núi, a fictional town forum of the demo web",
    why="An organisation's public forum, read without an account; robots.txt allows its threads",
    spider=SpiderKind.THREAD,
    listings=("http://phonui.example/",),
    follow=r"/chu-de/[^/?#]+/$",
    post_kind=PostKind.POST,
    min_posts=20,
    max_posts=200,
    status=SourceStatus.VERIFIED,
)
EXTRACTOR = "pho_nui/1"


def extract(page: RawPage, source: Source) -> Extracted:
    """Return the opening post under the thread's address, and each reply under its anchor.

    Raises:
        ExtractionError: the page is of a wrong type, too large, of a hostile shape, or empty.
    """
    document = parse(page)
    messages = document.tree.xpath("//article[starts-with(@id, 'bai-')]")
    drafts = [
        _message(page, document, source, element, opening=number == 0)
        for number, element in enumerate(messages)
    ]
    found = tuple(draft for draft in drafts if draft.text)
    return Extracted(
        drafts=found,
        fact_checks=(),
        canonical_url=document.canonical_url,
        extractor=EXTRACTOR,
        fate=None if found else Fate.NO_TEXT,
    )


def _message(
    page: RawPage, document: Document, source: Source, element: HtmlElement, *, opening: bool
) -> Draft:
    bodies = element.xpath(".//*[@class='bai-noi-dung']")
    stamps = element.xpath(".//*[@class='bai-dau']//time/@datetime")
    made = draft(
        document,
        source,
        # A thread's title is its opener's words: a reply that denies them must not bear them.
        title=document.meta("og:title") if opening else "",
        lines=[line for body in bodies for line in paragraphs(body)],
        published_at=read_date(next(iter(stamps), ""), page.fetched_at),
        fragment="" if opening else str(element.get("id")),
    )
    return made if opening else msgspec.structs.replace(made, kind=PostKind.COMMENT)
