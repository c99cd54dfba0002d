"""Fictional records for the pages: every outlet, person and case in them is made up."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from kiemchung.masking import mask
from kiemchung.records import Evidence, FactCheck, Flag, Indicator, Reason, Signal, Story, stable_id
from kiemchung.vocabulary import (
    Harm,
    IndicatorType,
    MatchState,
    PublisherType,
    Rating,
    SignalLabel,
    SourceKind,
    Stance,
    Status,
)

NOW = datetime(2026, 3, 12, 2, 15, tzinfo=UTC)
PHONE = "0912 345 678"
ACCOUNT = "1903 4567 8901 23"

SCAM = (
    "Ngân hàng Sông Xanh thông báo: tài khoản của quý khách sẽ bị khóa trong 24 giờ. "
    f"Vui lòng gọi ngay {PHONE} và đọc mã OTP cho nhân viên để xác minh.\n\n"
    f"Phí mở khóa 500.000 đồng chuyển vào số tài khoản {ACCOUNT}. "
    "Không chia sẻ thông báo này cho người nhà."
)
LEMON = (
    "Chia sẻ gấp cho cả nhà cùng biết! Uống nước chanh nóng mỗi sáng là khỏi hẳn tiểu đường, "
    "không cần tiêm thuốc nữa. Bà con xóm tôi bỏ thuốc ba tháng nay vẫn khỏe."
)
DAM = (
    "KHẨN: đập Suối Vàng đã vỡ lúc 3 giờ sáng, nước đang tràn về ba xã hạ lưu. "
    "Ai có người nhà ở Bến Lau gọi chạy ngay, loa xã không báo đâu!"
)
ABUSE = "Bọn què đó ra đường làm gì cho vướng mắt, tao mà gặp thì đập cho gãy nốt chân còn lại."
CHANNEL = "kenhxomcho"


def span(text: str, words: str) -> tuple[int, int]:
    """Return the place of `words` in `text`."""
    start = text.index(words)
    return start, start + len(words)


def a_signal(text: str, words: str, label: SignalLabel, reason: str, score: float) -> Signal:
    """Build a signal on `words`; "" is the whole text."""
    start, end = span(text, words) if words else (0, len(text))
    return Signal(
        detector=label.value,
        version="2026.3",
        label=label,
        score=score,
        start=start,
        end=end,
        reason=reason,
    )


def a_check(slug: str, **changes: Any) -> FactCheck:
    """Build a published check."""
    fields: dict[str, Any] = {
        "id": stable_id("check", slug),
        "claim": "Uống nước chanh nóng chữa khỏi tiểu đường",
        "rating": Rating.FALSE,
        "rating_text": "Sai sự thật",
        "publisher": "Soi Tin",
        "publisher_type": PublisherType.INDEPENDENT_CHECKER,
        "url": f"http://soitin.example/kiem-chung/{slug}",
        "review_date": NOW - timedelta(days=40),
        "summary": "Không có nghiên cứu nào cho thấy nước chanh thay được thuốc. Bỏ thuốc điều trị "
        "có thể dẫn tới hôn mê.",
        "capture": hashlib.sha256(slug.encode()).hexdigest(),
        "fetched_at": NOW - timedelta(days=2),
    }
    return FactCheck(**(fields | changes))


def some_evidence(check: FactCheck, text: str, words: str, **changes: Any) -> Evidence:
    """Build the evidence that `check` is against `words` of `text`."""
    start, end = span(text, words)
    fields: dict[str, Any] = {
        "fact_check": check.id,
        "about_itself": False,
        "stance": Stance.REPEATS,
        "score": 0.93,
        "state": MatchState.STRONG,
        "start": start,
        "end": end,
        "quote": words,
    }
    shared = ("claim", "publisher", "publisher_type", "own", "rating", "rating_text", "url")
    fields |= {name: getattr(check, name) for name in (*shared, "capture", "review_date")}
    return Evidence(**(fields | changes))


def a_flag(slug: str, text: str, **changes: Any) -> Flag:
    """Build a flag on `text`, masked as the pipeline masks it."""
    masked = mask(text)
    fields: dict[str, Any] = {
        "id": stable_id("flag", slug),
        "post": stable_id("post", slug),
        "label": Harm.SCAM,
        "status": Status.UNVERIFIED,
        "priority": 60,
        "reasons": (),
        "signals": (a_signal(masked, "", SignalLabel.SCAM, "scam.tone", 0.71),),
        "versions": "rules 2026.3 · matching 1 · triage 1",
        "source": CHANNEL,
        "source_kind": SourceKind.CHANNEL,
        "url": f"http://{CHANNEL}.example/tin/{slug}",
        "text": masked,
        "capture": hashlib.sha256(slug.encode()).hexdigest(),
        "published_at": NOW - timedelta(hours=3),
        "fetched_at": NOW,
    }
    return Flag(**(fields | changes))


CHECKS = (
    a_check("nuoc-chanh"),
    a_check(
        "chanh-benh-vien",
        publisher="Bệnh viện Đồng Mây",
        publisher_type=PublisherType.MEDICAL_SCIENTIFIC,
        rating=Rating.MISLEADING,
        rating_text="Không đúng, gây hại",
        url="http://benhviendongmay.example/hoi-dap/chanh",
        review_date=NOW - timedelta(days=12),
        summary="Người bệnh tiểu đường không được tự ý bỏ thuốc.",
    ),
    a_check(
        "vo-dap",
        claim="Đập Suối Vàng đã vỡ trong đêm",
        publisher="Sở Thủy lợi tỉnh Đồng Mây",
        publisher_type=PublisherType.AUTHORITY,
        rating_text="Tin giả",
        url="http://thuyloi.example/thong-bao/7",
        review_date=NOW - timedelta(hours=1),
        summary="",
    ),
    a_check(
        "moi-kiem",
        claim="Ăn tỏi sống phòng được sốt xuất huyết",
        rating=Rating.UNPROVEN,
        rating_text="Chưa có căn cứ",
        review_date=None,
        summary="Chưa tìm thấy nghiên cứu nào.",
    ),
)


def _reason(code: str, vi: str, en: str) -> Reason:
    return Reason(code=code, vi=vi, en=en)


def scam_flag(slug: str = "khoa-tai-khoan", **changes: Any) -> Flag:
    """Build the scam, with overlapping signals, masked contacts and a story."""
    text = mask(SCAM)
    otp = "đọc mã OTP cho nhân viên"
    call = text[text.index("gọi ngay") : text.index(" để xác minh")]
    fields: dict[str, Any] = {
        "priority": 91,
        "title": "",
        "reasons": (
            _reason("scam.otp", "Đòi mã OTP", "Asks for a one-time code"),
            _reason("scam.hurry", "Ép làm gấp trong 24 giờ", "Presses to act within 24 hours"),
            _reason("scam.fee", "Đòi chuyển tiền trước", "Asks for money up front"),
            _reason("story", "Cùng lời ở 3 nơi trong một ngày", "Same words in 3 places in a day"),
        ),
        "signals": (
            a_signal(text, "sẽ bị khóa trong 24 giờ", SignalLabel.SCAM, "scam.hurry", 0.82),
            a_signal(text, call, SignalLabel.SCAM, "gọi số lạ", 0.77),
            a_signal(text, otp, SignalLabel.SCAM, "scam.otp", 0.95),
            a_signal(text, "Phí mở khóa 500.000 đồng", SignalLabel.SCAM, "scam.fee", 0.88),
            a_signal(text, "", SignalLabel.SCAM, "Giọng giả danh ngân hàng", 0.9),
        ),
        "indicators": (
            Indicator(type=IndicatorType.PHONE, start=SCAM.index(PHONE), end=SCAM.index(" và đọc")),
        ),
        "story": stable_id("story", "khoa"),
        "story_size": 3,
    }
    return a_flag(slug, SCAM, **(fields | changes))


def lemon_flag() -> Flag:
    """Build the false claim behind the evidence gate."""
    words = "Uống nước chanh nóng mỗi sáng là khỏi hẳn tiểu đường"
    return a_flag(
        "nuoc-chanh",
        LEMON,
        label=Harm.FALSE_CLAIM,
        status=Status.CONTRADICTED,
        priority=84,
        title="Bài thuốc nước chanh nóng cả xóm tôi đang dùng",
        reasons=(
            _reason(
                "match.strong", "Lặp lại điều đã bị kiểm chứng là sai", "Repeats a false claim"
            ),
            _reason("health.stop", "Khuyên bỏ thuốc điều trị", "Advises to stop treatment"),
        ),
        signals=(
            a_signal(LEMON, "không cần tiêm thuốc nữa", SignalLabel.HEALTH, "health.stop", 0.86),
            a_signal(LEMON, "khỏi hẳn tiểu đường", SignalLabel.HEALTH, "Hứa khỏi hẳn", 0.8),
        ),
        evidence=(
            some_evidence(CHECKS[0], LEMON, words),
            some_evidence(CHECKS[1], LEMON, "khỏi hẳn tiểu đường", score=0.74),
        ),
        source="diendanlangque",
        source_kind=SourceKind.FORUM,
        url="http://diendanlangque.example/chu-de/114",
    )


def dam_flag() -> Flag:
    """Build the rumour beside which only an authority's word lies."""
    return a_flag(
        "vo-dap",
        DAM,
        label=Harm.EMERGENCY,
        priority=77,
        reasons=(
            _reason("emergency.unsourced", "Tin thảm họa không nêu nguồn", "Disaster, no source"),
            _reason("emergency.call", "Kêu gọi chạy ngay", "Urges to flee now"),
        ),
        signals=(
            a_signal(
                DAM, "đập Suối Vàng đã vỡ", SignalLabel.EMERGENCY, "emergency.unsourced", 0.88
            ),
            a_signal(DAM, "gọi chạy ngay", SignalLabel.EMERGENCY, "emergency.call", 0.7),
        ),
        evidence=(
            some_evidence(CHECKS[2], DAM, "đập Suối Vàng đã vỡ", about_itself=True, score=0.83),
        ),
    )


def abuse_flag() -> Flag:
    """Build the threat."""
    return a_flag(
        "de-doa",
        ABUSE,
        label=Harm.ABUSE,
        priority=58,
        reasons=(_reason("abuse.threat", "Đe dọa người khuyết tật", "Threatens disabled people"),),
        signals=(a_signal(ABUSE, "đập cho gãy nốt chân", SignalLabel.ABUSE, "abuse.threat", 0.81),),
        source="diendanlangque",
        source_kind=SourceKind.FORUM,
    )


def copies() -> list[Flag]:
    """Build the scam's two copies in other places."""
    forum = {"source": "diendanlangque", "source_kind": SourceKind.FORUM}
    return [
        scam_flag("ban-sao-1", priority=74, **forum),
        scam_flag("ban-sao-2", priority=73, published_at=NOW - timedelta(hours=1)),
    ]


def a_story() -> Story:
    """Build the story of the scam."""
    flags = [scam_flag(), *copies()]
    return Story(
        id=stable_id("story", "khoa"),
        posts=tuple(flag.post for flag in flags),
        sources=(CHANNEL, "diendanlangque"),
        first_seen=NOW - timedelta(hours=5),
        last_seen=NOW,
        size=3,
    )


def seed_flags() -> list[Flag]:
    """Return the flags of a small day, in no particular order."""
    return [dam_flag(), scam_flag(), abuse_flag(), lemon_flag(), *copies()]


def many_flags(count: int) -> list[Flag]:
    """Return `count` different flags, several of each priority."""
    return [a_flag(f"nhieu-{n}", f"Tin số {n}: {SCAM}", priority=n % 7) for n in range(count)]


def poisoned(record: Any, field: str, poison: Any) -> Any:
    """Return the record with another value in one field."""
    return msgspec.structs.replace(record, **{field: poison})


POISONS = (
    '"><script>window.pwned=1</script><img src="http://evil.example/x" onerror="window.pwned=1">',
    "javascript:window.pwned=1//pwned",
    "' onmouseover='window.pwned=1' autofocus onfocus='window.pwned=1' pwned ",
    "</textarea></title></mark><svg onload=window.pwned=1><a href=javascript:pwned>pwned</a>",
    "{{ 7 * 191 }}{% raw %} ${7*191} pwned <style>@import 'http://evil.example/';</style>",
    'http://evil.example/"onclick=window.pwned=1 pwned',
)


def poisoned_check(poison: str, number: int) -> FactCheck:
    """Build a check with `poison` in every text field that a page could fill."""
    return a_check(
        f"doc-{number}",
        claim=poison,
        rating_text=poison,
        publisher=poison,
        url=poison,
        summary=poison,
        capture=poison,
    )


def poisoned_flag(poison: str, number: int) -> Flag:
    """Build a flag with `poison` in every text field that a page could fill."""
    text = f"{poison} và {poison}"
    signal = a_signal(text, poison, SignalLabel.SCAM, poison, 0.5)
    check = poisoned_check(poison, number)
    # Evidence takes nothing for a capture but a hash.
    held = {"fact_check": f"{number}{poison}", "capture": "a" * 64}
    evidence = some_evidence(check, text, poison, **held)
    return Flag(
        id=f"{number}{poison}".replace("/", "|"),
        post=poison,
        label=Harm.FALSE_CLAIM,
        status=Status.UNVERIFIED,
        priority=50 + number,
        reasons=(Reason(code=poison, vi=poison, en=poison),),
        signals=(poisoned(poisoned(signal, "detector", poison), "version", poison),),
        evidence=(evidence,),
        story=f"story{number}{poison}",
        story_size=2,
        versions=poison,
        source=poison,
        url=poison,
        title=poison,
        text=text,
        language=poison,
        capture=poison,
        fetched_at=NOW,
    )


def poisoned_story(poison: str, number: int) -> Story:
    """Build the story of a poisoned flag."""
    return Story(
        id=f"story{number}{poison}",
        posts=(poison,),
        sources=(poison,),
        first_seen=NOW,
        last_seen=NOW,
        size=2,
    )
