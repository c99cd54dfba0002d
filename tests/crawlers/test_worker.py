"""Extraction in killable processes: one bad page costs itself, and nothing else."""

from collections.abc import Generator
from pathlib import Path
from typing import cast

import msgspec
import pytest

from crawlers import worker
from crawlers.drafts import Extracted, Failure
from crawlers.registry import load_source
from crawlers.source import LoadedSource
from crawlers.worker import extract_pages
from kiemchung.records import RawPage
from tests.crawlers.lab import DEFAULTS, SOURCE
from tests.crawlers.pages import BODY, raw

OWN_EXTRACT = '''

def extract(page, source):
    """Misbehave as the page says."""
    import os, time
    from crawlers.extract import extract as default

    print("a word that must not get between the messages")
    if b"hang" in page.body:
        while True:
            pass
    if b"sleep" in page.body:
        time.sleep(1.2)
    if b"die" in page.body:
        os.kill(os.getpid(), 9)
    if b"eat" in page.body:
        len(bytearray(4_000_000_000))
    if b"halve" in page.body:
        from msgspec.structs import replace

        found = default(page, source)
        return replace(found, drafts=(replace(found.drafts[0], title="\\ud800"),))
    if b"raise" in page.body:
        raise ValueError("secret words of the page")
    return default(page, source)
'''


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedSource:
    """Return a source whose own extract misbehaves on demand."""
    fields = {**DEFAULTS, "name": "bao", "listings": ("http://bao.example/rss",)}
    file = tmp_path / "bao.py"
    file.write_text(SOURCE.format(**fields) + OWN_EXTRACT, encoding="utf-8")
    return load_source(file)


def page(number: int, order: str = "") -> RawPage:
    """Return a page that tells the extractor what to do."""
    url = f"http://bao.example/{number}"
    return raw(f"<html><body><!-- {order} --><h1>Bài {number}</h1>{BODY}</body></html>", url=url)


def test_what_cannot_be_written_down_is_a_failure(loaded: LoadedSource) -> None:
    """F9: half a character in what was found costs its page, and not the worker."""
    found = [result for _, result in extract_pages([page(1, "halve"), page(2)], lambda _: loaded)]

    assert isinstance(found[0], Failure)
    assert found[0].cause == "extraction: UnicodeEncodeError in what it found"
    assert isinstance(found[1], Extracted)


def test_bad_pages_fail_alone_and_in_order(loaded: LoadedSource) -> None:
    """Pages that hang, kill, eat memory or raise fail with their cause; the others come out."""
    orders = ["", "hang", "", "die", "", "eat", "", "raise", "", ""]
    pages = [page(number, order) for number, order in enumerate(orders)]

    results = list(extract_pages(pages, lambda _: loaded, seconds=0.5))

    assert [fetched.url for fetched, _ in results] == [p.url for p in pages]
    causes = [r.cause if isinstance(r, Failure) else "" for _, r in results]
    assert [bool(cause) for cause in causes] == [bool(order) for order in orders]
    assert "0.5 s" in causes[1]
    assert "memory" in causes[3]
    assert "MemoryError" in causes[5]
    assert "ValueError" in causes[7]
    assert "secret" not in causes[7]


def test_waiting_costs_no_page(loaded: LoadedSource) -> None:
    """A page's time is that on the processor: one that waits, on a busy machine, lives."""
    ((_, result),) = extract_pages([page(1, "sleep")], lambda _: loaded, seconds=1.0)

    assert isinstance(result, Extracted)


def test_who_sleeps_on_is_woken_for_good(
    loaded: LoadedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes no processor time and never ends costs its page, too."""
    monkeypatch.setattr(worker, "PATIENCE", 0.5)

    results = list(extract_pages([page(1), page(2, "sleep")], lambda _: loaded, seconds=2.0))

    assert [isinstance(result, Failure) for _, result in results] == [False, True]


def test_results_are_those_of_extract(loaded: LoadedSource) -> None:
    """What comes through the pipes is what extract returns."""
    from crawlers.extract import extract

    ((_, result),) = extract_pages([page(1)], lambda _: loaded)

    assert result == extract(page(1), loaded.source)


def test_stopping_early_leaves_no_process(loaded: LoadedSource) -> None:
    """Whoever takes one result and goes leaves nothing running."""
    results = extract_pages((page(number) for number in range(1000)), lambda _: loaded)

    _, first = next(results)
    cast("Generator[object]", results).close()

    assert isinstance(first, Extracted)


def test_large_pages_pass(loaded: LoadedSource) -> None:
    """A page near the size limit goes through the pipe."""
    large = page(1)
    large = msgspec.structs.replace(large, body=large.body + b"<!--" + b"a" * 4_000_000 + b"-->")

    ((_, result),) = extract_pages([large], lambda _: loaded)

    assert isinstance(result, Extracted)


HOSTILE = {
    "attributes behind quotes": "<a " + " ".join(f"a{n}='>'" for n in range(300_000)) + ">x</a>",
    "classes": "".join(f'<div class="a{n}-b c{n}">chữ {n}</div>' for n in range(24_000)),
    "names": '<script type="application/ld+json">{"author": "' + "a," * 2_000_000 + '"}</script>x',
    "one line": "<p>" + "( Ảnh: " * 500_000,
    "boxes": ("<div class=author>" * 190) + "câu văn dài " * 300_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_the_worst_pages_cost_little(loaded: LoadedSource, case: str) -> None:
    """A page made to keep a parser busy is over after 2 s, and the next one comes out."""
    pages = [raw(f"<html><body>{HOSTILE[case]}"), page(2)]

    _, (_, after) = extract_pages(pages, lambda _: loaded, workers=1)

    assert isinstance(after, Extracted)
