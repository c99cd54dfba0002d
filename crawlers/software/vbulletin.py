"""vBulletin 3 (`showthread.php?t=12`), 4 (`showthread.php?12-slug`) and 5 (`/forum/board/12-slug`).

Version 3, which many an old board still runs, lays a message out as a table.
"""

import re

from crawlers.software.forums import Marks, forum
from crawlers.software.reading import Place, has

EXTRACTOR = "vbulletin/2"
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
OLD = "*[starts-with(@id, 'post_message_')]"
"""A message's text in version 3; what it quotes is a table with a label above."""
BODY = (
    f".//{OLD} | "
    f".//blockquote[{has('postcontent')}][not({has('lastedited')})]"
    f" | .//*[{has('js-post__content-text')}]"
)
MARKS = Marks(
    title=(
        f"//*[{has('threadtitle')}] | //h1[{has('main-title')}]"
        f" | //div[{has('navbar')}]/strong[not(a)]"
    ),
    message=(
        f"//li[{has('postcontainer', 'postbit', 'postbitlegacy')}] | //li[{has('b-post')}]"
        f" | //table[starts-with(@id, 'post')][.//{OLD}]"
    ),
    post_id="@data-node-id | @id",
    number=(f".//a[{has('postcounter', 'b-post__count')}] | .//a[starts-with(@id, 'postcount')]"),
    body=BODY,
    date=(
        f".//*[{has('b-post__timestamp')}]//time/@datetime | .//*[{has('postdate')}]"
        f"//*[{has('date')}] | .//td[{has('thead')}]//a[starts-with(@name, 'post')]/.."
    ),
    dropped=(
        f"//{OLD}//div[div[{has('smallfont')}]][table or pre] | //{OLD}//table"
        f" | //*[{has(*QUOTES)}] | //*[{has('signature', 'b-post__signature', 'OLD__signature')}]"
        f" | //*[{has('js-post__content-text')}]//blockquote | //blockquote//blockquote"
        f" | //*[{has('js-post__content-text', 'postcontent')}]"
        f"//*[{has('b-bbcode__user', 'username', 'h-user-mention')}]"
    ),
    people=(
        f"//*[{has('username', 'bbcode_postedby')}]//text() | //*[{has('author')}]//a/text()"
        f" | //*[{has('author')}]//strong/text() | //*[{has('bigusername')}]//text()"
        f" | //{OLD}//table//strong/text()"
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
