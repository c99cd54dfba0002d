"""A newspaper, a forum and a channel for the tests of ingestion, and what their pages say."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawlers.registry import load_sources
from crawlers.source import LoadedSource
from kiemchung.captures import Captures
from kiemchung.crawl_state import KnownPage, open_crawl_state
from kiemchung.ingest import Ingest
from kiemchung.publishers import Publishers
from kiemchung.records import PageFate, Post, RawPage
from kiemchung.settings import Settings
from kiemchung.store.base import Store
from kiemchung.vocabulary import Fate

WHEN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SOURCE = '''"""A source for this test."""

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.vocabulary import PostKind, SourceKind

SOURCE = Source(name="{name}", title="Báo Thử", kind=SourceKind.{kind}, owner="t", why="t",
    spider=SpiderKind.LISTING, listings=("http://{host}/",), follow="/tin/",
    post_kind=PostKind.{post_kind}, status=SourceStatus.VERIFIED)
'''
THREAD = '''
from crawlers.document import parse
from crawlers.drafts import Extracted
from crawlers.extract import draft


def extract(page, source):
    """Read each paragraph that has an id as a message of its own."""
    document = parse(page)
    drafts = tuple(
        draft(document, source, title="", lines=[each.text_content()], published_at=None,
              fragment=each.get("id"))
        for each in document.tree.iter("p") if each.get("id")
    )
    return Extracted(drafts=drafts, fact_checks=(), canonical_url=document.canonical_url,
                     extractor="thread/1")
'''
PAGE = """<html lang="vi"><head><title>{title}</title><link rel="canonical" href="{canonical}">
<meta name="author" content="Nguyễn Văn Bút"></head><body><article><h1>{title}</h1>
<p class="byline">Nguyễn Văn Bút</p><p>{text}</p><p>Bà con ở ven sông cho biết nước đã rút từ sáng,
chợ họp lại bình thường và trẻ em đi học đủ.</p></article></body></html>"""
A, B = "http://baothu.example/tin/a", "http://baothu.example/tin/b"
TEXTS = (
    "Mực nước sông hạ dần trong đêm qua, đò ngang chạy lại.",
    "Nước lại lên, đò ngang tạm nghỉ từ trưa nay cho tới khi có tin.",
    "Đò ngang chạy lại từ chiều, mỗi chuyến chở không quá mười người.",
)


def sources(folder: Path) -> dict[str, LoadedSource]:
    """Write and load the newspaper `bao_thu`, the forum `dien_dan` and the channel `kenh`."""
    folder.mkdir()
    forum = SOURCE.format(name="dien_dan", kind="FORUM", host="diendan.example", post_kind="POST")
    channel = SOURCE.format(name="kenh", kind="CHANNEL", host="kenh.example", post_kind="MESSAGE")
    paper = SOURCE.format(
        name="bao_thu", kind="NEWSPAPER", host="baothu.example", post_kind="ARTICLE"
    )
    (folder / "bao_thu.py").write_text(paper, encoding="utf-8")
    (folder / "dien_dan.py").write_text(forum, encoding="utf-8")
    (folder / "kenh.py").write_text(channel + THREAD, encoding="utf-8")
    return load_sources([folder])


def opened(settings: Settings, store: Store, loaded: dict[str, LoadedSource]) -> Iterator[Ingest]:
    """Give what ingestion is handed, over `store` and an empty crawl state."""
    state = open_crawl_state(settings.crawl_state_url)
    with Captures(settings.captures_dir, settings.captures_bytes) as captures:
        yield Ingest(store, state, captures, loaded, Publishers({}))
    state.close()


def page(url: str, body: str, *, source: str = "bao_thu", at: datetime = WHEN) -> RawPage:
    """Make a fetched page."""
    raw = body.encode()
    return RawPage(
        url=url, source=source, status=200, headers=(("content-type", "text/html; charset=utf-8"),),
        body=raw, fetched_at=at, sha256=hashlib.sha256(raw).hexdigest(),
    )  # fmt: skip


def fetch(
    parts: Ingest, url: str, body: str, *, run: str = "r1", source: str = "bao_thu",
    at: datetime = WHEN,
) -> None:  # fmt: skip
    """Leave a page as the crawler would."""
    capture = parts.captures.write(page(url, body, source=source, at=at))
    fate = PageFate(run=run, source=source, url=url, fate=Fate.FETCHED, capture=capture, at=at)
    known = KnownPage(url=url, source=source, capture=capture, checked_at=at)
    parts.state.record([fate], [known])


def later(days: float) -> datetime:
    """Return a time after WHEN."""
    return WHEN + timedelta(days=days)


def article(url: str, text: str = TEXTS[0], title: str = "Nước rút, chợ họp lại") -> str:
    """Write an article's page."""
    return PAGE.format(title=title, canonical=url, text=text)


def thread(url: str, numbers: Sequence[int]) -> str:
    """Write a page of messages."""
    lines = (
        f'<p id="m{n}">Tin nhắn số {n}: chợ sáng nay đông, mua gì cũng có.</p>' for n in numbers
    )
    head = f'<html lang="vi"><head><link rel="canonical" href="{url}"></head><body>'
    return head + "".join(lines) + "</body></html>"


def fates(parts: Ingest, run: str = "r1") -> dict[str, Fate]:
    """Return what became of each page of a run."""
    return {fate.url: fate.fate for fate in parts.state.pages_of(run)}


def deleted(parts: Ingest) -> dict[str, bool]:
    """Tell of each post, by the end of its address, whether it is marked as deleted."""
    return {
        post.url.rpartition("#")[2]: post.deleted_at is not None for post in parts.store.scan(Post)
    }
