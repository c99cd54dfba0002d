"""Captures → posts: every page's fate is settled once, and one bad page holds up no other."""

from datetime import timedelta

import msgspec

from kiemchung.crawl_state import KnownPage
from kiemchung.crawl_state.contents import Settled
from kiemchung.ingest import Ingest, ingest_pending, put_checks
from kiemchung.records import FactCheck, PageFate, Post, Quarantined, stable_id
from kiemchung.retention import expire_records
from kiemchung.settings import load_settings
from kiemchung.vocabulary import Fate, Rating
from tests.ingest.outlets import TEXTS, WHEN, A, B, article, fates, fetch, later, page, thread
from tests.makers import make_check, make_post

C = "http://baothu.example/tin/c"
T = "http://kenh.example/t/1"
PERMALINK = "http://kenh.example/{number}"
MESSAGES = """

_of_thread = extract


def extract(page, source):
    \"\"\"Give each message an address of its own.\"\"\"
    import msgspec

    read = _of_thread(page, source)
    drafts = tuple(
        msgspec.structs.replace(each, url=each.url.replace("/t/1#m", "/")) for each in read.drafts
    )
    return msgspec.structs.replace(read, drafts=drafts)
"""
CLAIM_REVIEW = """<script type="application/ld+json">{"@context": "https://schema.org",
"@type": "ClaimReview", "claimReviewed": "Đập sẽ vỡ đêm nay", "datePublished": "2026-11-20",
"reviewRating": {"@type": "Rating", "alternateName": "Sai"}}</script>"""


def test_a_new_page_becomes_a_masked_post_without_its_author(parts: Ingest) -> None:
    """The text is there, the number is masked, the byline is gone."""
    fetch(
        parts, A, article(A, "Cần hỗ trợ xin gọi 0905 000 123, xã cử người xuống ngay trong ngày.")
    )

    ingest_pending(parts)

    (post,) = parts.store.scan(Post)
    assert fates(parts) == {A: Fate.NEW}
    assert "•••• ••• •••" in post.text
    assert "Bút" not in post.text + post.title


def test_the_same_page_again_is_unchanged_and_an_edit_is_a_revision(parts: Ingest) -> None:
    """Nothing is stored twice; the first fetch decides `fetched_at`."""
    fetch(parts, A, article(A))
    ingest_pending(parts)
    fetch(parts, A, article(A) + "<!-- other bytes -->", run="r2", at=later(1))
    ingest_pending(parts)
    fetch(parts, A, article(A, TEXTS[1]), run="r3", at=later(2))
    ingest_pending(parts)

    (post,) = parts.store.scan(Post)
    assert [fates(parts, run)[A] for run in ("r1", "r2", "r3")] == ["new", "unchanged", "changed"]
    assert (post.edition, post.fetched_at) == (2, WHEN)


def test_two_addresses_of_one_page_are_one_post(parts: Ingest) -> None:
    """The second address is a duplicate of the canonical one."""
    fetch(parts, A, article(A))
    fetch(parts, B, article(A))

    ingest_pending(parts)

    assert fates(parts) == {A: Fate.NEW, B: Fate.DUPLICATE}
    assert len(list(parts.store.scan(Post))) == 1


def test_a_page_without_words_is_no_text(parts: Ingest) -> None:
    """A picture alone is counted, not stored."""
    fetch(parts, A, "<html><body><img src='x.jpg' alt=''></body></html>")

    ingest_pending(parts)

    assert fates(parts) == {A: Fate.NO_TEXT}


def test_a_broken_page_goes_to_quarantine_and_the_rest_goes_on(parts: Ingest) -> None:
    """One bad page, its stage and its cause; the good one is a post."""
    fetch(parts, A, "<div>" * 100_000)
    fetch(parts, B, article(B))

    ingest_pending(parts)

    (broken,) = parts.store.scan(Quarantined)
    assert fates(parts) == {A: Fate.QUARANTINED, B: Fate.NEW}
    assert (broken.stage, broken.subject, bool(broken.cause)) == ("extract", A, True)


def test_a_page_of_a_source_that_is_gone_goes_to_quarantine(parts: Ingest) -> None:
    """A file that was removed holds up nothing."""
    fetch(parts, A, article(A), source="bao_cu")
    fetch(parts, B, article(B))

    ingest_pending(parts)

    assert fates(parts) == {A: Fate.QUARANTINED, B: Fate.NEW}


def test_a_page_that_two_sources_fetched_is_the_one_s_that_noted_it(parts: Ingest) -> None:
    """A source's file was renamed, or two sources share a host: a fate's source is its post's."""
    parts.captures.write(page(A, article(A), source="bao_cu", at=later(-1)))
    parts.captures.write(page(A, article(A), source="dien_dan", at=later(-1)))
    fetch(parts, A, article(A))

    ingest_pending(parts)

    assert fates(parts) == {A: Fate.NEW}
    assert [post.source for post in parts.store.scan(Post)] == ["bao_thu"]


def test_a_lost_capture_goes_to_quarantine(parts: Ingest) -> None:
    """A fate whose bytes are gone is told, not waited for."""
    lost = PageFate(run="r1", source="bao_thu", url=A, fate=Fate.FETCHED, capture="0" * 64, at=WHEN)
    parts.state.record([lost])
    fetch(parts, B, article(B))

    ingest_pending(parts)

    assert fates(parts) == {A: Fate.QUARANTINED, B: Fate.NEW}


def test_imported_checks_are_new_once(parts: Ingest) -> None:
    """The same file again changes nothing; a corrected rating is the next revision."""
    assert put_checks(parts.store, [make_check()]) == (1, [])
    assert put_checks(parts.store, [make_check()]) == (0, [])
    assert put_checks(parts.store, [make_check(rating_text="Sai sự thật")]) == (1, [])

    (check,) = parts.store.scan(FactCheck)
    assert check.revision == 2


def test_what_broke_is_asked_for_again(parts: Ingest) -> None:
    """A page in quarantine keeps no validators: the next visit fetches it in full."""
    fetch(parts, A, "<div>" * 100_000)
    known = KnownPage(url=A, source="bao_thu", etag="x", capture="c" * 64, checked_at=WHEN)
    parts.state.record([], [known])

    ingest_pending(parts)

    after = parts.state.validators(A)
    assert after is not None
    assert (after.etag, after.capture) == ("", "")


def test_what_expired_stays_gone(parts: Ingest) -> None:
    """A text over its time is not taken in again because its page's bytes changed (boundary 8)."""
    long_ago = WHEN - timedelta(days=91)
    known = KnownPage(url=A, source="bao_thu", capture="c" * 64, checked_at=long_ago)
    parts.state.record([], [known])
    fetch(parts, A, article(A))

    ingest_pending(parts)

    assert list(parts.store.scan(Post)) == []
    assert fates(parts) == {A: Fate.UNCHANGED}


def visits(parts: Ingest, url: str, body: str, source: str, *days: float) -> list[str]:
    """Fetch a page whose bytes differ each time, expire after each visit; return its fates."""
    settings = load_settings({"KIEMCHUNG_DATA_DIR": "unused"})
    for day in days:
        run, at = f"r{day}", later(day)
        fetch(parts, url, f"{body}<!-- {day} -->", run=run, source=source, at=at)
        ingest_pending(parts)
        expire_records(parts.store, parts.captures, parts.state, settings, at)
    return [fates(parts, f"r{day}")[url].value for day in days]


def test_an_ordinary_post_that_expired_stays_gone(parts: Ingest) -> None:
    """However often its page's bytes change: what was check-worthy would be there (boundary 8)."""
    told = visits(parts, A, article(A), "bao_thu", 0, 13, 15, 16, 20, 60)

    assert told == ["new", "unchanged", "unchanged", "unchanged", "unchanged", "unchanged"]
    assert list(parts.store.scan(Post)) == []


def test_a_reply_without_a_date_has_its_time_once(parts: Ingest) -> None:
    """It counts from when it was met first, also where its thread changes every day."""
    told = visits(parts, T, thread(T, [1, 2]), "kenh", 0, 5, 10, 15, 20, 25)

    assert told[1:] == ["unchanged"] * 5
    assert list(parts.store.scan(Post)) == []


def test_a_message_without_a_date_may_be_new_on_an_old_page(parts: Ingest) -> None:
    """A channel's messages have addresses of their own: none is as old as the channel's page."""
    message = PERMALINK.format(number=77)
    file = parts.sources["kenh"].file
    file.write_text(file.read_text("utf-8") + MESSAGES, encoding="utf-8")
    known = KnownPage(url=T, source="kenh", capture="c" * 64, checked_at=later(-100))
    parts.state.record([], [known])
    fetch(parts, T, thread(T, [77]), source="kenh")

    ingest_pending(parts)

    assert fates(parts) == {T: Fate.NEW}
    assert [(p.url, p.fetched_at) for p in parts.store.scan(Post)] == [(message, WHEN)]


def test_a_page_met_again_keeps_its_first_time(parts: Ingest) -> None:
    """Its post expires when it would have, had it stayed."""
    before = WHEN - timedelta(days=20)
    known = KnownPage(url=A, source="bao_thu", capture="c" * 64, checked_at=before)
    parts.state.record([], [known])
    fetch(parts, A, article(A))

    ingest_pending(parts)

    assert [post.fetched_at for post in parts.store.scan(Post)] == [before]


def test_a_reworded_check_is_the_same_check(parts: Ingest) -> None:
    """A page that corrects its claim or its rating leaves one check, not two."""
    page = article(A).replace("</head>", CLAIM_REVIEW + "</head>")
    fetch(parts, A, page)
    ingest_pending(parts)
    fetch(
        parts, A, page.replace("sẽ vỡ đêm nay", "nứt ba mét").replace('"Sai"', '"Đúng"'), run="r2"
    )
    ingest_pending(parts)

    (check,) = parts.store.scan(FactCheck)
    assert (check.claim, check.rating, check.revision) == ("Đập nứt ba mét", Rating.TRUE, 2)


def test_a_living_post_is_edited_however_old(parts: Ingest) -> None:
    """What a flag keeps alive past its time still takes its page's edits."""
    long_ago = WHEN - timedelta(days=91)
    known = KnownPage(url=A, source="bao_thu", capture="c" * 64, checked_at=long_ago)
    parts.state.record([], [known])
    old = make_post(id=stable_id("bao_thu", A), source="bao_thu", url=A, fetched_at=long_ago)
    parts.store.put([old])
    fetch(parts, A, article(A))

    ingest_pending(parts)

    (post,) = parts.store.scan(Post)
    assert (post.edition, post.fetched_at) == (2, long_ago)
    assert fates(parts) == {A: Fate.CHANGED}


def test_bytes_that_alternate_are_new_once(parts: Ingest) -> None:
    """A, B, A with one text: new, then unchanged, whichever capture the post names."""
    for run, body in (("r1", article(A)), ("r2", article(A) + "<!-- -->"), ("r3", article(A))):
        fetch(parts, A, body, run=run)
        ingest_pending(parts)

    assert [fates(parts, run)[A] for run in ("r1", "r2", "r3")] == ["new", "unchanged", "unchanged"]


def test_what_extraction_found_is_counted_with_the_fate(parts: Ingest) -> None:
    """Posts, and those of them without date or title; a message needs no title."""
    page = article(A).replace("</head>", '<meta name="pubdate" content="2026-11-19"></head>')
    fetch(parts, A, page)
    fetch(parts, B, article(B, title=""))
    fetch(parts, T, thread(T, (1, 2, 3)), source="kenh")
    fetch(parts, C, "<html><body><img src='x.jpg' alt=''></body></html>")

    ingest_pending(parts)

    found = {f.url: (f.posts, f.undated, f.untitled) for f in parts.state.pages_of("r1")}
    assert found == {A: (1, 0, 0), B: (1, 1, 1), T: (3, 3, 0), C: (0, 0, 0)}


def test_a_copy_under_another_address_is_no_edit(parts: Ingest) -> None:
    """A page that names another one as its own, and differs a little, changes nothing of it."""
    for run in ("r1", "r2"):
        fetch(parts, A, article(A), run=run)
        fetch(parts, B, article(A, TEXTS[1]), run=run, at=later(0.1))
        ingest_pending(parts)

    (post,) = parts.store.scan(Post)
    assert (post.edition, fates(parts, "r2")) == (1, {A: Fate.UNCHANGED, B: Fate.DUPLICATE})


def test_a_crawl_that_goes_on_is_waited_for(parts: Ingest) -> None:
    """Pages that come while others are read are read too, each once; the last one as well."""
    fetch(parts, A, article(A))
    more = iter([(B, True), (C, False)])

    def goes_on() -> bool:
        url, again = next(more)
        fetch(parts, url, article(url, title=url[-1]))
        return again

    assert ingest_pending(parts, while_=goes_on) == 3
    assert fates(parts) == {A: Fate.NEW, B: Fate.NEW, C: Fate.NEW}


def test_what_was_settled_meanwhile_keeps_its_fate(parts: Ingest) -> None:
    """Two that read the same pages at once settle each of them once."""
    fetch(parts, A, article(A))
    fate = next(parts.state.pending())
    ingest_pending(parts)

    parts.state.contents.settle(Settled(fates=(msgspec.structs.replace(fate, fate=Fate.NO_TEXT),)))

    assert fates(parts) == {A: Fate.NEW}
