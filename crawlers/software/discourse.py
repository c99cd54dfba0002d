"""Discourse, as it shows topics without JavaScript: `/t/slug/12?page=2`, `div.crawler-post`."""

import re

from crawlers.software.forums import Marks, forum
from crawlers.software.reading import Place, has

EXTRACTOR = "discourse/1"
# Behind the id, /t/slug/12/5 is the permalink of message 5, and no page.
TOPIC = re.compile(r"(?P<thread>[^?#]*/t/[^/?#]+/\d+)/?(?:\?page=(?P<page>\d+))?\Z")
# Most visitors get the messages inside of <noscript>.
NOSCRIPT = re.compile(r"</?noscript\b[^<>]*>", re.IGNORECASE)
POST = f"*[{has('crawler-post')}]"
BODY = f"*[{has('post')}]"
MARKS = Marks(
    title="//*[@id='topic-title']//h1",
    message=f"//{POST}",
    post_id="@id",
    number="@id",
    body=f".//{BODY}",
    date=f".//time/@datetime | .//*[{has('crawler-post-infos')}]/text()",
    dropped=(
        f"//{POST}//aside | //{POST}//blockquote | //{POST}//a[{has('mention', 'mention-group')}]"
        f" | //{POST}//*[{has('lightbox-wrapper', 'poll-info', 'mention')}]"
    ),
    people=(
        "//*[@itemprop='author']//*[@itemprop='name']/text() | //@data-username"
        f" | //*[{has('creator')}]//text() | //a[{has('mention')}]/text()"
    ),
    # Its author's deletion leaves one line in brackets, in the forum's language.
    gone=(
        f".//{BODY}[string-length(normalize-space()) < 80 and starts-with(normalize-space(), '(')"
        " and (contains(., 'deleted by') or contains(., 'withdrawn by') or contains(., 'bị xóa')"
        " or contains(., 'bị xoá') or contains(., 'đã xóa'))]"
    ),
)


def place(url: str) -> Place | None:
    """Return where `url` lies; None for a category, a permalink or a member."""
    found = TOPIC.match(url)
    if found is None:
        return None
    page = int(found["page"] or 1)
    thread = found["thread"]
    return Place(thread, page, f"{thread}?page={page}" if page > 1 else thread)


def shown(text: str) -> str:
    """Return a page's text as a visitor without JavaScript sees it."""
    return NOSCRIPT.sub("", text)


READING = forum(EXTRACTOR, MARKS, place, lambda thread, post: f"{thread}/{post}#post_{post}", shown)
