"""What forums have in common: messages that stand on the page of a thread."""

import re
from collections.abc import Callable, Iterator

import msgspec
from lxml.html import HtmlElement

from crawlers.drafts import Draft, Extracted
from crawlers.links import bare
from crawlers.software.reading import (
    MESSAGES,
    Forum,
    Place,
    Voices,
    drop,
    extracted,
    first,
    message,
    read_text,
    read_tree,
    voices,
)
from crawlers.source import Source
from kiemchung.records import RawPage
from kiemchung.vocabulary import PostKind

DIGITS = re.compile(r"\d+")
FIRST = re.compile(r"\D*1")


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """Where a software's markup keeps what, as XPath: in the page, or in one of its messages.

    `post_id` picks the text whose last digits tell the message from others, `number` its place in
    the thread ("" where the markup doesn't say). `gone` holds for what a deleted message left.
    """

    title: str
    message: str
    post_id: str
    body: str
    date: str
    dropped: str
    people: str
    number: str = ""
    gone: str = "false()"


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a thread that is being read, and the address of a message of that id in it."""

    page: RawPage
    source: Source
    marks: Marks
    place: Place
    permalink: Callable[[str, str], str]


def place_of(page: RawPage, place: Callable[[str], Place | None]) -> Place:
    """Return where `page` lies; a page of an address that tells nothing is a thread of its own."""
    url = bare(page.url, "")
    return place(url) or Place(url, 1, url)


def forum(
    extractor: str,
    marks: Marks,
    place: Callable[[str], Place | None],
    permalink: Callable[[str, str], str],
    shown: Callable[[str], str] = str,
) -> Forum:
    """Return how a software is read that keeps a thread's messages where `marks` say.

    `place` tells where a page's address lies, `permalink` makes a message's of its thread's and
    its id, `shown` makes of a page's text what a visitor without JavaScript sees.
    """

    def extract(page: RawPage, source: Source) -> Extracted:
        thread = Thread(
            page=page,
            source=source,
            marks=marks,
            place=place_of(page, place),
            permalink=permalink,
        )
        return read_thread(thread, shown(read_text(page)), extractor)

    return Forum(place, extract, shown)


def read_thread(thread: Thread, text: str, extractor: str) -> Extracted:
    """Return the messages of a thread's page: the opening one under the thread's address.

    `thread.permalink` is handed the thread's address and a message's id.

    Raises:
        ExtractionError: the page is of a hostile shape, or empty.
    """
    tree = read_tree(text)
    by = voices(tree.xpath(thread.marks.people))
    drop(tree, thread.marks.dropped)
    drafts = _drafts(thread, tree, by)
    return extracted(drafts, canonical_url=thread.place.url, extractor=extractor)


def _drafts(thread: Thread, tree: HtmlElement, by: Voices) -> Iterator[Draft]:
    marks = thread.marks
    title = first(tree, marks.title)
    for index, element in enumerate(tree.xpath(marks.message)[:MESSAGES]):
        post_id = _last_digits(first(element, marks.post_id))
        if not post_id or element.xpath(f"boolean({marks.gone})"):
            continue
        opens = _opens(thread, element, index)
        yield message(
            thread.page,
            thread.source,
            url=thread.place.thread if opens else thread.permalink(thread.place.thread, post_id),
            kind=PostKind.POST if opens else PostKind.COMMENT,
            body=element.xpath(marks.body)[:1],
            stamp=first(element, marks.date),
            # A thread's title is its opener's words: a reply that denies them must not bear them.
            title=title if opens else "",
            by=by,
        )


def _opens(thread: Thread, element: HtmlElement, index: int) -> bool:
    """Tell whether a message opens its thread: by its number; by its place where it has none."""
    number = first(element, thread.marks.number) if thread.marks.number else ""
    return bool(FIRST.fullmatch(number)) if number else thread.place.page == 1 and index == 0


def _last_digits(text: str) -> str:
    return next(reversed(DIGITS.findall(text)), "")
