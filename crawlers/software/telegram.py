"""Telegram's public preview of a channel: `t.me/s/channel?before=120`, twenty messages a page."""

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers.drafts import Extracted
from crawlers.links import join
from crawlers.markup import first_tags
from crawlers.software.reading import (
    MESSAGES,
    Channel,
    Older,
    drop,
    extracted,
    first,
    has,
    message,
    read_text,
    read_tree,
    voices,
)
from crawlers.source import Source
from kiemchung.records import RawPage
from kiemchung.vocabulary import PostKind

EXTRACTOR = "telegram/2"
PREVIEW = re.compile(r"/s/(?P<channel>[A-Za-z0-9_]+)/?\Z")
POST = re.compile(r"(?P<channel>[A-Za-z0-9_]+)/(?P<id>\d+)\Z")
BEFORE = re.compile(r"before=(?P<id>\d+)\Z")
MESSAGE = f"//*[{has('tgme_widget_message')}][@data-post][not({has('service_message')})]"
SAID = f".//*[{has('tgme_widget_message_text', 'tgme_widget_message_poll_question')}]"
OPTIONS = f".//*[{has('tgme_widget_message_poll_option_text')}]"
DATE = f".//a[{has('tgme_widget_message_date')}]//time/@datetime"
DROPPED = (
    f"//*[{has('tgme_widget_message_reply', 'tgme_widget_message_forwarded_from')}]"
    f" | //*[{has('tgme_widget_message_link_preview', 'tgme_widget_message_author')}]"
    f" | //*[{has('tgme_widget_message_from_author', 'tgme_widget_message_reactions')}]"
)
"""The message that is answered, whose words they are, what a link leads to, and who liked it."""
PEOPLE = (
    f"//*[{has('tgme_widget_message_author_name', 'tgme_widget_message_from_author')}]//text()"
    f" | //*[{has('tgme_widget_message_forwarded_from_name')}]//text()"
)


def extract(page: RawPage, source: Source) -> Extracted:
    """Return the messages of a channel's preview, each under its own address.

    Raises:
        ExtractionError: the page is of a wrong type, too large, of a hostile shape, or empty.
    """
    tree = read_tree(read_text(page))
    by = voices(tree.xpath(PEOPLE))
    drop(tree, DROPPED)
    drafts = (
        message(
            page,
            source,
            url=url,
            kind=PostKind.MESSAGE,
            body=element.xpath(f"{SAID} | {OPTIONS}"),
            stamp=first(element, DATE),
            by=by,
        )
        for element in tree.xpath(MESSAGE)[:MESSAGES]
        if (url := _address(element, page.url))
    )
    return extracted(drafts, canonical_url=page.url, extractor=EXTRACTOR)


def older(text: str, url: str) -> Older:
    """Return what the preview `text`, found at `url`, says of the messages before its own."""
    ids: set[str] = set()
    dates: list[str] = []
    before: set[int] = set()
    for tag in first_tags(text):
        attributes = tag.attributes() if not tag.closing else {}
        ids |= {attributes["data-post"]} if "data-post" in attributes else set()
        if tag.name == "time" and "datetime" in attributes:
            dates.append(attributes["datetime"])
        if tag.name in {"a", "link"} and (cursor := _cursor(attributes.get("href", ""), url)):
            before.add(cursor)
    return Older(_behind(before, url), frozenset(ids), tuple(dates))


def _address(element: HtmlElement, page_url: str) -> str:
    """Return the address of a message; "" where it isn't of the page's own channel."""
    post, page = POST.match(element.get("data-post") or ""), urlsplit(page_url)
    preview = PREVIEW.search(page.path)
    own = preview["channel"] if preview else page.path.strip("/").partition("/")[0]
    if post is None or post["channel"].lower() != own.lower():
        return ""
    return f"{page.scheme}://{page.netloc}/{own}/{post['id']}"


def _cursor(href: str, url: str) -> int:
    """Return the message before which the page at `href` ends; 0 if it is another channel's."""
    own, there = urlsplit(url), urlsplit(join(url, href))
    found = BEFORE.match(there.query)
    same = (there.netloc, there.path) == (own.netloc, own.path)
    return int(found["id"]) if found and same else 0


def _behind(before: set[int], url: str) -> str:
    """Return the address of the page behind that at `url`: its cursor only ever falls."""
    here = BEFORE.match(urlsplit(url).query)
    cursor = min(before, default=0)
    if not cursor or (here and cursor >= int(here["id"])):
        return ""
    return urlsplit(url)._replace(query=f"before={cursor}", fragment="").geturl()


READING = Channel(extract, older)
