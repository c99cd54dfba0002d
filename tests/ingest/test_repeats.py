"""The same text under many addresses of a newspaper is no post, in whatever order it comes."""

import random

import pytest

from kiemchung.ingest import Ingest, ingest_pending
from kiemchung.ingest.repeats import MANY
from kiemchung.records import Edition, Post
from kiemchung.vocabulary import Fate, Harm, Status
from tests.ingest.kills import killed_after
from tests.ingest.outlets import TEXTS, article, deleted, fates, fetch, later
from tests.makers import make_flag, make_signal

NOTHING = "Chuyên mục này đang được cập nhật, mời bạn đọc quay lại sau ít phút."


def url(number: int) -> str:
    """Return the address of a page of the newspaper."""
    return f"http://baothu.example/tin/{number}"


def nothing(number: int) -> str:
    """Write a page that says what all of its kind say."""
    return article(url(number), NOTHING, "Báo Thử")


def stored(parts: Ingest) -> set[str]:
    """Return the addresses of all posts."""
    return {post.url for post in parts.store.scan(Post)}


@pytest.mark.parametrize("seed", range(2))
def test_many_addresses_with_one_text_are_no_posts(parts: Ingest, seed: int) -> None:
    """In whatever order and in however many goes they are read."""
    dice = random.Random(seed)
    pages = [(n, nothing(n)) for n in range(MANY + 2)]
    pages += [(n, article(url(n), TEXTS[0], f"Tin {n}")) for n in range(20, 24)]
    dice.shuffle(pages)
    for number, body in pages:
        fetch(parts, url(number), body)
        if dice.random() < 0.2:
            ingest_pending(parts)

    ingest_pending(parts)

    assert stored(parts) == {url(n) for n in range(20, 24)}
    assert fates(parts) == {url(n): Fate.SOFT_404 if n < 20 else Fate.NEW for n, _ in pages}


def test_few_addresses_with_one_text_are_posts(parts: Ingest) -> None:
    """An article that stands in four sections stays."""
    for number in range(MANY - 1):
        fetch(parts, url(number), nothing(number))

    ingest_pending(parts)

    assert len(stored(parts)) == MANY - 1


def test_addresses_of_one_article_count_once(parts: Ingest) -> None:
    """Print and AMP copies name the article's own address."""
    for number in range(MANY + 2):
        fetch(parts, url(number), nothing(0))

    ingest_pending(parts)

    assert stored(parts) == {url(0)}


def test_a_forum_may_repeat_itself(parts: Ingest) -> None:
    """The same scam in a hundred threads is what we look for."""
    for number in range(MANY + 2):
        place = f"http://diendan.example/tin/{number}"
        fetch(parts, place, article(place, NOTHING), source="dien_dan")

    ingest_pending(parts)

    assert len(stored(parts)) == MANY + 2


def test_a_text_that_was_found_out_is_known_later(parts: Ingest) -> None:
    """One more address in a later run is no post; where a text comes, it is one."""
    for number in range(MANY):
        fetch(parts, url(number), nothing(number))
    ingest_pending(parts)
    fetch(parts, url(50), nothing(50), run="r2", at=later(1))
    fetch(parts, url(0), article(url(0), TEXTS[1]), run="r2", at=later(1))

    ingest_pending(parts)

    assert fates(parts, "r2") == {url(50): Fate.SOFT_404, url(0): Fate.NEW}
    assert stored(parts) == {url(0)}


def test_an_article_that_turned_into_nothing_is_deleted(parts: Ingest) -> None:
    """Its text stays for three days, as of a page that is gone."""
    fetch(parts, url(50), article(url(50), TEXTS[0]))
    for number in range(MANY):
        fetch(parts, url(number), nothing(number))
    ingest_pending(parts)
    fetch(parts, url(50), nothing(50), run="r2", at=later(1))

    ingest_pending(parts)

    assert deleted(parts) == {url(50): True}


def test_what_is_flagged_stays(parts: Ingest) -> None:
    """A person decides on it; the others go."""
    for number in range(MANY - 1):
        fetch(parts, url(number), nothing(number))
    ingest_pending(parts)
    (flagged,) = (post for post in parts.store.scan(Post) if post.url == url(1))
    flag = make_flag(
        post=flagged.id, label=Harm.SCAM, status=Status.UNVERIFIED, signals=(make_signal(),),
        evidence=(),
    )  # fmt: skip
    parts.store.put([flag])
    fetch(parts, url(9), nothing(9))

    ingest_pending(parts)

    assert stored(parts) == {url(1)}


def test_articles_that_turned_into_nothing_are_what_they_were(parts: Ingest) -> None:
    """Edited into it before it was found out, too: their texts are back, marked as deleted."""
    for number in range(MANY):
        fetch(parts, url(number), article(url(number), TEXTS[number % 3], f"Tin {number}"))
    for number in range(MANY):
        fetch(parts, url(number), nothing(number), run="r2", at=later(1))

    ingest_pending(parts)

    posts = sorted(parts.store.scan(Post), key=lambda post: post.url)
    assert [post.text.splitlines()[0] for post in posts] == [TEXTS[n % 3] for n in range(MANY)]
    assert {(post.edition, post.deleted_at) for post in posts} == {(1, later(1))}
    assert list(parts.store.scan(Edition)) == []
    assert set(fates(parts, "r2").values()) == {Fate.SOFT_404}


@pytest.mark.parametrize("stage", ["meant", "records"])
def test_killed_between_its_writes_it_ends_the_same(parts: Ingest, stage: str) -> None:
    """The fifth address removes the other four, and counts with them."""
    for number in range(MANY - 1):
        fetch(parts, url(number), nothing(number))
    ingest_pending(parts)
    fetch(parts, url(9), nothing(9))
    fetch(parts, url(10), article(url(10)))

    with killed_after(parts, stage) as broken, pytest.raises(KeyboardInterrupt):
        ingest_pending(broken)
    ingest_pending(parts)

    assert stored(parts) == {url(10)}
    assert set(fates(parts).values()) == {Fate.SOFT_404, Fate.NEW}
    assert fates(parts)[url(10)] is Fate.NEW
