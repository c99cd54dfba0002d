"""The structured data of the demo web: two styles of ClaimReview, both naming people."""

from typing import Any

from demo.outlets import BY_SLUG, Page, load_pages
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
