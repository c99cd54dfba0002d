"""Bluesky's public feed of an account: `/profile/did:plc:…/rss`, a message an item, plain text."""

import re

from crawlers.drafts import Extracted
from crawlers.software.feeds import address, entries
from crawlers.software.reading import Channel, extracted, message
from crawlers.source import Source
from crawlers.strict_xml import text_of
from kiemchung.records import RawPage
from kiemchung.vocabulary import PostKind

EXTRACTOR = "bluesky/1"
QUOTED = re.compile(r"\[contains quote post or other embedded content\]")
ADDRESSED = re.compile(r"(?<![\w.@-])@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
"""A handle: here always a domain name."""


def extract(page: RawPage, source: Source) -> Extracted:
    """Return the messages of the account, each under its own address.

    Raises:
        ExtractionError: the page is of a wrong type, too large, or no feed.
    """
    drafts = (
        message(
            page,
            source,
            url=url,
            kind=PostKind.MESSAGE,
            body=_lines(text_of(entry, "description")),
            stamp=text_of(entry, "pubDate"),
        )
        for entry in entries(page)
        if (url := address(entry, page, source))
    )
    return extracted(drafts, canonical_url=page.url, extractor=EXTRACTOR)


def _lines(text: str) -> list[str]:
    return ADDRESSED.sub("", QUOTED.sub("", text)).splitlines()


READING = Channel(extract)
