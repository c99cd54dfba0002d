"""The pages of the demo web: enough of them, well formed, and fictional throughout."""

import re
import unicodedata
from pathlib import Path

import pytest

from demo.outlets import CONTENT, OUTLETS, Outlet, Page, load_pages, read_page
from kiemchung.errors import InputError

DEMO = CONTENT.parent
OUTLET = OUTLETS[0]
HOSTS = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9-]+\.)+"
    r"(?:example|com|vn|net|org|info|io|me|gov|edu|xyz|top|shop|online|club|cc|app|ly)\b",
    re.IGNORECASE,
)
STANDARDS = {
    "schema.org",
    "www.sitemaps.org",
    "www.w3.org",
    "purl.org",
    "ogp.me",
    "webfeeds.org",
    "search.yahoo.com",
    "www.youtube.com",
}
"""Names of vocabularies, which nobody fetches."""
PHONES = re.compile(r"(?<![\d.,])(?:\+?84|0)(?:[ .-]?\d){9}(?!\d)|\b1[89]00(?:[ .-]?\d){4,6}")
ACCOUNTS = re.compile(r"(?<![\d.,])\d(?:[ ]?\d){8,13}(?![\d.,])")


def all_pages() -> list[Page]:
    """Return every page of the demo web."""
    return [page for outlet in OUTLETS for page in load_pages(outlet)]


def texts(page: Page) -> list[str]:
    """Return everything that a writer wrote into `page`."""
    return [page.title, page.text, page.claim, *(reply.text for reply in page.replies)]


def test_the_demo_web_is_large_enough() -> None:
    """At least sixteen outlets and 230 pages, none of them empty."""
    outlets = {page.outlet for page in all_pages()}

    assert len(outlets) >= 16
    assert len(all_pages()) >= 230


def test_every_folder_of_content_is_an_outlet() -> None:
    """No page lies where nobody serves it."""
    folders = {folder.name for folder in CONTENT.iterdir() if folder.is_dir()}

    assert folders == {outlet.slug for outlet in OUTLETS}


def test_all_text_is_composed() -> None:
    """Pages are written in NFC, so that a decomposed one is decomposed on purpose."""
    crooked = [p.url for p in all_pages() if any(map(_is_decomposed, texts(p)))]

    assert crooked == []


def test_every_post_has_an_author_and_names_none() -> None:
    """Each page and reply has an author, and no text or title contains any author's name."""
    pages = all_pages()
    names = {page.author for page in pages} | {r.author for p in pages for r in p.replies}
    names |= {page.claim_author for page in pages if page.claim_author}
    words = [text.lower() for page in pages for text in texts(page)]

    assert all(names)
    assert [n for n in sorted(names) if any(n.lower() in text for text in words)] == []


def test_every_date_is_within_the_two_weeks() -> None:
    """Pages and replies date from 10 to 23 November 2026, with an offset."""
    moments = [p.published for p in all_pages()]
    moments += [reply.published for p in all_pages() for reply in p.replies]

    assert min(moments).isoformat() >= "2026-11-10"
    assert max(moments).isoformat() < "2026-11-24"
    assert all(moment.utcoffset() is not None for moment in moments)


@pytest.mark.parametrize("suffix", ["txt", "jsonl", "html", "xml", "py", "toml"])
def test_no_file_names_a_real_host(suffix: str) -> None:
    """Only .example addresses, invented t.me handles and names of vocabularies occur."""
    named = {
        (file.name, host.lower())
        for file in DEMO.rglob(f"*.{suffix}")
        for host in HOSTS.findall(file.read_text(encoding="utf-8"))
        if not host.lower().endswith(".example") and host.lower() not in STANDARDS
    }

    assert {(name, host) for name, host in named if host != "t.me"} == set()


def test_every_handle_is_a_demo_handle() -> None:
    """Telegram links and handles in the pages carry "demo"."""
    handles = [
        handle
        for page in all_pages()
        for text in texts(page)
        for handle in re.findall(r"t\.me/(\w+)|(?<![\w.])@(\w+)", text)
    ]

    assert [h for h in handles if "demo" not in "".join(h).lower()] == []


def test_every_number_is_made_up() -> None:
    """Phone numbers have 000 in the middle, account numbers contain 0000."""
    written = [text for page in all_pages() for text in texts(page)]
    phones = [re.sub(r"\D", "", n) for text in written for n in PHONES.findall(text)]
    rest = [PHONES.sub(" ", text) for text in written]
    accounts = [re.sub(r"\D", "", n) for text in rest for n in ACCOUNTS.findall(text)]

    assert len(phones) > 10
    assert [n for n in phones if "000" not in n] == []
    assert [n for n in accounts if "0000" not in n] == []


def test_replies_are_read_in_order() -> None:
    """A forum thread keeps its replies, numbered from 2 after the opening post."""
    threads = [page for page in all_pages() if page.replies]

    assert len(threads) > 10
    for page in threads:
        assert [r.number for r in page.replies] == list(range(2, len(page.replies) + 2))


@pytest.mark.parametrize(
    "text",
    [
        "title: a\npublished: 2026-11-10T08:00:00+07:00\n---\nKhông có tác giả.",
        "title: a\npublished: hôm qua\nauthor: b\n---\nNgày sai.",
        "title: a\npublished: 2026-11-10T08:00:00+07:00\nauthor: b\n---\n",
        "title: a\npublished: 2026-11-10T08:00:00+07:00\nauthor: b\nmood: c\n---\nThừa dòng.",
        "title: a\npublished: 2026-11-10T08:00:00+07:00\nauthor: b\n---\nA\n=== c | nay\nB",
    ],
)
def test_a_crooked_file_is_refused_by_name(text: str, tmp_path: Path) -> None:
    """A file that isn't in the format is an error that names it."""
    file = tmp_path / "sai.txt"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match=r"song_may/sai\.txt"):
        read_page(OUTLET, file)


def test_an_address_leads_back_to_the_post() -> None:
    """A reply's address is its thread's, with the anchor that the page has."""
    forum = next(outlet for outlet in OUTLETS if outlet.slug == "pho_nui")

    assert isinstance(forum, Outlet)
    assert forum.url_of("x#3") == "http://phonui.example/chu-de/x/#bai-3"
    assert forum.url_of("x") == "http://phonui.example/chu-de/x/"


def _is_decomposed(text: str) -> bool:
    return not unicodedata.is_normalized("NFC", text)
