"""The outlets of the demo web and their pages, read from `demo/content/<outlet>/*.txt`."""

import math
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from demo.software import DISCOURSE, PER_PAGE, PHPBB, VBULLETIN, XENFORO, Threads
from kiemchung.errors import InputError

CONTENT = Path(__file__).resolve().parent / "content"
HEADERS = frozenset(
    {
        "title",
        "published",
        "author",
        "claim",
        "rating",
        "claim_author",
        "claim_date",
        "encoding",
        "check_in",
    }
)
REPLY = "=== "


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A reply in a forum thread; `number` counts from 2, the opening post being 1."""

    number: int
    author: str
    published: datetime
    text: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page as its writer left it.

    Times carry their offset; `text` has blank lines between paragraphs; `modified` is the time of
    its newest words, or of a later edit of its file (see `load_pages`). `check_in` says where its
    fact-check is published: `json-ld`, `microdata`, or `feed`, which is the outlet's data feed.
    """

    outlet: str
    slug: str
    url: str
    title: str
    published: datetime
    author: str
    text: str
    modified: datetime
    replies: tuple[Reply, ...] = ()
    claim: str = ""
    rating: str = ""
    claim_author: str = ""
    claim_date: str = ""
    encoding: str = "utf-8"
    check_in: str = "json-ld"


class Outlet(msgspec.Struct, frozen=True, kw_only=True):
    """One outlet: its host, where its pages and lists lie, and what is odd about it.

    A page's path is `prefix + slug + suffix`. `forbidden` is listed, and robots.txt disallows it.
    `moved` pairs an old path with a slug, `gone` are listed paths that are no more, `hangs` are
    listed paths that never answer. `cursor` is the query parameter by which `listing` is paged.
    `threads` says how a forum's software addresses its pages, in place of `prefix` and `suffix`;
    `template` is that of its pages where it isn't named after the outlet. `data_feed` is a
    fact-checker's list of what it checked.
    """

    slug: str
    name: str
    host: str
    prefix: str = ""
    suffix: str = ""
    threads: Threads | None = None
    template: str = ""
    listing: str = "/"
    per_page: int = 100
    cursor: str = ""
    feed: str = ""
    data_feed: str = ""
    sitemaps: tuple[str, ...] = ()
    forbidden: str = ""
    moved: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()
    hangs: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """Return the outlet's address without a path."""
        return f"http://{self.host}"

    def path_of(self, slug: str) -> str:
        """Return the path of the page `slug`, its query included."""
        return self.threads.page(slug) if self.threads else f"{self.prefix}{slug}{self.suffix}"

    def paths_of(self, page: Page) -> tuple[str, ...]:
        """Return the paths of all pages that `page` is spread over: a long thread has several."""
        if self.threads is None:
            return (self.path_of(page.slug),)
        count = math.ceil((1 + len(page.replies)) / PER_PAGE)
        return tuple(self.threads.page(page.slug, number) for number in range(1, count + 1))

    def url_of(self, slug: str) -> str:
        """Return the address of the page `slug`; `slug#2` is the first reply of a thread."""
        page, _, number = slug.partition("#")
        if self.threads and number:
            return self.base + self.threads.message(page, int(number))
        return f"{self.base}{self.path_of(page)}" + (f"#bai-{number}" if number else "")


OUTLETS = (
    Outlet(
        slug="song_may",
        name="Báo Sông Mây",
        host="songmay.example",
        prefix="/tin/",
        suffix=".html",
        feed="/rss.xml",
        sitemaps=("/sitemap-tin.xml", "/sitemap-cu.xml.gz"),
        forbidden="/tin/noi-bo/so-tay-toa-soan.html",
        moved=(("/tin/2026/dao-len-lap-xuong.html", "con-duong-dao-len-lap-xuong"),),
        gone=("/tin/lich-cup-nuoc-thang-10.html",),
        hangs=("/tin/truc-tiep-muc-nuoc.html",),
    ),
    Outlet(
        slug="pho_nui",
        name="Diễn đàn Phố Núi",
        host="phonui.example",
        prefix="/chu-de/",
        suffix="/",
        per_page=14,
        cursor="trang",
        forbidden="/chu-de/noi-bo/",
    ),
    Outlet(
        slug="xom_cho",
        name="Kênh Xóm Chợ",
        host="xomcho.example",
        prefix="/kenh/",
        listing="/kenh",
        per_page=20,
        cursor="truoc",
        forbidden="/kenh/noi-bo/3",
    ),
    Outlet(
        slug="ben_sen",
        name="Hội Bảo vệ người tiêu dùng Bến Sen",
        host="nguoitieudung.example",
        prefix="/canh-bao/",
        listing="/canh-bao/",
        forbidden="/canh-bao/noi-bo/so-truc",
    ),
    Outlet(
        slug="an_lanh",
        name="Bệnh viện An Lành",
        host="benhvienanlanh.example",
        prefix="/suc-khoe/",
        listing="/suc-khoe/",
        sitemaps=("/sitemap.xml",),
        forbidden="/suc-khoe/noi-bo/lich-truc",
    ),
    Outlet(
        slug="kiem_tin",
        name="Kiểm Tin",
        host="kiemtin.example",
        prefix="/kiem-chung/",
        feed="/atom.xml",
        data_feed="/kiem-chung.json",
        forbidden="/kiem-chung/noi-bo/ban-nhap",
    ),
    Outlet(
        slug="soi_that",
        name="Soi Thật",
        host="soithat.example",
        prefix="/bai/",
        sitemaps=("/sitemap.xml",),
        forbidden="/bai/noi-bo/hop-giao-ban",
    ),
    Outlet(
        slug="lam_ha",
        name="Ban Chỉ huy Phòng thủ dân sự tỉnh Lam Hà",
        host="lamha.example",
        prefix="/thong-bao/",
        listing="/thong-bao/",
        forbidden="/thong-bao/noi-bo/du-thao",
    ),
    Outlet(
        slug="nha_nong",
        name="Diễn đàn Nhà Nông Lam Hà",
        host="nhanong.example",
        threads=XENFORO,
        listing="/forums/chuyen-ruong-vuon.4/",
        forbidden="/noi-bo/threads/so-quy-lien-hiep.3/",
    ),
    Outlet(
        slug="goc_me",
        name="Góc Mẹ Bến Sen",
        host="gocme.example",
        threads=DISCOURSE,
        listing="/c/tro-chuyen/5",
        forbidden="/noi-bo/t/danh-sach-truc/3",
    ),
    Outlet(
        slug="hoi_xe",
        name="Hội Xe Lam Hà",
        host="hoixe.example",
        threads=VBULLETIN,
        listing="/forumdisplay.php?9-quan-nuoc-ven-duong",
        forbidden="/noi-bo/showthread.php?3-bien-ban-hop-hoi",
    ),
    Outlet(
        slug="huu_tri",
        name="Hội Hưu trí Phố Núi",
        host="huutri.example",
        threads=PHPBB,
        listing="/viewforum.php?f=2",
        forbidden="/noi-bo/viewtopic.php?t=3",
    ),
    Outlet(
        slug="ben_xe",
        name="Bến xe Cầu Ngói",
        host="benxe.example",
        prefix="/benxe_demo/",
        listing="/s/benxe_demo",
        per_page=5,
        cursor="before",
        forbidden="/noi-bo/ca-truc",
    ),
    Outlet(
        slug="thu_vien",
        name="Thư viện Bến Sen",
        host="thuvien.example",
        prefix="/@thuvien_demo/",
        template="message.html",
        feed="/@thuvien_demo.rss",
        forbidden="/noi-bo/kiem-ke",
    ),
    Outlet(
        slug="con_nuoc",
        name="Câu lạc bộ Con Nước",
        host="connuoc.example",
        prefix="/profile/did:plc:democonnuoc/post/",
        template="message.html",
        feed="/profile/did:plc:democonnuoc/rss",
        forbidden="/noi-bo/so-do-nuoc",
    ),
    Outlet(
        slug="bep_bo_ke",
        name="Trường nghề Bếp Bờ Kè",
        host="bepboke.example",
        prefix="/watch?v=",
        template="message.html",
        feed="/feeds/videos.xml?channel_id=UCdemobepboke",
        forbidden="/noi-bo/giao-an",
    ),
)
BY_HOST = {outlet.host: outlet for outlet in OUTLETS}
BY_SLUG = {outlet.slug: outlet for outlet in OUTLETS}


def load_pages(
    outlet: Outlet, content: Path = CONTENT, *, edited_after: float = math.inf
) -> tuple[Page, ...]:
    """Read the outlet's pages, newest first.

    A clone's files all bear the hour of the clone, so a file's time counts as an edit only where it
    is later than `edited_after`, in seconds since 1970.

    Raises:
        InputError: a file is not in the format; the text names it and what is wrong.
    """
    files = sorted((content / outlet.slug).glob("*.txt"))
    pages = [read_page(outlet, file, edited_after=edited_after) for file in files]
    return tuple(sorted(pages, key=lambda page: (page.published, page.slug), reverse=True))


def read_page(outlet: Outlet, file: Path, *, edited_after: float = math.inf) -> Page:
    """Read one page's file (`edited_after`: see `load_pages`).

    Raises:
        InputError: a header is missing, unknown or unreadable, or there is no text.
    """
    raw = file.read_text(encoding="utf-8")
    head, line, body = raw.partition("\n---\n")
    try:
        headers = _read_headers(head)
        published = datetime.fromisoformat(headers.pop("published"))
        opening, *rest = _split_replies(body)
        replies = tuple(_read_reply(text, number=n) for n, text in enumerate(rest, start=2))
        author = headers.pop("author")
    except (KeyError, ValueError) as error:
        raise InputError(f"{outlet.slug}/{file.name}: {error}") from error
    if not line or not opening or not author:
        raise InputError(f"{outlet.slug}/{file.name}: no `---` line, no text or no author")
    return Page(
        outlet=outlet.slug,
        slug=file.stem,
        url=outlet.url_of(file.stem),
        title=headers.pop("title"),
        published=published,
        author=author,
        text=opening,
        modified=max(
            [published, *(reply.published for reply in replies), *_edit(file, edited_after)]
        ),
        replies=replies,
        **headers,
    )


def _edit(file: Path, after: float) -> list[datetime]:
    mtime = file.stat().st_mtime
    return [datetime.fromtimestamp(mtime, UTC)] if mtime > after else []


def _read_headers(head: str) -> dict[str, str]:
    lines = (line.partition(":") for line in head.splitlines() if line.strip())
    headers = {name.strip(): value.strip() for name, _, value in lines}
    if unknown := sorted(headers.keys() - HEADERS):
        raise ValueError(f"unknown header {', '.join(unknown)}")
    return {"title": "", **headers}


def _split_replies(body: str) -> list[str]:
    parts = ("\n" + body.strip()).split("\n" + REPLY)
    return [part.strip() for part in parts]


def _read_reply(text: str, *, number: int) -> Reply:
    head, _, body = text.partition("\n")
    author, _, published = (part.strip() for part in head.partition("|"))
    return Reply(
        number=number,
        author=author,
        published=datetime.fromisoformat(published),
        text=body.strip(),
    )
