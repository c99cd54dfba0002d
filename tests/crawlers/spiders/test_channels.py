"""Channels through the real spider: the page that lists is kept, older ones by cursor."""

from datetime import UTC, datetime, timedelta

import pytest

from crawlers.spiders.channel import OLDER_PAGES
from kiemchung.vocabulary import Fate
from tests.crawlers.lab import Lab
from tests.crawlers.software.saved_pages import SAVED

HOST = "t.example"
FRONT = "/s/kenhboke"
MESSAGE = (
    '<div class="tgme_widget_message" data-post="kenhboke/{0}"><div'
    ' class="tgme_widget_message_text">Tin số {0}</div><time datetime="{1}"></time></div>'
)
OLD = datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.fixture
def channel(lab: Lab) -> Lab:
    """Return a place with a channel as a source."""
    lab.host(HOST)
    lab.source(
        "kenh",
        f"http://{HOST}{FRONT}",
        spider="channel",
        software="telegram",
        kind="channel",
        min_posts=1,
    )
    return lab


def serve(lab: Lab, path: str, ids: list[int], before: str = "", when: datetime = OLD) -> None:
    """Serve a page with the messages `ids`, and a link to what is `before`."""
    more = f'<a class="tme_messages_more" href="{before}"></a>' if before else ""
    lab.server.on(HOST, path, more + "".join(MESSAGE.format(n, when.isoformat()) for n in ids))


def history(lab: Lab, pages: int, *, when: datetime = OLD) -> list[str]:
    """Serve a channel of `pages` with two messages each; return their paths, newest first."""
    cursors = [2 * n + 1 for n in range(pages, 0, -1)]
    paths = [FRONT, *(f"{FRONT}?before={cursor}" for cursor in cursors[1:])]
    for path, top, before in zip(paths, cursors, [*paths[1:], ""], strict=True):
        serve(lab, path, [top - 2, top - 1], before, when)
    return paths


def asked(lab: Lab) -> list[str]:
    """Return the paths that were asked for, robots.txt apart, in order."""
    return [each.path for each in lab.server.asked(HOST) if each.path != "/robots.txt"]


def test_the_pages_that_list_are_kept(channel: Lab) -> None:
    """Each page of a channel is a capture: its messages stand on it."""
    paths = history(channel, 3)

    report = channel.crawl()

    assert report.errors == {}
    assert channel.fates() == {f"http://{HOST}{path}": Fate.FETCHED for path in paths}
    assert b"kenhboke/5" in channel.body(f"http://{HOST}{FRONT}")


def test_the_saved_page_is_read(channel: Lab) -> None:
    """A page in the software's own markup leads to the one before it, and nowhere else."""
    body = (SAVED / "telegram" / "front.html").read_text(encoding="utf-8")
    channel.server.on(HOST, FRONT, body)
    serve(channel, f"{FRONT}?before=101", [99])

    report = channel.crawl()

    assert report.errors == {}
    assert asked(channel) == [FRONT, f"{FRONT}?before=101"]


def test_a_channel_without_end_ends(channel: Lab) -> None:
    """Older pages are asked for up to the bound."""
    paths = history(channel, 40)

    channel.crawl()

    assert asked(channel) == paths[: 1 + OLDER_PAGES]


@pytest.mark.parametrize(
    "before",
    [
        f"{FRONT}?before=8",
        f"{FRONT}?before=30",
        FRONT,
        "/s/khac?before=4",
        "http://khac.example/s/kenhboke?before=4",
    ],
)
def test_cursors_that_loop_or_lead_away_lead_nowhere(channel: Lab, before: str) -> None:
    """A cursor to itself, to newer messages, another channel or another host is not followed."""
    serve(channel, FRONT, [8, 9], f"{FRONT}?before=8")
    serve(channel, f"{FRONT}?before=8", [6, 7], before)

    report = channel.crawl()

    assert report.errors == {}
    assert asked(channel) == [FRONT, f"{FRONT}?before=8"]


def test_a_page_that_says_nothing_new_is_the_last(channel: Lab) -> None:
    """The same messages under ever older cursors are one page too many, once."""
    serve(channel, FRONT, [8, 9], f"{FRONT}?before=8")
    for cursor in range(8, 0, -1):
        serve(channel, f"{FRONT}?before={cursor}", [1, 2], f"{FRONT}?before={cursor - 1}")

    channel.crawl()

    assert asked(channel) == [FRONT, f"{FRONT}?before=8", f"{FRONT}?before=7"]


def test_what_the_last_run_read_is_not_read_again(channel: Lab) -> None:
    """A run reads back to the one before it, and no further."""
    history(channel, 6)
    channel.crawl(run="r1")
    channel.server.log.clear()
    now = datetime.now(UTC) + timedelta(hours=1)
    serve(channel, FRONT, [14, 15], f"{FRONT}?before=14", now)
    serve(channel, f"{FRONT}?before=14", [12, 13], f"{FRONT}?before=12")

    channel.crawl(run="r2")

    assert asked(channel) == [FRONT, f"{FRONT}?before=14"]


def test_a_deleted_message_is_gone_from_its_page(channel: Lab) -> None:
    """A page that lost a message is another page, and is kept as such."""
    serve(channel, FRONT, [1, 2, 3])
    channel.crawl(run="r1")
    serve(channel, FRONT, [1, 3])

    channel.crawl(run="r2")

    assert channel.fates("r2") == {f"http://{HOST}{FRONT}": Fate.FETCHED}
    assert b"kenhboke/2" not in channel.body(f"http://{HOST}{FRONT}", "r2")


def test_an_empty_channel_leads_nowhere(channel: Lab) -> None:
    """A channel without messages, whatever its cursor says, is one page."""
    serve(channel, FRONT, [], f"{FRONT}?before=8")

    channel.crawl()

    assert asked(channel) == [FRONT]


@pytest.mark.parametrize("software", ["mastodon", "bluesky", "youtube"])
def test_account_feeds_are_kept(lab: Lab, software: str) -> None:
    """A feed whose entries are the messages is a page like a channel's."""
    lab.host(HOST)
    body = (SAVED / software / "feed.xml").read_bytes()
    lab.server.on(HOST, "/feed", body, headers={"Content-Type": "application/rss+xml"})
    lab.source("kenh", f"http://{HOST}/feed", spider="channel", software=software, kind="channel")

    report = lab.crawl()

    assert report.errors == {}
    assert lab.fates() == {f"http://{HOST}/feed": Fate.FETCHED}
    assert lab.body(f"http://{HOST}/feed") == body
