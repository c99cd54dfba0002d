"""The structured data of the demo web: ClaimReview in four styles, each naming people."""

import html
import json
from typing import Any

from demo.outlets import BY_SLUG, Page, load_pages
from demo.site import Site
from demo.structured import structured_data


def reviews(slug: str) -> list[tuple[Page, dict[str, Any]]]:
    """Return the pages of an outlet that publish a check, each with its ClaimReview."""
    found = []
    for page in load_pages(BY_SLUG[slug]):
        data = structured_data(page) or {}
        nodes = data.get("@graph", [data])
        found += [(page, node) for node in nodes if "claimReviewed" in node]
    return found


def test_kiem_tin_rates_in_words_and_signs_with_a_person() -> None:
    """Its ClaimReview has no number, and names its writer and the claimant."""
    for page, review in reviews("kiem_tin"):
        assert review["reviewRating"] == {"@type": "Rating", "alternateName": page.rating}
        assert review["author"]["name"] == page.author
        assert review["itemReviewed"]["author"]["name"] == page.claim_author


def test_soi_that_rates_with_a_number_too() -> None:
    """Its ClaimReview lies in a graph, and its numbers order as its words do."""
    order = ("Sai", "Gây hiểu nhầm", "Chưa có cơ sở", "Đúng")
    ratings = [review["reviewRating"] for _, review in reviews("soi_that")]
    values = {rating["alternateName"]: int(rating["ratingValue"]) for rating in ratings}

    assert sorted(values, key=values.__getitem__) == [word for word in order if word in values]
    assert len(values) >= 3
    assert {(rating["worstRating"], rating["bestRating"]) for rating in ratings} == {("1", "5")}


def test_the_public_body_publishes_one_check() -> None:
    """The authority rates one claim, and it is about its own landfill."""
    [(page, review)] = reviews("lam_ha")

    assert "Đồi Tràm" in review["claimReviewed"]
    assert review["reviewRating"]["alternateName"] == page.rating == "Sai"


def test_a_data_feed_holds_checks_that_no_page_repeats() -> None:
    """Kiểm Tin's feed names claimants, and what it checks isn't checked on the page itself."""
    answer = Site().answer(BY_SLUG["kiem_tin"].host, "/kiem-chung.json")
    feed = json.loads(answer.body)
    left = [page for page in load_pages(BY_SLUG["kiem_tin"]) if page.check_in == "feed"]

    assert (feed["@type"], len(left)) == ("DataFeed", 3)
    assert [item["url"] for item in feed["dataFeedElement"]] == [page.url for page in left]
    assert all(item["itemReviewed"]["author"]["name"] for item in feed["dataFeedElement"])
    assert all(structured_data(page) is None for page in left)


def test_one_check_is_in_microdata_alone() -> None:
    """Soi Thật publishes one check as attributes of its page, its claimant among them."""
    outlet = BY_SLUG["soi_that"]
    [page] = [page for page in load_pages(outlet) if page.check_in == "microdata"]
    text = Site().answer(outlet.host, outlet.path_of(page.slug)).body.decode()

    assert "claimReviewed" not in json.dumps(structured_data(page))
    assert text.count('itemtype="https://schema.org/ClaimReview"') == 1
    assert 'itemprop="itemReviewed"' in text
    assert page.claim_author in html.unescape(text)
