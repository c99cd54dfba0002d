"""What stands on which page: written with the fates, on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kiemchung.crawl_state import CrawlState
from kiemchung.crawl_state.contents import Content, Settled, Standing
from kiemchung.records import PageFate
from kiemchung.vocabulary import Fate

NOW = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC)


def fate(number: int, of: Fate = Fate.FETCHED, **fields: Any) -> PageFate:
    """Return a fate; `fields` replace its own."""
    values = {"run": "r1", "source": "bao", "capture": "c", "at": NOW, **fields}
    return PageFate(url=f"http://bao.example/{number}", fate=of, **values)


def standing(url: str, *posts: str, text: str = "", **fields: Any) -> Content:
    """Return what stands on a page."""
    on_page = tuple(Standing(post=post, text=text) for post in posts)
    return Content(**{"url": url, "source": "bao", "posts": on_page, "at": NOW, **fields})


def test_contents_are_what_stood_there_last_in_order(state: CrawlState) -> None:
    """The next reading replaces the one before, whatever it lacks."""
    first = standing("http://bao.example/1", "c", "a", "b", text="t")
    state.contents.settle(Settled(contents=(first, standing("http://bao.example/2", "a"))))
    assert state.contents.of(["http://bao.example/1"]) == {first.url: first}

    gone = standing(first.url, "b", "d", gone=NOW + timedelta(days=1))
    state.contents.settle(Settled(contents=(gone,)))

    assert state.contents.of([first.url, "http://bao.example/3"]) == {first.url: gone}
    assert state.contents.elsewhere(["a", "b", "d"], [first.url]) == {"a"}
    assert state.contents.elsewhere(["b"], []) == set()


def test_who_says_a_text_is_found_by_source(state: CrawlState) -> None:
    """The same words in another source are another text."""
    other = standing("http://khac.example/1", "x", text="t", source="khac")
    pages = [standing(f"http://bao.example/{n}", f"p{n}", text="t") for n in range(3)]
    state.contents.settle(Settled(contents=(*pages, other), repeated={("bao", "t"): NOW}))

    assert state.contents.saying([("bao", "t")])["bao", "t"] == {
        f"http://bao.example/{n}": f"p{n}" for n in range(3)
    }
    assert state.contents.repeated([("bao", "t"), ("khac", "t"), ("bao", "u")]) == {("bao", "t")}


def test_a_page_is_settled_once(state: CrawlState) -> None:
    """As what it was to be, if it was written before a kill; by the first who settles it."""
    state.record([fate(1), fate(2), fate(3)])
    state.contents.intend([fate(1, Fate.NEW), fate(2, Fate.CHANGED)])
    state.contents.intend([fate(1, Fate.CHANGED)])

    settled = (fate(1, Fate.UNCHANGED), fate(2, Fate.QUARANTINED, detail="why"), fate(3, Fate.NEW))
    state.contents.settle(Settled(fates=settled))
    state.contents.settle(Settled(fates=(fate(3, Fate.NO_TEXT),)))

    assert [(page.fate, page.detail) for page in state.pages_of("r1")] == [
        (Fate.NEW, ""),
        (Fate.QUARANTINED, "why"),
        (Fate.NEW, ""),
    ]


def test_what_departed_keeps_its_first_time_until_it_returns(state: CrawlState) -> None:
    """Marking it again doesn't put it off."""
    state.contents.settle(Settled(departed={"a": NOW, "b": NOW}))
    state.contents.settle(Settled(departed={"a": NOW + timedelta(days=1)}, returned=("b",)))

    assert state.contents.departed(["a", "b", "c"]) == {"a": NOW}


def test_pages_that_turn_out_to_be_none_are_counted_so(state: CrawlState) -> None:
    """In the runs of the batch; what was not kept stays what it is."""
    state.record([fate(1, Fate.NEW, posts=1), fate(2, Fate.FAILED), fate(3)])
    state.record([fate(1, Fate.NEW, run="r0")])
    urls = tuple(fate(number).url for number in (1, 2))

    state.contents.settle(Settled(fates=(fate(3, Fate.SOFT_404),), withdrawn=urls))

    assert state.fates_of("r1") == {"bao": {Fate.SOFT_404: 2, Fate.FAILED: 1}}
    assert next(state.pages_of("r1")).posts == 0
    assert state.fates_of("r0") == {"bao": {Fate.NEW: 1}}
