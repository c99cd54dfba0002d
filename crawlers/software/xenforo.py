"""XenForo: `/threads/slug.12/page-3`.

Version 2 keeps messages in `article.message--post`, version 1 in `li.message`.
"""

import re

from crawlers.software.forums import Marks, forum
from crawlers.software.reading import Place, has

EXTRACTOR = "xenforo/2"
# With "friendly" addresses or without (/index.php?threads/slug.12/), and with the route's usual
# other names: voz.vn writes /t/.
THREAD = re.compile(
    r"(?P<thread>.*/(?:index\.php\?)?(?:threads|t|chu-de|thao-luan)/(?:[^/?#&]*\.)?\d+/)"
    r"(?:page-(?P<page>\d+))?/?\Z"
)
MET = f".//*[{has('messageMeta')}]//*[{has('DateTime')}]"
MARKS = Marks(
    title=f"//h1[{has('p-title-value')}] | //*[{has('titleBar')}]//h1",
    message=(
        f"//article[{has('message--post', 'message--article')}]"
        f" | //li[{has('message')}][starts-with(@id, 'post-')]"
    ),
    post_id="@data-content | @id",
    number=(
        f".//*[{has('message-attribution-opposite')}]//a[starts-with(normalize-space(), '#')]"
        f" | .//a[{has('postNumber')}]"
    ),
    body=(
        f".//*[{has('message-body', 'message-content')}]//*[{has('bbWrapper')}]"
        f" | .//blockquote[{has('messageText')}]"
    ),
    date=(
        f".//*[{has('message-attribution-main', 'message-attribution')}]//time/@datetime"
        f" | {MET}/@data-time | {MET}/@title"
    ),
    dropped=(
        f"//*[{has('bbCodeQuote', 'bbCodeSpoilerContainer', 'messageTextEndMarker')}] | "
        f"//*[{has('bbWrapper')}]//blockquote | //*[{has('bbWrapper')}]//a[{has('username')}]"
        f" | //*[{has('bbCodeBlock--unfurl', 'bbCodeBlock--hidden', 'messageHide')}]"
        f" | //h1//*[{has('label', 'label-append')}] | //*[{has('message-signature')}]"
    ),
    people=f"//@data-author | //*[{has('username')}]//text()",
    gone=f"self::*[{has('message--deleted', 'deleted')}]",
)


def place(url: str) -> Place | None:
    """Return where `url` lies; None for a board, a permalink, a member, or what is newest."""
    found = THREAD.match(url)
    if found is None:
        return None
    page = int(found["page"] or 1)
    thread = found["thread"]
    return Place(thread, page, f"{thread}page-{page}" if page > 1 else thread)


READING = forum(EXTRACTOR, MARKS, place, lambda thread, post: f"{thread}post-{post}#post-{post}")
