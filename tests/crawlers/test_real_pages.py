"""The two real newspaper pages, served on loopback, go through the real spider."""

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.drafts import Draft
from crawlers.extract import extract
from kiemchung.captures import Captures
from kiemchung.paths import ROOT
from tests.crawlers.lab import Lab
from tests.crawlers.pages import source
from tests.crawlers.words import word_f1

DATA = ROOT.parent / "shared" / "data" / "vn_html_pages"
GOLD = DATA / "gold.jsonl"
TITLES = {
    "vnexpress_2023-11-02": "Ông Hồ Đức Phớc: Sẽ nâng mức giảm trừ gia cảnh tính thuế cá nhân "
    "khi sửa luật"
}
AUTHORS = {"vnexpress_2023-11-02": "Anh Minh", "vnexpress_2025-10-22": "Lê Phương"}

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not GOLD.exists(), reason="../shared/data/vn_html_pages is not here"),
]


@pytest.fixture
def drafts(lab: Lab) -> dict[str, Draft]:
    """Crawl both pages from loopback under their own addresses, and extract the captures."""
    rows = {row["id"]: row for row in map(json.loads, GOLD.read_text().splitlines())}
    host = "vnexpress.net"
    urls = {name: row["url"].replace("https:", "http:") for name, row in rows.items()}
    lab.host(host)
    lab.server.feed(host, "/rss", list(urls.values()))
    for name, url in urls.items():
        body = gzip.decompress((DATA / "html" / f"{name}.html.gz").read_bytes())
        path = url.removeprefix(f"http://{host}")
        lab.server.on(host, path, body, headers={"Content-Type": "text/html; charset=utf-8"})
    lab.source("hai_trang", f"http://{host}/rss")
    lab.crawl()
    with Captures(lab.settings.captures_dir, lab.settings.captures_bytes) as captures:
        pages = {name: captures.read(lab.pages()[url].capture) for name, url in urls.items()}
    vnexpress = source(name="vnexpress", title="VnExpress")
    return {name: extract(page, vnexpress).drafts[0] for name, page in pages.items()}


def gold(name: str) -> dict[str, Any]:
    """Return the published gold row of a page."""
    rows = map(json.loads, GOLD.read_text(encoding="utf-8").splitlines())
    return next(row for row in rows if row["id"] == name)


def test_real_pages_come_out_right(drafts: dict[str, Draft]) -> None:
    """Title, date and text are the gold ones; the author is nowhere."""
    for name, draft in drafts.items():
        row = gold(name)
        assert draft.title == (row["title"] or TITLES[name])
        assert draft.published_at is not None
        day = datetime.fromisoformat(row["publish_date"]).date()
        assert draft.published_at.date() == day
        if row["main_content"]:
            assert word_f1(draft.text, row["main_content"]) >= 0.95
        assert AUTHORS[name] not in draft.text
        assert len(draft.text) > 1_000


def test_data_folder_is_what_it_was() -> None:
    """Both pages are there, so that the test above looks at something."""
    assert len(list(Path(DATA / "html").glob("*.gz"))) == 2
