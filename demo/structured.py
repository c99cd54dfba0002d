"""The structured data that the demo outlets put into their pages, each in its own style."""

import json
from collections.abc import Iterable
from typing import Any

from demo.outlets import BY_SLUG, Page

CONTEXT = "https://schema.org"
VALUES = {"Sai": 1, "Sai sự thật": 1, "Gây hiểu nhầm": 2, "Chưa có cơ sở": 3, "Đúng": 5}
"""The rating of each rating's words where an outlet also gives a number, 1 worst, 5 best."""


def structured_data(page: Page) -> dict[str, Any] | None:
    """Return the JSON-LD of `page` in its outlet's style, None where it publishes none."""
    make = STYLES.get(page.outlet)
    return make(page) if make else None


def data_feed(pages: Iterable[Page]) -> bytes:
    """Return a schema.org DataFeed of the checks that `pages` leave to it."""
    checks = [check for page in pages if page.check_in == "feed" and (check := _review(page))]
    feed = {"@context": CONTEXT, "@type": "DataFeed", "name": "Kiểm chứng"}
    return json.dumps({**feed, "dataFeedElement": checks}, ensure_ascii=False, indent=1).encode()


def _news_article(page: Page) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "@type": "NewsArticle",
        "headline": page.title,
        "datePublished": page.published.isoformat(),
        "mainEntityOfPage": page.url,
        "author": [{"@type": "Person", "name": page.author}],
        "publisher": {"@type": "NewsMediaOrganization", "name": BY_SLUG[page.outlet].name},
    }


def _plain_check(page: Page) -> dict[str, Any] | None:
    return _review(page) if page.check_in == "json-ld" else None


def _review(page: Page) -> dict[str, Any] | None:
    """One ClaimReview, rated in words, with its claimant and its writer named."""
    if not page.claim:
        return None
    outlet = BY_SLUG[page.outlet]
    return {
        "@context": CONTEXT,
        "@type": "ClaimReview",
        "url": page.url,
        "datePublished": page.published.isoformat(),
        "claimReviewed": page.claim,
        "author": {"@type": "Person", "name": page.author, "worksFor": outlet.name},
        "publisher": {"@type": "Organization", "name": outlet.name, "url": outlet.base + "/"},
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Person", "name": page.claim_author},
            "datePublished": page.claim_date,
        },
        "reviewRating": {"@type": "Rating", "alternateName": page.rating},
    }


def _graph(page: Page) -> dict[str, Any]:
    """One graph: the organisation, the article with its writer, and the check with a number."""
    outlet = BY_SLUG[page.outlet]
    organisation = {"@type": "Organization", "@id": f"{outlet.base}/#to-chuc", "name": outlet.name}
    article = {
        "@type": "Article",
        "@id": f"{page.url}#bai",
        "headline": page.title,
        "datePublished": page.published.isoformat(),
        "author": {"@type": "Person", "name": page.author},
    }
    nodes = [organisation, article, *([_graph_check(page)] if _has_graph_check(page) else [])]
    return {"@context": CONTEXT, "@graph": nodes}


def _has_graph_check(page: Page) -> bool:
    return bool(page.claim) and page.check_in == "json-ld"


def _graph_check(page: Page) -> dict[str, Any]:
    return {
        "@type": ["Review", "ClaimReview"],
        "@id": f"{page.url}#kiem-chung",
        "url": page.url,
        "claimReviewed": page.claim,
        "datePublished": page.published.date().isoformat(),
        "author": {"@id": f"{BY_SLUG[page.outlet].base}/#to-chuc"},
        "isPartOf": {"@id": f"{page.url}#bai"},
        "itemReviewed": {
            "@type": "CreativeWork",
            "author": {"@type": "Organization", "name": page.claim_author},
            "datePublished": page.claim_date,
        },
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": str(VALUES[page.rating]),
            "bestRating": "5",
            "worstRating": "1",
            "alternateName": page.rating,
        },
    }


STYLES = {
    "song_may": _news_article,
    "kiem_tin": _plain_check,
    "soi_that": _graph,
    "lam_ha": _plain_check,
}
