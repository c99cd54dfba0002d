"""What a fact-checker's page and data feed publish: claims and ratings, and nobody's name."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawlers.drafts import Extracted
from crawlers.extract import extract
from crawlers.source import LoadedSource
from kiemchung.ingest.posts import records_of
from kiemchung.publishers import Publishers
from kiemchung.text import fold_text
from kiemchung.vocabulary import Fate, PostKind, Rating
from tests.crawlers.pages import FETCHED, NAMES, raw, source

URL = "http://kiemtin.example/kiem/1"
FEED = "http://kiemtin.example/claimreview.json"
MICRODATA = """<!DOCTYPE html><html lang="vi"><head><title>Kiểm Tin</title></head><body>
<article><h1>Nước kiềm không chữa được bệnh gút</h1>
<p>Bác sĩ tại Bến Sen cho biết độ kiềm của nước uống không làm giảm axit uric trong máu.</p>
<section itemscope itemtype="https://schema.org/ClaimReview http://schema.org/Review">
<a itemprop="url" href="/kiem/1?nguon=the#ket-luan">Xem</a>
<time itemprop="datePublished" datetime="2026-11-18">18/11/2026</time>
<blockquote itemprop="claimReviewed">Uống nước kiềm  chữa
 khỏi bệnh gút</blockquote>
<div itemprop="author" itemscope itemtype="https://schema.org/Person">
<span itemprop="name">{1}</span></div>
<div itemprop="publisher" itemscope itemtype="https://schema.org/Organization">
<meta itemprop="name" content="Kiểm Tin"></div>
<div itemprop="itemReviewed" itemscope itemtype="https://schema.org/Claim">
<div itemprop="author" itemscope itemtype="https://schema.org/Person">
<b itemprop="name">{0}</b></div>
<meta itemprop="datePublished" content="2026-11-02"></div>
<p itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating">
<meta itemprop="ratingValue" content="1"><meta itemprop="worstRating" content="1">
<meta itemprop="bestRating" content="5">
<strong itemprop="alternateName">Sai sự thật</strong></p>
<p itemprop="description">Không có nghiên cứu nào ủng hộ.</p></section></article></body></html>"""


def review(claim: str, url: str | None, **fields: Any) -> dict[str, Any]:
    """Return a ClaimReview, with a claimant and a writer."""
    person = {"@type": "Person", "name": NAMES[0]}
    item = {
        "@type": "ClaimReview",
        "claimReviewed": claim,
        "datePublished": "2026-11-18",
        "reviewRating": {"@type": "Rating", "alternateName": "Sai"},
        "itemReviewed": {"@type": "Claim", "author": person, "firstAppearance": NAMES[2]},
        "author": person,
        **fields,
    }
    return item if url is None else {**item, "url": url}


def data_feed(*reviews: Any, **words: str) -> Extracted:
    """Return what a data feed of `reviews` yields, in which `words` are written differently."""
    elements = [{"@type": "DataFeedItem", "dateCreated": "2026", "item": each} for each in reviews]
    feed = {"@context": "https://schema.org", "@type": "DataFeed", "dataFeedElement": elements}
    text = json.dumps(feed)
    for word, other in words.items():
        text = text.replace(f'"{word}"', other)
    page = raw(text, url=FEED, content_type="application/json")
    return extract(page, source(title="Kiểm Tin"))


def test_microdata_is_read() -> None:
    """A check in a page's own markup is the same as one in JSON-LD; its people are left out."""
    found = extract(raw(MICRODATA.format(*NAMES), url=URL), source())

    (check,) = found.fact_checks
    assert (check.claim, check.rating, check.rating_text) == (
        "Uống nước kiềm chữa khỏi bệnh gút",
        Rating.FALSE,
        "Sai sự thật",
    )
    assert (check.publisher, check.url) == ("Kiểm Tin", f"{URL}?nguon=the")
    assert check.summary == "Không có nghiên cứu nào ủng hộ."
    assert check.review_date is not None
    assert found.drafts[0].kind is PostKind.ARTICLE
    said = fold_text(f"{found}")
    assert not [name for name in NAMES if fold_text(name) in said]


def test_a_check_that_is_told_twice_is_one() -> None:
    """JSON-LD and microdata of one page tell one check."""
    data = json.dumps(review("Uống nước kiềm chữa khỏi bệnh gút", f"{URL}?nguon=the"))
    page = MICRODATA.format(*NAMES).replace(
        "</head>", f'<script type="application/ld+json">{data}</script></head>'
    )

    assert len(extract(raw(page, url=URL), source()).fact_checks) == 1


def test_other_microdata_is_no_check() -> None:
    """Reviews of shops and checks without a claim publish nothing."""
    page = MICRODATA.format(*NAMES)

    for wrong in (
        page.replace("ClaimReview http", "Review http"),
        page.replace('itemprop="claimReviewed"', ""),
        page.replace("ClaimReview", "NotClaimReviewed"),
    ):
        assert extract(raw(wrong, url=URL), source()).fact_checks == ()


def test_a_data_feed_yields_its_checks() -> None:
    """Each item is a check under its own address; it is no post, and names nobody."""
    pages = [f"http://kiemtin.example/kiem/{n}" for n in range(3)]
    items = [review("Điều một", pages[0]), [review("Điều hai", pages[1])], {"@type": "Article"}]

    found = data_feed(*items, review("Điều ba", "/kiem/2"))

    assert [(c.claim, c.url) for c in found.fact_checks] == [
        ("Điều một", pages[0]),
        ("Điều hai", pages[1]),
        ("Điều ba", pages[2]),
    ]
    assert found.drafts == ()
    assert not [name for name in NAMES if fold_text(name) in fold_text(f"{found}")]


@pytest.mark.parametrize(
    "bad",
    [
        review("Điều \ud800 hai \0", "http://kiemtin.example/\udfff"),
        review("Điều hai", "/2", reviewRating={"alternateName": "Sai", "ratingValue": "long"}),
        review("Điều hai", "/2", datePublished="long"),
    ],
)
def test_a_strange_item_costs_no_other(bad: dict[str, Any]) -> None:
    """F9: half a character or a number without end in one item leaves the feed's others."""
    found = data_feed(bad, review("Điều một", URL), long="1" + 5_000 * "0")

    assert [check.claim for check in found.fact_checks][-1] == "Điều một"
    assert msgspec.json.encode(found)


@pytest.mark.parametrize("url", [None, "http://khac.example/kiem/1", "http://[x", "javascript:1"])
def test_a_data_feed_speaks_for_its_own_host_alone(url: str | None) -> None:
    """An item without an address here isn't told as the word of who publishes the feed."""
    found = data_feed(review("Điều một", url))

    assert found.fact_checks == ()
    assert found.fate is Fate.NO_TEXT


def test_a_new_item_moves_no_other() -> None:
    """The checks of a feed keep their ids when one is put before them."""
    loaded = LoadedSource(source=source(), file=Path("x"))
    old = review("Điều một", f"{URL}/a"), review("Điều hai", f"{URL}/b")
    page = raw("{}", url=FEED)
    ids = []
    for items in (old, (review("Điều mới", f"{URL}/c"), *old)):
        records = records_of(page, data_feed(*items), loaded, Publishers({}), FETCHED)
        ids.append([record.id for record in records])

    assert ids[1][1:] == ids[0]
