"""Whatever is killed between its writes, and however pages are batched, ingestion ends the same."""

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from crawlers.drafts import Draft, Extracted
from crawlers.source import LoadedSource
from kiemchung.ingest import Ingest
from kiemchung.ingest.absences import tell_gone
from kiemchung.ingest.batches import each_batch
from kiemchung.ingest.parts import Reading
from kiemchung.ingest.posts import records_of
from kiemchung.records import PageFate
from kiemchung.settings import load_settings
from kiemchung.store import open_store
from kiemchung.store.dump import canonical_dump
from kiemchung.vocabulary import Fate, PostKind
from tests.ingest import outlets
from tests.ingest.kills import STAGES, killed_after
from tests.ingest.outlets import WHEN, page

PAGES = 12
DAYS = 4


def draft(url: str, text: str, kind: PostKind = PostKind.ARTICLE) -> Draft:
    """Make a draft without a date."""
    return Draft(url=url, kind=kind, title="", text=text, published_at=None, language="vi")


def read(url: str, drafts: tuple[Draft, ...], own: str = "", fate: Fate | None = None) -> Extracted:
    """Make what extraction yields."""
    return Extracted(
        drafts=drafts, fact_checks=(), canonical_url=own or url, extractor="t/1", fate=fate
    )


def an_article(dice: random.Random, number: int) -> tuple[str, str, Extracted]:
    """Return what a page of the newspaper says today: a text, nothing, or another page's text.

    A page of which there are copies says no nothing: whether it stands on another page is judged
    when the fifth address comes, and the copy may be another one by then.
    """
    url = f"http://baothu.example/tin/{number}"
    kind = dice.random()
    copied = number >= 2 * PAGES // 3
    if kind < 0.35 and not copied:
        return "bao_thu", url, read(url, (draft(url, "Đang cập nhật."),))
    if kind < 0.45:
        own = f"http://baothu.example/tin/{dice.randrange(2 * PAGES // 3, PAGES)}"
        return "bao_thu", url, read(url, (draft(own, f"Tin {own[-2:]}."),), own)
    if kind < 0.55 and not copied:
        return "bao_thu", url, read(url, (), fate=Fate.SOFT_404)
    return "bao_thu", url, read(url, (draft(url, f"Tin {number}, bản {dice.randrange(3)}."),))


def a_thread(dice: random.Random, number: int) -> tuple[str, str, Extracted]:
    """Return what a page of the channel says today: some of its messages."""
    url = f"http://kenh.example/t/{number}"
    there = [n for n in range(6) if dice.random() < 0.8]
    drafts = (draft(f"{url}#m{n}", f"Tin nhắn {n} ở {number}.", PostKind.MESSAGE) for n in there)
    return "kenh", url, read(url, tuple(drafts))


class Days:
    """Some days of a crawl: what each page said on each of them."""

    def __init__(self, seed: int) -> None:
        """Draw them from `seed`."""
        dice = random.Random(seed)
        self.said: dict[tuple[str, str], Extracted] = {}
        self.fates: list[PageFate] = []
        for day in range(DAYS):
            pages = [an_article(dice, number) for number in range(PAGES) if dice.random() < 0.8]
            pages += [a_thread(dice, number) for number in range(2)]
            dice.shuffle(pages)
            for place, (source, url, extracted) in enumerate(pages):
                at = WHEN + timedelta(days=day, seconds=place)
                self.said[f"r{day}", url] = extracted
                self.fates.append(
                    PageFate(run=f"r{day}", source=source, url=url, fate=Fate.FETCHED, at=at)
                )

    def waiting(self, parts: Ingest) -> Iterator[Reading]:
        """Yield what waits, as extraction would."""
        for fate in parts.state.pending():
            extracted = self.said[fate.run, fate.url]
            body = f"{fate.run} {extracted}"
            raw = page(fate.url, body, source=fate.source, at=fate.at)
            wanted = records_of(
                raw, extracted, parts.sources[fate.source], parts.publishers, fate.at
            )
            yield Reading(fate, raw, extracted, wanted)

    def live(self, parts: Ingest, size: int) -> None:
        """Ingest what waits, in batches of at most `size`."""
        for batch in each_batch(parts, self.waiting(parts), size):
            batch.write()
        tell_gone(parts)


def ended(folder: Path, loaded: dict[str, LoadedSource], days: Days, kills: int) -> object:
    """Return in what a crawl of `days` ends: the fate of each page, and the store."""
    dice = random.Random(kills)
    settings = load_settings({"KIEMCHUNG_DATA_DIR": str(folder)})
    store = open_store(settings)
    for parts in outlets.opened(settings, store, loaded):
        parts.state.record(days.fates)
        for _ in range(kills):
            with killed_after(parts, dice.choice(STAGES)) as broken, suppress(KeyboardInterrupt):
                days.live(broken, dice.randrange(1, 9))
            some = each_batch(parts, days.waiting(parts), dice.randrange(1, 9))
            for batch in islice(some, dice.randrange(3)):
                batch.write()
        days.live(parts, dice.randrange(1, 9))
        fates = [
            (fate.run, fate.url, fate.fate, fate.posts)
            for day in range(DAYS)
            for fate in parts.state.pages_of(f"r{day}")
        ]
        dump = canonical_dump(store)
    store.close()
    return fates, dump


@pytest.mark.parametrize("seed", range(12))
def test_kills_and_batches_change_nothing(tmp_path: Path, seed: int) -> None:
    """Edits, copies, messages that vanish, pages that say nothing: the same store and fates."""
    days = Days(seed)
    loaded = outlets.sources(tmp_path / "sources")

    whole = ended(tmp_path / "whole", loaded, days, 0)

    assert ended(tmp_path / "broken", loaded, days, 1 + seed % 6) == whole
