"""Mastodon's public feed of an account: `/@account.rss`, a message an item, in HTML."""

from lxml.html import HtmlElement

from crawlers.drafts import Extracted
from crawlers.software.feeds import address, entries, html
from crawlers.software.reading import Channel, drop, extracted, has, message
from crawlers.source import Source
from crawlers.strict_xml import text_of
from kiemchung.records import RawPage
from kiemchung.vocabulary import PostKind

EXTRACTOR = "mastodon/1"
DROPPED = (
    f".//*[{has('mention', 'u-url', 'h-card', 'quote-inline')}][not({has('hashtag')})]"
    " | .//blockquote"
)
"""Whom it answers, and what it quotes. What a link's text hides stays: it completes the address."""


def extract(page: RawPage, source: Source) -> Extracted:
    """Return the messages of the account, each under its own address.

    Raises:
        ExtractionError: the page is of a wrong type, too large, no feed, or of a hostile shape.
    """
    drafts = (
        message(
            page,
            source,
            url=url,
            kind=PostKind.MESSAGE,
            body=[_said(text_of(entry, "description", "content"))],
            stamp=text_of(entry, "pubDate", "published"),
        )
        for entry in entries(page)
        if (url := address(entry, page, source))
    )
    return extracted(drafts, canonical_url=page.url, extractor=EXTRACTOR)


def _said(text: str) -> HtmlElement:
    body = html(text)
    drop(body, DROPPED)
    return body


READING = Channel(extract)
