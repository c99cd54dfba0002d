"""Pages and sources for the tests of extraction."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from crawlers.source import Source, SourceStatus, SpiderKind
from kiemchung.records import RawPage
from kiemchung.vocabulary import SourceKind

FETCHED = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
URL = "http://bao.example/bai-1"
NAMES = (
    "Nguyễn Thị Hồng Vân",
    "Trần Bảo Quốc",
    "Lê Phương Uyên",
    "Đoàn Minh Khuê",
    "Phạm Gia Hưng",
    "bongbong_1998",
    "Võ Hoài An",
)


def source(**fields: Any) -> Source:
    """Return a source; `fields` replace its own."""
    return Source(
        **{
            "name": "bao",
            "title": "Báo Bến Sen",
            "kind": SourceKind.NEWSPAPER,
            "owner": "the tests",
            "why": "it is ours",
            "spider": SpiderKind.FEED,
            "listings": ("http://bao.example/rss",),
            "status": SourceStatus.VERIFIED,
            **fields,
        }
    )


def raw(
    body: str | bytes, *, url: str = URL, content_type: str = "text/html; charset=utf-8"
) -> RawPage:
    """Return `body` as it would have been fetched."""
    data = body.encode() if isinstance(body, str) else body
    return RawPage(
        url=url,
        source="bao",
        status=200,
        headers=(("content-type", content_type),) if content_type else (),
        body=data,
        fetched_at=FETCHED,
        sha256=sha256(data).hexdigest(),
    )


BODY = """
<p>Sáng nay mực nước sông Mây tại trạm Bến Sen xuống dưới mức báo động hai, các hộ dân ven sông bắt
đầu quay về nhà dọn bùn.</p>
<p>Trạm y tế phường khuyên người dân đun sôi nước uống, rửa tay bằng xà phòng và đi khám ngay khi
bị sốt hoặc tiêu chảy.</p>
<p>Điện lực Lam Hà cho biết toàn bộ đường dây hạ thế đã được kiểm tra trước khi đóng điện trở lại
vào chiều qua.</p>
"""
SIGNED = f"""<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8">
<title>Nước sông Mây đã rút - {NAMES[0]} | Báo Bến Sen</title>
<meta property="og:title" content="Nước sông Mây đã rút | Báo Bến Sen">
<meta property="og:site_name" content="Báo Bến Sen">
<meta name="author" content="{NAMES[0]}"><meta property="article:author" content="{NAMES[1]}">
<meta name="twitter:creator" content="@{NAMES[5]}">
<meta property="article:published_time" content="2026-11-18T08:15:00+07:00">
<link rel="canonical" href="/bai-1?nguon=chuan">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "Nước sông Mây đã rút", "datePublished": "2026-11-18T08:15:00+07:00",
"author": [{{"@type": "Person", "name": "{NAMES[2]}"}}, "{NAMES[6]}"]}}</script></head>
<body class="single single-author"><nav><a href="/">Trang chủ</a></nav>
<main><article class="post has-author"><h1>Nước sông Mây đã rút</h1>
<div class="byline">Bài: <a rel="author" href="/u/1">{NAMES[0]}</a></div>
<span itemprop="author" itemscope><span itemprop="name">{NAMES[1]}</span></span>
<div class="authorName">{NAMES[3]}</div>
{BODY}
<figure><img src="a.jpg"><figcaption>Người dân dọn bùn. Ảnh: {NAMES[4]}</figcaption></figure>
<p style="text-align: right;"><strong>{NAMES[3]}</strong></p>
<p>Tác giả: {NAMES[4]}</p>
<p>{NAMES[2]}</p>
<address>{NAMES[1]}, toà soạn Bến Sen</address>
</article>
<div class="author-bio"><p>{NAMES[0]} là phóng viên mảng môi trường, viết cho báo từ năm 2009 và đã
đi qua nhiều mùa lũ ở Lam Hà; chị sống tại Bến Sen cùng gia đình và hai con mèo.</p></div>
<section class="comments"><p class="nick-name">{NAMES[5]}</p><p>Bình luận ở đây</p></section>
</main></body></html>"""
