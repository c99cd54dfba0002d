"""What the default extraction reads out of a page, and what it leaves there."""

import json
from datetime import UTC, datetime

import pytest

from crawlers.document import parse
from crawlers.drafts import CheckDraft, Draft, Extracted
from crawlers.extract import EXTRACTOR, extract
from kiemchung.errors import ExtractionError
from kiemchung.records import Record
from kiemchung.text import ASTRIDE, TEXT_LIMIT
from kiemchung.vocabulary import Fate, PostKind, Rating
from tests.crawlers.pages import BODY, FETCHED, NAMES, SIGNED, URL, raw, source
from tests.crawlers.test_charset import HEAD, in_1258


def only(body: str | bytes, **fields: str) -> Draft:
    """Extract `body`, and return its one draft."""
    (draft,) = extract(raw(body, **fields), source()).drafts
    return draft


def test_an_article_comes_out_whole() -> None:
    """Title, text, date, language, kind and address are the page's own."""
    draft = only(SIGNED)

    assert draft.title == "Nước sông Mây đã rút"
    assert draft.published_at == datetime(2026, 11, 18, 1, 15, tzinfo=UTC)
    assert draft.url == "http://bao.example/bai-1?nguon=chuan"
    assert (draft.kind, draft.language, draft.truncated) == (PostKind.ARTICLE, "vi", False)
    for paragraph in BODY.replace("<p>", "").split("</p>"):
        assert " ".join(paragraph.split()) in draft.text


def test_menus_and_comments_stay_out() -> None:
    """Neither the menu nor what readers wrote below is the article."""
    text = only(SIGNED).text

    assert "Trang chủ" not in text
    assert "Bình luận ở đây" not in text


@pytest.mark.parametrize("name", NAMES)
def test_no_author_comes_out(name: str) -> None:
    """A name marked in any of a dozen ways is in no field of what is extracted (boundary 1)."""
    extracted = repr(extract(raw(SIGNED), source()))

    assert name in SIGNED
    assert name not in extracted


@pytest.mark.parametrize("record", [Draft, CheckDraft, Extracted])
def test_no_field_could_hold_a_person(record: type[Record]) -> None:
    """What extraction yields has no field for an author, a claimant or a handle."""
    fields = " ".join(record.__struct_fields__)

    assert not any(word in fields for word in ("author", "claimant", "creator", "user", "name"))


def test_a_person_in_the_text_stays() -> None:
    """People whom an article is about are its content; only who signs it is left out."""
    text = only(SIGNED.replace("Trạm y tế phường", f"Bác sĩ {NAMES[0]}")).text

    assert f"Bác sĩ {NAMES[0]} khuyên" in text


@pytest.mark.parametrize(
    "wrap",
    [
        '<div class="message has-author">{}</div>',
        '<div class="single-author post"><p>{}</p></div>',
        '<div class="author-message">{}</div>',
        "<main>{}</main>",
        "{}",
    ],
)
def test_short_messages_are_not_lost(wrap: str) -> None:
    """A message of one sentence is text, in whatever box it stands."""
    sentence = (
        "Shop báo trước: đơn hàng tuần này giao chậm hai ngày vì đường vào Phố Núi còn ngập, "
        "mong khách hàng thông cảm và giữ liên lạc."
    )

    assert sentence in only(f"<html><body>{wrap.format(sentence)}</body></html>").text


def test_a_page_without_text_says_so() -> None:
    """A page of pictures yields nothing, and the fate that says it."""
    extracted = extract(raw("<html><body><img src=a.jpg></body></html>"), source())

    assert (extracted.drafts, extracted.fate) == ((), Fate.NO_TEXT)


def test_long_text_is_cut_and_said() -> None:
    """Little more than TEXT_LIMIT characters come out (the rest is cut when they are masked)."""
    draft = only("<article>" + "<p>Nước đã rút, đường đã thông.</p>" * 2_000 + "</article>")

    assert len(draft.text) == TEXT_LIMIT + ASTRIDE
    assert draft.truncated


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/khac", "http://bao.example/khac"),
        ("http://bao.example/khac#neo", "http://bao.example/khac"),
        ("http://other.example/khac", URL),
        ("/", URL),
        ("javascript:alert(1)", URL),
        ("http://[bad/", URL),
        ("http://who:pw@bao.example/khac", URL),
        ("/khac?utm_source=fb&id=3", "http://bao.example/khac?id=3"),
    ],
)
def test_a_canonical_address_stays_on_its_host(link: str, url: str) -> None:
    """A page may name another address of its own host, and neither another host nor its front."""
    body = f'<html><head><link rel="canonical" href="{link}"></head><body>{BODY}</body></html>'

    assert only(body).url == url


def test_a_canonical_address_is_found_however_it_is_written() -> None:
    """In any case, beside other relations, relative to the page's base, on the source's hosts."""
    base = "<base href='http://bao.example/tin/'>"
    body = f"<html><head>{base}<link rel='Shortlink Canonical' href='khac'></head><body>{BODY}"
    moved = body.replace("href='khac'", "href='http://www.bao.example/khac'")
    hosts = source(hosts=("www.bao.example",))

    assert only(body).url == "http://bao.example/tin/khac"
    assert only(moved).url == URL
    assert extract(raw(moved), hosts).drafts[0].url == "http://www.bao.example/khac"


@pytest.mark.parametrize(
    "markup",
    [
        '<meta property="article:modified_time" content="2026-11-19T10:00:00+07:00">',
        '<script type="application/ld+json">{"dateModified": "2026-11-19T10:00:00+07:00"}</script>',
        '<meta itemprop="dateModified" content="2026-11-19T10:00:00+07:00">',
    ],
)
def test_the_time_of_the_last_change_comes_out(markup: str) -> None:
    """A page that says when it was changed tells its readers, however it says so."""
    draft = only(f"<html><head>{markup}</head><body>{BODY}</body></html>")

    assert draft.modified_at == datetime(2026, 11, 19, 3, 0, tzinfo=UTC)


def test_pages_too_deep_to_be_whole_are_refused() -> None:
    """Behind 256 elements lxml loses text without a word; a deep page still comes out whole."""
    assert "đáy giếng" in only("<div>" * 180 + "Câu này nằm dưới đáy giếng." + "</div>" * 180).text
    with pytest.raises(ExtractionError, match="deeper"):
        extract(raw("<div>" * 250 + "Câu này nằm dưới đáy giếng."), source())


def test_a_date_above_the_text_is_its_date() -> None:
    """Old pages declare no date and have no heading: it stands closely above the text."""
    draft = only(f"<td>Tin lũ</td><td>Thứ Tư, 18/11/2026, 08:15 (GMT+7)</td><td>{BODY}</td>")

    assert draft.published_at == datetime(2026, 11, 18, 1, 15, tzinfo=UTC)
    assert "GMT" not in draft.text


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Tin lũ - Báo Bến Sen</title>", "Tin lũ"),
        ("<title>Tin lũ | Báo Bến Sen</title><meta property=og:title content='Tin A'>", "Tin A"),
        ('<script type="application/ld+json">{"headline": "Tin B"}</script>', "Tin B"),
        ("", ""),
    ],
)
def test_titles_come_bare(head: str, title: str) -> None:
    """The page's title, without its site's name."""
    assert only(f"<html><head>{head}</head><body>{BODY}</body></html>").title == title


@pytest.mark.parametrize(
    ("markup", "date"),
    [
        ('<meta name="pubdate" content="2026-11-18T08:15:00+07:00">', "2026-11-18T01:15:00"),
        ('<meta itemprop="datePublished" content="2026-11-18T08:15">', "2026-11-18T01:15:00"),
        ('<span itemprop="datePublished">18/11/2026, 8:15</span>', "2026-11-18T01:15:00"),
        (
            '<article><time datetime="2026-11-18T01:15:00Z">x</time></article>',
            "2026-11-18T01:15:00",
        ),
        ('<meta name="pubdate" content="1970-01-01T00:00:00Z">', None),
        ('<meta name="pubdate" content="2569-11-18T08:15:00+07:00">', "2026-11-18T01:15:00"),
        ('<meta name="pubdate" content="2026-12-18T08:15:00+07:00">', None),
        ('<meta name="pubdate" content="hôm qua">', "2026-11-22T17:00:00"),
        ('<meta name="pubdate" content="99/99/2026">', None),
    ],
)
def test_dates_are_read_or_left_out(markup: str, date: str | None) -> None:
    """Declared dates come out in UTC; those that can't be are none."""
    found = only(f"<html><body>{markup}{BODY}</body></html>").published_at

    assert (found and found.isoformat()) == (date and f"{date}+00:00")


@pytest.mark.parametrize("declared", [b"windows-1258", b""])
def test_old_vietnamese_pages_come_out_composed(declared: bytes) -> None:
    """windows-1258, declared or not, comes out as right NFC text."""
    body = HEAD % declared + in_1258(BODY) + b"</div></body></html>"

    assert "đun sôi nước uống, rửa tay bằng xà phòng" in only(body, content_type="text/html").text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x89PNG", "image/png"),
        (b"a" * 5_000_001, "text/html"),
        (b"<div>" * 50_000, "text/html"),
        (b"", "text/html"),
    ],
)
def test_what_can_not_be_read_is_an_error(body: bytes, content_type: str) -> None:
    """Wrong type, size, shape and emptiness are told before a parser is troubled."""
    with pytest.raises(ExtractionError):
        extract(raw(body, content_type=content_type), source())


def test_nulls_and_surrogates_do_not_pass() -> None:
    """A null byte and a lone surrogate become the replacement character."""
    text = only(
        f"<html><body>{BODY}<p>Dòng có \x00 và &#xD800; ở giữa câu này.</p></body></html>"
    ).text

    assert "\x00" not in text
    assert text.encode("utf-8")


def review(**fields: object) -> str:
    """Return a page with one ClaimReview, and author markup around it."""
    item = {
        "@context": "https://schema.org",
        "@type": ["ClaimReview"],
        "claimReviewed": "Nước lá đu đủ chữa khỏi ung thư",
        "url": "http://bao.example/bai-1",
        "datePublished": "2026-11-19",
        "author": {"@type": "Organization", "name": "Kiểm Tin"},
        "itemReviewed": {"@type": "Claim", "author": {"@type": "Person", "name": NAMES[1]}},
        "reviewRating": {"@type": "Rating", "alternateName": "Sai"},
        "description": "Không có thử nghiệm nào cho thấy điều đó.",
        **fields,
    }
    data = json.dumps({"@graph": [item]}, ensure_ascii=False)
    script = f'<script type="application/ld+json">{data}</script>'
    return f"<html><head>{script}</head><body>{BODY}<p>{NAMES[1]}</p></body></html>"


def check(**fields: object) -> CheckDraft:
    """Return the check on such a page."""
    (found,) = extract(raw(review(**fields)), source()).fact_checks
    return found


def test_a_claim_review_becomes_a_check() -> None:
    """Claim, rating in both forms, publisher, date, address and summary come out."""
    assert check() == CheckDraft(
        claim="Nước lá đu đủ chữa khỏi ung thư",
        rating=Rating.FALSE,
        rating_text="Sai",
        publisher="Kiểm Tin",
        url="http://bao.example/bai-1",
        review_date=datetime(2026, 11, 18, 17, tzinfo=UTC),
        summary="Không có thử nghiệm nào cho thấy điều đó.",
    )


def test_the_claimant_is_dropped() -> None:
    """Who spread the claim is in nothing that comes out."""
    assert NAMES[1] not in repr(extract(raw(review()), source()))


def test_a_person_is_no_publisher() -> None:
    """A review signed by a person carries its source's title instead."""
    signed = check(author={"@type": "Person", "name": NAMES[2]})

    assert signed.publisher == "Báo Bến Sen"


def test_a_check_can_not_borrow_a_host() -> None:
    """A review that names an address elsewhere gets its own page's (boundary 4)."""
    assert check(url="http://kiemtin.example/1").url == URL


@pytest.mark.parametrize("rating", [{"ratingValue": 1, "worstRating": 1, "bestRating": 5}, "Sai"])
def test_ratings_come_in_several_forms(rating: object) -> None:
    """A bare word, or a number on its scale, is a rating too."""
    assert check(reviewRating=rating).rating is Rating.FALSE


@pytest.mark.parametrize("data", ["{", "[" * 100_000, '{"@type": "ClaimReview"}', "null", "[1, 2]"])
def test_broken_json_ld_is_passed_over(data: str) -> None:
    """JSON-LD that can't be read costs the checks, not the page."""
    body = f'<html><body><script type="application/ld+json">{data}</script>{BODY}</body></html>'

    extracted = extract(raw(body), source())
    assert len(extracted.drafts) == 1
    assert extracted.fact_checks == ()


def test_a_json_page_may_hold_checks() -> None:
    """A page of JSON-LD yields its checks, and no post."""
    item = {"@type": "ClaimReview", "claimReviewed": "X", "reviewRating": {"alternateName": "Đúng"}}
    page = raw(json.dumps([item]), content_type="application/ld+json")

    extracted = extract(page, source())
    assert extracted.drafts == ()
    assert extracted.fact_checks[0].rating is Rating.TRUE


def test_extraction_is_pure() -> None:
    """The same page gives the same drafts; the version of what made them goes along."""
    first, second = (extract(raw(SIGNED), source()) for _ in range(2))

    assert first == second
    assert first.extractor == EXTRACTOR
    assert parse(raw(SIGNED)).url == URL
    assert raw(SIGNED).fetched_at == FETCHED
