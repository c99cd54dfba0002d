"""What the demo web answers: an address in, an answer out, without a socket."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import jinja2
import msgspec

from demo import feeds
from demo.outlets import BY_HOST, CONTENT, Outlet, Page, load_pages
from demo.software import PER_PAGE, post_id
from demo.structured import data_feed, structured_data
from demo.windows1258 import encode_windows_1258

TEMPLATES = Path(__file__).resolve().parent / "templates"
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
JSON = "application/ld+json; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RELATED = 4
"""Other pages that a page's related box names."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent back; `hang` says that nothing ever is. No `modified`: no validators."""

    status: HTTPStatus = HTTPStatus.OK
    body: bytes = b""
    type: str = HTML
    modified: datetime | None = None
    location: str = ""
    hang: bool = False


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a thread as a forum's template shows it; `number` counts from 1."""

    number: int
    post: int
    url: str
    author: str
    published: datetime
    text: str


class Shelf(msgspec.Struct, frozen=True):
    """An outlet's pages, and the state of the files that they were read from."""

    state: frozenset[tuple[str, int, int]]
    pages: tuple[Page, ...]


class Site:
    """The outlets over a folder of content, read again when a file changes."""

    def __init__(self, content: Path = CONTENT) -> None:
        self._content = content
        self._born = time.time()
        self._shelves: dict[str, Shelf] = {}
        self._lock = threading.Lock()
        loader = jinja2.FileSystemLoader(TEMPLATES)
        self._templates = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
        self._templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "indent": 1}
        self._templates.filters |= {"day": _day, "clock": _clock, "paragraphs": _paragraphs}
        self._templates.filters["rfc822"] = format_datetime

    def pages(self, outlet: Outlet) -> tuple[Page, ...]:
        """Return the outlet's pages as their files are now, newest first."""
        with self._lock:
            state = _state(self._content / outlet.slug)
            shelf = self._shelves.get(outlet.slug)
            if shelf is None or shelf.state != state:
                shelf = Shelf(state, load_pages(outlet, self._content, edited_after=self._born))
                self._shelves[outlet.slug] = shelf
            return shelf.pages

    def answer(self, host: str, target: str) -> Answer:
        """Answer a GET for `target` (path and query) of `host` (with or without a port)."""
        outlet = BY_HOST.get(host.partition(":")[0].lower())
        if outlet is None:
            sentence = f"The demo web serves {', '.join(sorted(BY_HOST))}; this is none of them.\n"
            return Answer(status=HTTPStatus.MISDIRECTED_REQUEST, body=sentence.encode(), type=PLAIN)
        parts, pages = urlsplit(target), self.pages(outlet)
        return (
            _machine_list(outlet, parts.path, pages)
            or self._messages(outlet, target, pages)
            or _data_feed(outlet, parts.path, pages)
            or _odd(outlet, parts.path)
            or self._listing(outlet, parts, pages)
            or self._page(outlet, parts, pages)
            or self._missing(outlet)
        )

    def _messages(self, outlet: Outlet, target: str, pages: Sequence[Page]) -> Answer | None:
        """Return an account's feed, whose entries are the messages themselves."""
        if not outlet.feed or target != outlet.feed:
            return None
        answer = self._render(outlet, pages, template=f"{outlet.slug}.xml", shown=pages)
        return msgspec.structs.replace(answer, type=XML)

    def _listing(self, outlet: Outlet, parts: SplitResult, pages: Sequence[Page]) -> Answer | None:
        if not {parts.path, _target(parts)} & {"/", outlet.listing}:
            return None
        at = parse_qs(parts.query).get(outlet.cursor, [""])[0] if outlet.cursor else ""
        shown, following = _slice(outlet, at, pages)
        if not shown:
            return None
        return self._render(outlet, pages, shown=shown, following=following, at=at)

    def _page(self, outlet: Outlet, parts: SplitResult, pages: Sequence[Page]) -> Answer | None:
        if outlet.forbidden in {parts.path, _target(parts)}:
            return self._render(outlet, pages, note="Trang nội bộ: máy không được đọc trang này.")
        place, number = _find(outlet, parts, pages)
        if place is None:
            return None
        page = pages[place]
        related = [*pages[place + 1 :], *pages[:place]][:RELATED]
        thread = _thread(outlet, page, number) if outlet.threads else {}
        data = structured_data(page)
        return self._render(outlet, [page], page=page, related=related, data=data, **thread)

    def _missing(self, outlet: Outlet) -> Answer:
        answer = self._render(outlet, [], note="Không tìm thấy trang bạn cần.")
        return msgspec.structs.replace(answer, status=HTTPStatus.NOT_FOUND, modified=None)

    def _render(
        self, outlet: Outlet, dated: Sequence[Page], *, template: str = "", **context: Any
    ) -> Answer:
        page: Page | None = context.get("page")
        charset = page.encoding if page else "utf-8"
        name = template or outlet.template or f"{outlet.slug}.html"
        text = self._templates.get_template(name).render(outlet=outlet, charset=charset, **context)
        modified = max((page.modified for page in dated), default=EPOCH)
        if charset == "windows-1258":
            # Only the page itself says what it is written in, as old pages do.
            body = encode_windows_1258(text)
            return Answer(body=body, type="text/html", modified=modified)
        return Answer(body=text.encode(), modified=modified)


def _machine_list(outlet: Outlet, path: str, pages: Sequence[Page]) -> Answer | None:
    modified = max((page.modified for page in pages), default=EPOCH)
    if path == "/robots.txt":
        return Answer(body=feeds.robots(outlet), type=PLAIN, modified=EPOCH)
    if path == outlet.feed and path in {"/atom.xml", "/rss.xml"}:
        make = feeds.atom if path == "/atom.xml" else feeds.rss
        return Answer(body=make(outlet, pages), type=XML, modified=modified)
    if path == "/sitemap.xml" and len(outlet.sitemaps) > 1:
        return Answer(body=feeds.sitemap_index(outlet), type=XML, modified=EPOCH)
    if path not in outlet.sitemaps:
        return None
    if path.endswith(".gz"):
        old = feeds.old_sitemap(outlet, pages[feeds.NEWEST :])
        return Answer(body=old, type="application/gzip", modified=modified)
    newest = pages if len(outlet.sitemaps) == 1 else pages[: feeds.NEWEST]
    return Answer(body=feeds.sitemap(outlet, newest), type=XML, modified=modified)


def _data_feed(outlet: Outlet, path: str, pages: Sequence[Page]) -> Answer | None:
    if not outlet.data_feed or path != outlet.data_feed:
        return None
    modified = max((page.modified for page in pages), default=EPOCH)
    return Answer(body=data_feed(pages), type=JSON, modified=modified)


def _target(parts: SplitResult) -> str:
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _find(outlet: Outlet, parts: SplitResult, pages: Sequence[Page]) -> tuple[int | None, int]:
    """Return which of `pages` lies there, and which of its own pages, the first being 1.

    A query that no page's path has, as trackers are, is overlooked.
    """
    for wanted in (_target(parts), parts.path):
        for place, page in enumerate(pages):
            paths = outlet.paths_of(page)
            if wanted in paths:
                return place, 1 + paths.index(wanted)
            for reply in page.replies if outlet.threads else ():
                url = outlet.url_of(f"{page.slug}#{reply.number}").partition("#")[0]
                if url == outlet.base + wanted:
                    return place, 1 + (reply.number - 1) // PER_PAGE
    return None, 1


def _thread(outlet: Outlet, page: Page, number: int) -> dict[str, Any]:
    """Return what a forum's template shows of the thread `page` on its page `number`."""
    said = [(1, page.url, page.author, page.published, page.text)]
    said += [
        (r.number, outlet.url_of(f"{page.slug}#{r.number}"), r.author, r.published, r.text)
        for r in page.replies
    ]
    messages = [
        Message(number=n, post=post_id(page.slug, n), url=u, author=a, published=at, text=text)
        for n, u, a, at, text in said[(number - 1) * PER_PAGE : number * PER_PAGE]
    ]
    return {"messages": messages, "paths": outlet.paths_of(page), "number": number}


def _odd(outlet: Outlet, path: str) -> Answer | None:
    if path in outlet.hangs:
        return Answer(hang=True)
    if slug := dict(outlet.moved).get(path):
        return Answer(status=HTTPStatus.MOVED_PERMANENTLY, location=outlet.url_of(slug))
    return None


def _slice(outlet: Outlet, at: str, pages: Sequence[Page]) -> tuple[Sequence[Page], str]:
    """Return the pages that a listing shows at `at`, and the address of the following list."""
    if at and not at.isdecimal():
        return (), ""
    if outlet.cursor in {"truoc", "before"}:
        rest = [page for page in pages if not at or int(page.slug) < int(at)]
        following = rest[outlet.per_page - 1].slug if len(rest) > outlet.per_page else ""
    else:
        number = int(at or 1)
        rest = list(pages[max(number - 1, 0) * outlet.per_page :])
        following = str(number + 1) if len(rest) > outlet.per_page else ""
    address = f"{outlet.listing}?{outlet.cursor}={following}" if following else ""
    return rest[: outlet.per_page], address


def _state(folder: Path) -> frozenset[tuple[str, int, int]]:
    stats = ((file.name, file.stat()) for file in folder.glob("*.txt"))
    return frozenset((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _paragraphs(text: str) -> list[list[str]]:
    """Split a text into paragraphs, and those into lines."""
    blocks = (block.strip() for block in text.split("\n\n"))
    return [block.splitlines() for block in blocks if block]


def _day(moment: datetime) -> str:
    return f"{WEEKDAYS[moment.weekday()]}, {moment:%d/%m/%Y}"


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"
