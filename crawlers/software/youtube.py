"""YouTube's feed of a channel: `/feeds/videos.xml?channel_id=…`, title and description a video.

YouTube's robots.txt is known to disallow /feeds/videos.xml: then our gate refuses it.
"""

import re
from urllib.parse import urlsplit

from lxml import etree

from crawlers.drafts import Extracted
from crawlers.software.feeds import entries
from crawlers.software.reading import Channel, extracted, message
from crawlers.source import Source
from crawlers.strict_xml import children, text_of
from kiemchung.records import RawPage
from kiemchung.vocabulary import PostKind

EXTRACTOR = "youtube/1"
VIDEO = re.compile(r"[A-Za-z0-9_-]{5,20}\Z")


def extract(page: RawPage, source: Source) -> Extracted:
    """Return the channel's videos: title and description; a title alone is the text.

    Raises:
        ExtractionError: the page is of a wrong type, too large, or no feed.
    """
    own = urlsplit(page.url)
    drafts = (
        message(
            page,
            source,
            # /shorts/… and /watch?v=… are the same video.
            url=f"{own.scheme}://{own.netloc}/watch?v={video}",
            kind=PostKind.POST,
            body=(_description(entry) or text_of(entry, "title")).splitlines(),
            stamp=text_of(entry, "published"),
            title=text_of(entry, "title"),
        )
        for entry in entries(page)
        if VIDEO.match(video := text_of(entry, "videoId"))
    )
    return extracted(drafts, canonical_url=page.url, extractor=EXTRACTOR)


def _description(entry: etree._Element) -> str:
    groups = (text_of(group, "description") for group in children(entry, "group"))
    return next(filter(None, groups), "")


READING = Channel(extract)
