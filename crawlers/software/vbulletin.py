"""vBulletin 4 (`showthread.php?12-slug`, `threads/12-slug`) and 5 (`/forum/board/12-slug`)."""

import re

from crawlers.software.forums import Marks, forum
from crawlers.software.reading import Place, has

EXTRACTOR = "vbulletin/1"
SCRIPT = re.compile(
    r"(?P<thread>[^?#]*showthread\.php[?/]\d+(?:-[^/?#&]*)?)(?:/page(?P<page>\d+))?\Z"
)
NUMBERED = re.compile(r"(?P<script>[^?#]*showthread\.php)\?t=(?P<id>\d+)(?:&page=(?P<page>\d+))?\Z")
PRETTY = re.compile(r"(?P<thread>[^?#]*/\d+-[^/?#]+?)/?(?:/page(?P<page>\d+))?\Z")
# In these folders a number and a word are no thread.
OTHERS = re.compile(
    r"/(?:forums?|members?|profiles?|users?|entries|blogs?|groups?|albums?|attachments?|calendars?"
    r"|filedata|node|tags?)/\d+-[^/]*(?:/page\d+)?/?\Z"
)
QUOTES = "bbcode_quote", "bbcode_description", "quote_container", "bbcode_postedby"
BODY = (
    f".//blockquote[{has('postcontent')}][not({has('lastedited')})]"
    f" | .//*[{has('js-post__content-text')}]"
)
MARKS = Marks(
    title=f"//*[{has('threadtitle')}] | //h1[{has('main-title')}]",
    message=f"//li[{has('postcontainer', 'postbit', 'postbitlegacy')}] | //li[{has('b-post')}]",
    post_id="@data-node-id | @id",
    number=f".//a[{has('postcounter', 'b-post__count')}]",
    body=BODY,
    date=(
        f".//*[{has('b-post__timestamp')}]//time/@datetime | .//*[{has('postdate')}]"
        f"//*[{has('date')}]"
    ),
    dropped=(
        f"//*[{has(*QUOTES)}] | //*[{has('signature', 'b-post__signature', 'OLD__signature')}]"
        f" | //*[{has('js-post__content-text')}]//blockquote | //blockquote//blockquote"
        f" | //*[{has('js-post__content-text', 'postcontent')}]"
        f"//*[{has('b-bbcode__user', 'username', 'h-user-mention')}]"
    ),
    people=(
        f"//*[{has('username', 'bbcode_postedby')}]//text() | //*[{has('author')}]//a/text()"
        f" | //*[{has('author')}]//strong/text()"
    ),
    gone=f"self::*[{has('postbitdeleted', 'postbitignored', 'b-post--deleted', 'deleted')}]",
)


def place(url: str) -> Place | None:
    """Return where `url` lies; None for a board, a permalink, a member, or what is newest."""
    if numbered := NUMBERED.match(url):
        page = int(numbered["page"] or 1)
        thread = f"{numbered['script']}?t={numbered['id']}"
        return Place(thread, page, f"{thread}&page={page}" if page > 1 else thread)
    found = SCRIPT.match(url) or (None if OTHERS.search(url) else PRETTY.match(url))
    if found is None:
        return None
    page = int(found["page"] or 1)
    thread = found["thread"]
    return Place(thread, page, f"{thread}/page{page}" if page > 1 else thread)


def _permalink(thread: str, post: str) -> str:
    return f"{thread}{'&' if '?' in thread else '?'}p={post}#post{post}"


READING = forum(EXTRACTOR, MARKS, place, _permalink)
