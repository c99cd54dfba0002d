"""The health pages: open alerts first, days that can be read without colour, counts that add up."""

import re

import pytest
from playwright.sync_api import expect
from starlette.testclient import TestClient

from kiemchung.desk import Desk
from kiemchung.errors import StoreError
from kiemchung.health import GROUPS, Group, SourceHealth
from kiemchung.store.base import Store
from kiemchung.vocabulary import Fate
from kiemchung.web import build_app
from kiemchung.web.health import LAYERS, NAMES, cells_of, chart_of
from kiemchung.web.security import HEADERS
from tests.web.boards import NEW, a_board, in_trouble, new_one, well
from tests.web.conftest import ORIGIN
from tests.web.test_browser import Watch


def test_every_fate_is_in_one_group_and_every_group_in_one_layer() -> None:
    """A fate to come can't fall out of the sums, nor out of the chart."""
    assert sorted(fate for fates in GROUPS.values() for fate in fates) == sorted(Fate)
    assert sorted(group for groups in LAYERS for group in groups) == sorted(Group)
    assert len(NAMES) == len(LAYERS)


def test_open_alerts_come_first(client: TestClient) -> None:
    """What needs a look stands above the table, what recovered below it."""
    page = client.get("/health").text

    assert "Needs a look (1)" in page
    assert page.index("9 of 10 ask for it.") < page.index("<table") < page.index("Recovered")
    assert page.index("Recovered") < page.index("robots.txt forbids it.")
    assert "3 sources switched on" in page


def test_the_words_of_an_alert_follow_the_language(client: TestClient) -> None:
    """Vietnamese readers read Vietnamese."""
    assert "9 trong 10 trang đòi đăng nhập." in client.get("/health?lang=vi").text


def test_a_day_says_in_words_what_its_colour_says(client: TestClient) -> None:
    """Each cell has its figures for those who see no colour, or hear the page."""
    page = client.get("/health").text

    assert f"12/03: {NEW} new of {NEW + 10} pages, 0 in trouble" in page
    assert "12/03: 0 new of 10 pages, 10 in trouble" in page
    assert "12/03: not asked" in page


def test_a_source_has_a_page_of_its_own(client: TestClient) -> None:
    """Fates by day and group, whose rows and columns add up to the same sum."""
    page = client.get("/health/ben_sen").text
    foot = re.search("<tfoot>(.*?)</tfoot>", page, re.DOTALL)
    rows = re.findall(r"<tr><th scope=\"row\">\d\d/\d\d</th>(.*?)</tr>", page)
    figures = [[int(n) for n in re.findall(r">(\d+)</td>", row)] for row in rows]

    assert foot is not None
    sums = [int(n) for n in re.findall(r">(\d+)</td>", foot[1])]
    assert len(figures) == 30
    assert [sum(column) for column in zip(*figures, strict=True)] == sums
    assert all(sum(row[:-1]) == row[-1] for row in [*figures, sums])
    assert "7.5 new pages a day" in page


@pytest.mark.parametrize("path", ["/health/nothing", "/health/%2e%2e"])
def test_a_source_that_is_not_switched_on_has_none(client: TestClient, path: str) -> None:
    """404, as for any page that is not there."""
    assert client.get(path).status_code == 404


def test_no_title_speaks_to_the_browser(client: TestClient) -> None:
    """A source's file is a person's; its title is escaped all the same."""
    for path in ("/health", "/health/ben_sen"):
        assert "<script>alert" not in client.get(path).text


def test_without_a_source_the_page_says_what_to_do(store: Store, desk: Desk) -> None:
    """An empty board is no error."""
    with TestClient(build_app(store, desk), base_url=ORIGIN) as client:
        page = client.get("/health", headers={"accept-language": "en"})

    assert page.status_code == 200
    assert "No source is switched on yet." in page.text


def test_a_crawl_state_in_trouble_leaves_the_queue(store: Store, desk: Desk) -> None:
    """The board's page says what is wrong; the other pages go on."""

    def broken(_: int) -> list[SourceHealth]:
        raise StoreError("crawl state: the database refused; check KIEMCHUNG_CRAWL_STATE_URL")

    with TestClient(build_app(store, desk, board_of=broken), base_url=ORIGIN) as client:
        page = client.get("/health")

        assert page.status_code == 503
        assert "KIEMCHUNG_CRAWL_STATE_URL" in page.text
        assert {name: page.headers[name] for name in HEADERS} == HEADERS
        assert client.get("/").status_code == 200


def test_cells_are_shaded_by_the_sources_own_best_day() -> None:
    """Heat, trouble and silence: by kind, from the day's figures alone."""
    assert [cell.kind for cell in cells_of(in_trouble(5))] == ["l4 some", "l4 some", *["bad"] * 3]
    assert {cell.kind for cell in cells_of(well(14))} == {"l4"}
    assert {cell.kind for cell in cells_of(new_one(14))} == {"none"}


@pytest.mark.parametrize("one", a_board(30), ids=lambda one: one.source.name)
def test_the_chart_stands_on_its_ground(one: SourceHealth) -> None:
    """Every part lies within the picture, and a day's parts add up to its pages."""
    chart = chart_of(one)
    most = max(day.pages for day in one.days) or 1

    assert all(0 <= bar.y <= bar.y + bar.height <= chart.height + 0.1 for bar in chart.bars)
    for place, day in enumerate(one.days):
        height = sum(bar.height for bar in chart.bars if bar.x == place * 20)
        assert height == pytest.approx(day.pages * chart.height / most, abs=0.1)


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark"), (320, "light")])
def test_the_board_in_a_browser(watch: Watch, width: int, scheme: str) -> None:
    """Wide and on a phone: all days of a source stand in one line, none is cut or covered."""
    page = watch("/health", viewport={"width": width, "height": 900}, color_scheme=scheme).page
    row = page.locator("tbody tr").first
    boxes = [cell.bounding_box() for cell in row.locator(".cell").all()]
    lefts = [box["x"] for box in boxes if box]

    assert len({round(box["y"]) for box in boxes if box}) == 1
    assert lefts == sorted(lefts)
    assert all(box and box["width"] >= 16 and box["x"] + box["width"] <= width for box in boxes)
    expect(page.get_by_role("row")).to_have_count(4)
    expect(row.get_by_role("rowheader")).to_be_visible()
    row.get_by_role("link").click()
    expect(page.locator("svg.chart rect").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
