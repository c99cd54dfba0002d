"""The sources of the demo web: every page yields its posts, and no author."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from crawlers.drafts import Draft, Extracted
from crawlers.extract import extract
from crawlers.registry import load_sources
from crawlers.source import SpiderKind
from demo.labels import build_labels
from demo.outlets import BY_SLUG, CONTENT, OUTLETS, Outlet, Page, load_pages
from demo.site import Site
from kiemchung.publishers import load_publishers
from kiemchung.records import RawPage
from kiemchung.vocabulary import PostKind, Rating

SOURCES = load_sources([CONTENT.parent / "sources"])
PUBLISHERS = load_publishers([Path(CONTENT.parent / "publishers.toml")])
FETCHED = datetime(2026, 11, 24, tzinfo=UTC)
RATINGS = {
    "Sai": Rating.FALSE,
    "Sai sự thật": Rating.FALSE,
    "Gây hiểu nhầm": Rating.MISLEADING,
    "Chưa có cơ sở": Rating.UNPROVEN,
    "Đúng": Rating.TRUE,
}


def extracted(outlet: Outlet) -> Iterator[tuple[Page, Extracted]]:
    """Yield each page of `outlet` with what its source makes of what shows it."""
    site = Site()
    lists = [*channel_paths(site, outlet), *filter(None, [outlet.data_feed])]
    shared = [read_path(site, outlet, path) for path in lists]
    is_channel = SOURCES[outlet.slug].source.spider is SpiderKind.CHANNEL
    for page in load_pages(outlet):
        paths = () if is_channel else outlet.paths_of(page)
        own = [read_path(site, outlet, path) for path in paths]
        drafts = [draft for each in own for draft in each.drafts]
        drafts += [d for each in shared for d in each.drafts if d.url == page.url]
        checks = [check for each in own for check in each.fact_checks]
        checks += [c for each in shared for c in each.fact_checks if c.url == page.url]
        found = (own or shared)[0]
        yield (
            page,
            msgspec.structs.replace(found, drafts=tuple(drafts), fact_checks=tuple(checks)),
        )


def read_path(site: Site, outlet: Outlet, path: str) -> Extracted:
    """Return what the outlet's source makes of what lies at `path`."""
    loaded, answer = SOURCES[outlet.slug], site.answer(outlet.host, path)
    raw = RawPage(
        url=outlet.base + path,
        source=outlet.slug,
        status=200,
        headers=(("content-type", answer.type),),
        body=answer.body,
        fetched_at=FETCHED,
        sha256=hashlib.sha256(answer.body).hexdigest(),
    )
    return (loaded.extract or extract)(raw, loaded.source)


def channel_paths(site: Site, outlet: Outlet) -> list[str]:
    """Return the paths of a channel's pages, the newest first; none for other outlets."""
    source = SOURCES[outlet.slug].source
    if source.spider is not SpiderKind.CHANNEL:
        return []
    paths = [url.removeprefix(outlet.base) for url in source.listings]
    for path in paths:
        text = site.answer(outlet.host, path).body.decode()
        paths += re.findall(r'<link rel="prev" href="([^"]+)"', text)
    return paths


@pytest.fixture(scope="module")
def everything() -> list[tuple[Page, Extracted]]:
    """Return all pages of the demo web with what they yield."""
    return [pair for outlet in OUTLETS for pair in extracted(outlet)]


def written(page: Page) -> list[tuple[str, str, datetime]]:
    """Return address, text and time of the posts on `page`, as their writer left them."""
    url_of = BY_SLUG[page.outlet].url_of
    replies = [(url_of(f"{page.slug}#{r.number}"), r.text, r.published) for r in page.replies]
    posts = [(page.url, page.text, page.published), *replies]
    return [(url, "\n".join(filter(None, text.splitlines())), at) for url, text, at in posts]


def read(drafts: tuple[Draft, ...]) -> list[tuple[str, str, datetime | None]]:
    """Return address, text and time of `drafts`."""
    return [(draft.url, draft.text, draft.published_at) for draft in drafts]


def test_every_outlet_has_its_source() -> None:
    """The sources are the outlets, on their hosts."""
    hosts = {name: loaded.source.all_hosts for name, loaded in SOURCES.items()}

    assert hosts == {outlet.slug: {outlet.host} for outlet in OUTLETS}


def test_every_page_yields_its_posts(everything: list[tuple[Page, Extracted]]) -> None:
    """Address, text and time of each post come out as they were written, in 99 of 100 pages."""
    wrong = [page.url for page, found in everything if read(found.drafts) != written(page)]

    assert len(wrong) <= len(everything) // 100, wrong


def test_nothing_stands_on_a_channel_but_its_messages() -> None:
    """A channel's pages show each message once, and those that robots.txt hides not at all."""
    for outlet in OUTLETS:
        site = Site()
        found = [read_path(site, outlet, path) for path in channel_paths(site, outlet)]
        urls = [draft.url for each in found for draft in each.drafts]

        assert not urls or sorted(urls) == sorted(page.url for page in load_pages(outlet))


def test_every_post_has_the_address_of_its_label(everything: list[tuple[Page, Extracted]]) -> None:
    """What is extracted from the demo web is what is labelled, no more and no less."""
    found = [draft.url for _, extracted in everything for draft in extracted.drafts]

    assert sorted(found) == sorted(label.url for label in build_labels())


def test_titles_come_out_as_they_were_written(everything: list[tuple[Page, Extracted]]) -> None:
    """A post's title is its page's, without its outlet's name; a reply has none of its own."""
    wrong = [
        draft.url
        for page, found in everything
        for draft in found.drafts
        if draft.title != ("" if draft.kind is PostKind.COMMENT else page.title)
    ]

    assert wrong == []


def test_no_author_comes_out(everything: list[tuple[Page, Extracted]]) -> None:
    """No name of a writer, of who replied or of a claimant is in anything extracted."""
    names = {page.author for page, _ in everything}
    names |= {reply.author for page, _ in everything for reply in page.replies}
    names |= {page.claim_author for page, _ in everything if page.claim_author}
    output = msgspec.json.encode([found for _, found in everything]).decode()

    assert len(names) > 150
    assert [name for name in sorted(names) if name in output] == []


def test_replies_are_comments(everything: list[tuple[Page, Extracted]]) -> None:
    """In the forum, opening posts and replies are told apart; the channel has messages."""
    kinds = {
        (page.outlet, "#" in draft.url): draft.kind
        for page, found in everything
        for draft in found.drafts
    }

    assert kinds[("pho_nui", False)] is PostKind.POST
    assert kinds[("pho_nui", True)] is PostKind.COMMENT
    assert kinds[("xom_cho", False)] is PostKind.MESSAGE


def test_every_check_comes_out(everything: list[tuple[Page, Extracted]]) -> None:
    """Claim, rating, address and day of each published check come out; other pages have none."""
    checks = [
        (check.claim, check.rating, check.url, check.review_date and check.review_date.date())
        for _, found in everything
        for check in found.fact_checks
    ]

    assert len(checks) >= 15
    assert [check[:3] for check in checks] == [
        (page.claim, RATINGS[page.rating], page.url) for page, _ in everything if page.claim
    ]
    assert all(day for *_, day in checks)


def test_what_an_authority_checks_is_its_own_affair(
    everything: list[tuple[Page, Extracted]],
) -> None:
    """The table knows that the public body's one check is about itself, and no other is."""
    checks = [check for _, found in everything for check in found.fact_checks]
    itself = [check.url for check in checks if PUBLISHERS.is_about_itself(check.url, check.claim)]

    assert len(itself) == 1
    assert itself[0].startswith("http://lamha.example/")


def test_types_of_sources_are_those_of_the_publisher_table() -> None:
    """A source claims no other type than the table gives its host."""
    types = {name: loaded.source.publisher_type for name, loaded in SOURCES.items()}

    assert types == {o.slug: PUBLISHERS.type_of(f"http://{o.host}/") for o in OUTLETS}
