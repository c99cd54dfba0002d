"""Authors are taken out of a page; what stands beside them and is no name stays."""

from datetime import UTC, datetime

import pytest

from crawlers.extract import extract
from tests.crawlers.pages import BODY, NAMES, raw, source

AT = datetime(2026, 11, 18, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "byline",
    [
        "<div class=author>{} | 18/11/2026 08:15</div>",
        "<div class=author>{} - 08:15, 18/11/2026</div>",
        "<div class=author>By <a href=/u>{}</a> November 18, 2026 | 08:15 am GMT+7</div>",
        "<p class=byline>{}, 18 tháng 11 năm 2026, 08:15</p>",
        "<div class=author-box>{}<time class=at datetime='2026-11-18 08:15'></time></div>",
        "{}<time class=author-time datetime='2026-11-18T08:15:00+07:00'>sáng nay</time>",
    ],
)
def test_a_date_beside_an_author_is_kept(byline: str) -> None:
    """The time of publication is read where it stands in what names the author, who goes."""
    body = (
        f"<div><h1>Nước đã rút</h1>{byline.format(NAMES[0])}<div class=noi-dung>{BODY}</div></div>"
    )
    (draft,) = extract(raw(f"<html><body>{body}</body></html>"), source()).drafts

    assert draft.published_at == AT
    assert NAMES[0] not in repr(draft)
    assert "2026" not in draft.text


@pytest.mark.parametrize(
    "embed",
    [
        (
            "<blockquote class='twitter-tweet'><p>{said}</p>&mdash; {name} (@{nick}) "
            "<a href=/s/1>November 15, 2026</a></blockquote>"
        ),
        (
            "<blockquote class='tiktok-embed' cite=x><section><a href=/@{nick}>@{nick}</a>"
            "<p>{said}</p><a href=/m>♬ nhạc nền - {name}</a></section></blockquote>"
        ),
        (
            "<div class=fb-post><blockquote class=fb-xfbml-parse-ignore><p>{said}</p>Posted by "
            "<a href=/x>{name}</a> on <a href=/y>Sunday</a></blockquote></div>"
        ),
        (
            "<blockquote class='bluesky-embed'><p>{said}</p>&mdash; {name} (<a href=/p>@{nick}</a>)"
            "</blockquote>"
        ),
    ],
)
def test_of_an_embedded_post_only_its_words_stay(embed: str) -> None:
    """Whose post it is, by name and by handle, is nowhere in what comes out (boundary 1)."""
    said = "Cầu Ván sập rồi bà con ơi, đừng ai đi qua đó nữa nhé!"
    post = embed.format(said=said, name=NAMES[1], nick=NAMES[5])
    (draft,) = extract(
        raw(f"<html><body><div>{BODY}{post}{BODY}</div></body></html>"), source()
    ).drafts

    assert said in draft.text
    assert NAMES[1] not in draft.text
    assert NAMES[5] not in draft.text
    assert "nhạc nền" not in draft.text


def test_an_embedded_post_without_words_leaves_nothing() -> None:
    """What a network writes for a post that it doesn't show names its author only."""
    said = f"A post shared by {NAMES[1]} (@{NAMES[5]})"
    post = f"<blockquote class=instagram-media><p>{said}</p></blockquote>"
    (draft,) = extract(
        raw(f"<html><body><div>{BODY}{post}{BODY}</div></body></html>"), source()
    ).drafts

    assert NAMES[1] not in draft.text
    assert "shared" not in draft.text
