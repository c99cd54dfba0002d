"""How the software that the demo's forums run on addresses its threads and their messages."""

import msgspec

PER_PAGE = 4
"""Messages on one page of a thread; real forums show 10 to 20."""
IDS = 100
"""Ids that a thread's messages have at most: its own number comes before."""


class Threads(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns of paths. A thread's slug is `12-words`: `{id}` is 12, `{words}` the rest.

    `{post}` is a message's id, `{number}` its place in the thread, `{start}` how many messages
    stand before the page.
    """

    first: str
    further: str
    reply: str

    def page(self, slug: str, page: int = 1) -> str:
        """Return the path of a page of the thread `slug`."""
        pattern = self.further if page > 1 else self.first
        return self._fill(pattern, slug, page=page, start=(page - 1) * PER_PAGE)

    def message(self, slug: str, number: int) -> str:
        """Return the path of a reply, with the fragment that leads to it."""
        return self._fill(self.reply, slug, number=number, post=post_id(slug, number))

    def _fill(self, pattern: str, slug: str, **values: int) -> str:
        number, _, words = slug.partition("-")
        return pattern.format(id=number, words=words, **values)


def post_id(slug: str, number: int) -> int:
    """Return the id of the message that is the `number`th of the thread `slug`."""
    return int(slug.partition("-")[0]) * IDS + number


XENFORO = Threads(
    first="/threads/{words}.{id}/",
    further="/threads/{words}.{id}/page-{page}",
    reply="/threads/{words}.{id}/post-{post}#post-{post}",
)
DISCOURSE = Threads(
    first="/t/{words}/{id}",
    further="/t/{words}/{id}?page={page}",
    reply="/t/{words}/{id}/{number}#post_{number}",
)
VBULLETIN = Threads(
    first="/showthread.php?{id}-{words}",
    further="/showthread.php?{id}-{words}/page{page}",
    reply="/showthread.php?{id}-{words}&p={post}#post{post}",
)
PHPBB = Threads(
    first="/viewtopic.php?t={id}",
    further="/viewtopic.php?t={id}&start={start}",
    reply="/viewtopic.php?p={post}#p{post}",
)
