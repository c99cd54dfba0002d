"""phpBB 3: `viewtopic.php?f=2&t=12&start=10`, messages in `div.post`."""

from urllib.parse import parse_qsl, urlsplit, urlunsplit

from crawlers.software.forums import Marks, forum
from crawlers.software.reading import Place, has

EXTRACTOR = "phpbb/1"
SCRIPT = "viewtopic.php"
KNOWN = frozenset({"f", "t", "start", "sid", "sk", "sd", "st"})
"""What may stand behind the address of a page; anything else makes it something else."""
LAST_WORDS = f".//*[{has('author')}]/text()[normalize-space()][last()]"
MARKS = Marks(
    title=f"//*[{has('topic-title')}]",
    message=f"//div[{has('post')}][starts-with(@id, 'p')]",
    post_id="@id",
    body=f".//*[{has('postbody')}]//*[{has('content')}]",
    # Since 3.2 in <time>; before, it stands behind the name.
    date=f".//*[{has('author')}]//time/@datetime | {LAST_WORDS}",
    dropped=(
        f"//*[{has('content')}]//blockquote | //*[{has('signature', 'inline-attachment')}]"
        f" | //*[{has('content')}]//a[{has('username', 'username-coloured', 'mention')}]"
    ),
    people=(
        f"//*[{has('username', 'username-coloured')}]/text() | //blockquote//cite/text()"
        f" | //*[{has('postauthor')}]//text()"
    ),
    gone=f"self::*[{has('deleted')}] or .//*[{has('post_deleted_msg')}]",
)


def place(url: str) -> Place | None:
    """Return where `url` lies; None for a board, a permalink, or what is newest.

    A page is told by the number of messages before it: `start=20` is page 21 here.
    """
    parts = urlsplit(url)
    folder, _, script = parts.path.rpartition("/")
    query = dict(parse_qsl(parts.query))
    number = query.get("t", "")
    start = query.get("start", "0")
    if script != SCRIPT or not query.keys() <= KNOWN or not (number + start).isdecimal():
        return None
    if not number:
        return None
    thread = urlunsplit((parts.scheme, parts.netloc, f"{folder}/{SCRIPT}", f"t={number}", ""))
    return Place(thread, int(start) + 1, f"{thread}&start={start}" if int(start) else thread)


READING = forum(
    EXTRACTOR, MARKS, place, lambda thread, post: f"{thread.partition('?')[0]}?p={post}#p{post}"
)
