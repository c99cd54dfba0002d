"""How messages are told apart, and what strangers' markup can't do."""

import pytest

from crawlers.drafts import Draft
from crawlers.software.reading import MESSAGES, voices
from crawlers.software.telegram import older
from crawlers.source import FORUMS, Software
from kiemchung.errors import ExtractionError
from kiemchung.vocabulary import Fate, PostKind
from tests.crawlers.software.saved_pages import SAVED, extract

RSS = "application/rss+xml"
CHANNEL = "https://t.example/s/kenhboke"
TELEGRAM = (
    '<div class="tgme_widget_message" data-post="{0}"><div class="tgme_widget_message_text">{1}'
    '</div><a class="tgme_widget_message_date"><time datetime="{2}"></time></a></div>'
)
PHPBB = (
    '<h2 class="topic-title">Chợ đêm</h2><div id="p{0}" class="post {2}"><p class="author">'
    '<time datetime="2026-11-20T01:00:00Z"></time></p><div class="postbody">'
    '<div class="content">{1}</div></div></div>'
)
TOPIC = "https://a.example/viewtopic.php?t=15"


def telegram(*messages: tuple[str, str]) -> tuple[Draft, ...]:
    """Return what a preview with `messages` (id, text) yields."""
    body = "".join(TELEGRAM.format(*each, "2026-11-20T01:00:00Z") for each in messages)
    return extract(Software.TELEGRAM, body, CHANNEL).drafts


def test_one_message_on_two_pages_is_one_post() -> None:
    """A message's address is the same wherever it stands: front page, cursor, session."""
    body = TELEGRAM.format("kenhboke/7", "Chợ nghỉ chiều nay", "2026-11-20T01:00:00Z")
    topic = PHPBB.format(84, "Cầu đã sửa xong", "")

    messages = [extract(Software.TELEGRAM, body, CHANNEL + end) for end in ("", "?before=8")]
    replies = [
        extract(Software.PHPBB, topic, f"{TOPIC}{end}")
        for end in ("&start=10", "&f=2&start=20&sid=0123456789abcdef0123456789abcdef")
    ]
    assert messages[0].drafts == messages[1].drafts
    assert replies[0].drafts == replies[1].drafts
    assert replies[0].drafts[0].url == "https://a.example/viewtopic.php?p=84#p84"


def test_a_reply_does_not_take_a_deleted_openers_place() -> None:
    """Where the opening post is gone, its title is nobody's."""
    body = PHPBB.format(1, "Đã xóa", "deleted") + PHPBB.format(2, "Tôi thấy không phải", "")

    (reply,) = extract(Software.PHPBB, body, TOPIC).drafts
    assert (reply.kind, reply.title) == (PostKind.COMMENT, "")
    assert reply.url.endswith("?p=2#p2")


def test_a_pinned_opener_is_the_opener_on_each_page() -> None:
    """A first post that is shown again on page 3 is the thread's, not a reply."""
    page = (SAVED / "xenforo" / "thread.html").read_text(encoding="utf-8")
    thread = "https://baigiua.example/threads/nuoc-gieng-sau-lu-co-uong-duoc-khong.52/"

    first, third = (extract(Software.XENFORO, page, thread + end) for end in ("", "page-3"))
    assert first.drafts == third.drafts
    assert first.drafts[0].kind is PostKind.POST


def test_messages_of_other_channels_are_left_out() -> None:
    """A page tells messages of its own channel only; whoever's it says that they are."""
    assert telegram(("khac/1", "Tin của kênh khác"), ("kenhboke/x", "Không có số")) == ()


def test_a_page_without_messages_says_so() -> None:
    """A closed topic, a login page and an empty feed have no text, which is told."""
    login = "<form action='/login'><p>Bạn phải đăng nhập để xem nội dung này.</p></form>"
    feed = "<rss><channel><title>Hội</title></channel></rss>"

    fates = [extract(software, login, TOPIC).fate for software in sorted(FORUMS)]
    assert fates == [Fate.NO_TEXT] * len(FORUMS)
    assert extract(Software.MASTODON, feed, TOPIC, content_type=RSS).fate is Fate.NO_TEXT


def test_a_page_has_a_limit_of_messages() -> None:
    """A page with messages without end yields the first ones."""
    body = "".join(
        TELEGRAM.format(f"kenhboke/{n}", f"tin {n}", "") for n in range(1, MESSAGES + 50)
    )

    assert len(extract(Software.TELEGRAM, body, CHANNEL).drafts) == MESSAGES


def test_names_are_left_out_where_they_are_addressed() -> None:
    """Whom a line answers isn't told; that it quotes somebody is."""
    by = voices(["Võ Hoài An", "@an_98", "Võ Hoài An", " ", "X"])

    said = list(by.left_out(["@an_98, sai rồi", "võ hoài an đã viết: mai nghỉ", "@an_981 kìa"]))
    assert said == ["sai rồi", "… đã viết: mai nghỉ", "@an_981 kìa"]


def test_patterns_in_names_do_nothing() -> None:
    """A name made of a pattern's signs is a name."""
    by = voices(["(a+)+$", ".*", "[a-z"])

    assert list(by.left_out(["aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "@.* chào"])) == [
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
        "chào",
    ]


def test_contacts_in_a_message_stay() -> None:
    """A handle that a message tells its readers to write to is what it says, not who says it."""
    (draft,) = telegram(("kenhboke/1", 'Nhắn <a href="https://t.me/x">@viecnhe_09</a> nhận việc'))

    assert draft.text == "Nhắn @viecnhe_09 nhận việc"


HOSTILE = ["<div>" * 100_000, "<p>x" * 300_000, "<a " + "b=c " * 100_000 + ">"]


@pytest.mark.parametrize("body", HOSTILE)
@pytest.mark.parametrize("software", [*sorted(FORUMS), Software.TELEGRAM])
def test_hostile_pages_are_refused(software: Software, body: str) -> None:
    """Pages that would keep a parser busy are told as such."""
    with pytest.raises(ExtractionError, match="page"):
        extract(software, body, CHANNEL)


BOMB = "<!DOCTYPE r [<!ENTITY a 'ha'>]><rss><channel><item>&a;</item></channel></rss>"
NESTED = "<rss><channel><item><link>https://a.example/1</link><description>{}</description></item>"


@pytest.mark.parametrize("body", ["", "plain words", BOMB])
@pytest.mark.parametrize("software", sorted(set(Software) - FORUMS - {Software.TELEGRAM}))
def test_what_is_no_feed_is_refused(software: Software, body: str) -> None:
    """Nothing, words and declared entities are told as faults."""
    with pytest.raises(ExtractionError, match="feed"):
        extract(software, body, TOPIC, content_type=RSS)


def test_hostile_html_in_a_feed_is_refused() -> None:
    """What a message holds is looked at like a page of its own."""
    with pytest.raises(ExtractionError, match="nested"):
        extract(Software.MASTODON, NESTED.format("&lt;i&gt;" * 5_000), TOPIC, content_type=RSS)


def test_cursors_only_fall() -> None:
    """A page that points to itself, to newer ones, another channel or host leads nowhere."""
    page = '<a href="{}" class="tme_messages_more js-messages_more"></a>'
    leads = {
        "/s/kenhboke?before=90": f"{CHANNEL}?before=90",
        "/s/kenhboke?before=100": "",
        "/s/kenhboke?before=140": "",
        "/s/kenhboke?after=90": "",
        "/s/khac?before=90": "",
        "https://b.example/s/kenhboke?before=90": "",
        "/s/kenhboke?before=0": "",
        "http://[x": "",
    }

    for href, url in leads.items():
        assert older(page.format(href), f"{CHANNEL}?before=100").url == url


def test_a_preview_says_what_stands_on_it() -> None:
    """Messages, their dates and the page before are read without a tree."""
    told = older((SAVED / "telegram" / "front.html").read_text(encoding="utf-8"), CHANNEL)

    assert told.url == f"{CHANNEL}?before=101"
    assert "kenhboke/101" in told.messages
    assert min(told.dates) == "2026-11-22T05:30:00+00:00"
