"""Saving a source's page and switching the source on: all of it or nothing, and no author."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from crawlers.registry import load_source
from crawlers.saved import extracted, faults, home_of, save, switch_on
from crawlers.source import LoadedSource, SourceStatus
from crawlers.worker import reply_to
from kiemchung.errors import InputError, SourceError
from kiemchung.records import RawPage
from tests.crawlers.lab import DEFAULTS, SOURCE

OFF = "status=SourceStatus('configured'),"
AUTHOR = "Ngụy Thị Kể Lại"
PHONE = "0912 000 345"
HTML = f"""<html lang=vi><head><title>Nước rút</title>
<meta name=author content="{AUTHOR}">
<meta property="article:published_time" content="2026-11-20T09:00:00+07:00"></head>
<body><h1>Nước rút</h1><p class=author>{AUTHOR}</p><article>
<p>Nước lũ đã rút, người dân Bến Sen dọn bùn từ sáng sớm, ai cần giúp gọi số {PHONE} của tổ.</p>
<p>Trường học mở cửa lại vào thứ Hai, xã cấp nước sạch cho từng nhà trong xóm.</p>
</article></body></html>"""


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedSource:
    """Return a source that is off."""
    fields = {**DEFAULTS, "listings": ("http://bao.example/rss",), "status": "configured"}
    file = tmp_path / "bao.py"
    file.write_text(SOURCE.format(**{**fields, "name": "bao"}), encoding="utf-8")
    return load_source(file)


def a_page(html: str = HTML, day: int = 24) -> RawPage:
    """Return a fetched page."""
    body = html.encode()
    return RawPage(
        url="http://bao.example/1",
        source="bao",
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"), ("set-cookie", "who=you")),
        body=body,
        fetched_at=datetime(2026, 11, day, tzinfo=UTC),
        sha256=sha256(body).hexdigest(),
    )


def saved(loaded: LoadedSource, page: RawPage) -> Path:
    """Save `page` with what extraction gives."""
    found = reply_to(page, loaded).extracted
    assert found is not None
    return save(loaded, page, found)


def test_a_saved_page_and_one_word_make_a_source_verified(loaded: LoadedSource) -> None:
    """Page, how it came and what is expected lie beside the source's file, which is on."""
    home = saved(loaded, a_page())
    switch_on(loaded)

    again = load_source(loaded.file)
    assert again.source.status is SourceStatus.VERIFIED
    assert home == home_of(again) == loaded.file.parent / "saved" / "bao"
    assert (home / "page.html").read_bytes() == a_page().body
    assert faults(again, home) == []
    assert "Nước lũ đã rút" in extracted(again, home).drafts[0].text


def test_no_author_and_no_number_lands_in_the_expectation(loaded: LoadedSource) -> None:
    """The raw page is what the web said; what is expected of it is masked and names nobody."""
    home = saved(loaded, a_page())
    expected = (home / "expected.json").read_text(encoding="utf-8")

    assert AUTHOR not in expected
    assert PHONE not in expected
    assert "•" in expected
    assert "cookie" not in (home / "page.json").read_text(encoding="utf-8")


def test_a_page_that_gives_something_else_is_a_fault(loaded: LoadedSource) -> None:
    """The rule bites beside the file, too."""
    home = saved(loaded, a_page())
    switch_on(loaded)
    (home / "page.html").write_text(HTML.replace("sáng sớm", "nửa đêm"), encoding="utf-8")

    (fault,) = faults(load_source(loaded.file), home)
    assert "something else" in fault


def test_an_earlier_page_is_kept(loaded: LoadedSource) -> None:
    """A site that changed has two pages, the newer one in its place."""
    home = saved(loaded, a_page(day=20))
    saved(loaded, a_page(HTML.replace("Nước rút", "Nước lên")))

    assert "Nước lên" in (home / "page.html").read_text(encoding="utf-8")
    (earlier,) = home.parent.glob("bao.*")
    assert "Nước rút" in (earlier / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OFF, "status=SourceStatus.VERIFIED,"),
        (
            "status=SourceStatus.CONFIGURED,  # off: nobody looked",
            "status=SourceStatus.VERIFIED,",
        ),
        ("status = SourceStatus . CONFIGURED", "status = SourceStatus.VERIFIED"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_nothing_but_the_status_changes(
    loaded: LoadedSource, before: str, after: str, newline: str
) -> None:
    """The words of the file around it, its line ends and its rights stay."""
    text = loaded.file.read_text(encoding="utf-8").replace(OFF, "¶")
    head = '"""Báo Thử: status=SourceStatus.CONFIGURED in words."""\n'
    text = (head + text).replace("\n", newline)
    loaded.file.write_bytes(text.replace("¶", before).encode())
    loaded.file.chmod(0o640)
    switch_on(load_source(loaded.file))

    assert loaded.file.read_bytes() == text.replace("¶", after).encode()
    assert loaded.file.stat().st_mode & 0o777 == 0o640
    assert list(loaded.file.parent.iterdir()) == [loaded.file]


@pytest.mark.parametrize(
    "status", ["", "**{}", "status=Status('configured')"], ids=["none", "hidden", "renamed"]
)
def test_a_file_that_cannot_be_changed_safely_stays(loaded: LoadedSource, status: str) -> None:
    """What it should say is told instead."""
    text = loaded.file.read_text(encoding="utf-8").replace(OFF, status)
    if "Status(" in status:
        text = text.replace("SourceStatus,", "SourceStatus as Status,")
    loaded.file.write_text(text, encoding="utf-8")

    with pytest.raises(SourceError, match=r"bao\.py"):
        switch_on(load_source(loaded.file))
    assert loaded.file.read_text(encoding="utf-8") == text


def test_a_source_that_is_on_is_left_alone(loaded: LoadedSource) -> None:
    """Saving its page anew changes no file of sources."""
    switch_on(loaded)
    before = loaded.file.read_bytes()
    switch_on(load_source(loaded.file))

    assert loaded.file.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told(loaded: LoadedSource) -> None:
    """A file stands where the folder should: the error names the place."""
    (loaded.file.parent / "saved").write_text("no folder", encoding="utf-8")
    found = reply_to(a_page(), loaded).extracted
    assert found is not None

    with pytest.raises(InputError, match="saved"):
        save(loaded, a_page(), found)


def test_a_page_that_breaks_the_extractor_is_told(loaded: LoadedSource) -> None:
    """A saved page that can't be extracted any more names its source, and no word of the page."""
    home = saved(loaded, a_page())
    (home / "page.json").write_bytes(
        msgspec.json.encode(
            {
                "url": "http://bao.example/1",
                "headers": {"Content-Type": "application/pdf"},
                "fetched_at": "2026-11-24T08:00:00Z",
            }
        )
    )

    with pytest.raises(SourceError, match="bao"):
        extracted(loaded, home)
