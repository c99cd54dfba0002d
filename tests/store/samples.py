"""Records to fill a store with, and the spellings of F28."""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from kiemchung.records import (
    Edition,
    Evidence,
    FactCheck,
    Flag,
    Indicator,
    Match,
    Post,
    Quarantined,
    Reason,
    Signal,
    Stored,
    Story,
)
from kiemchung.vocabulary import (
    AnswerKind,
    Harm,
    IndicatorType,
    MatchState,
    PostKind,
    PublisherType,
    Rating,
    SignalLabel,
    SourceKind,
    Stance,
    Status,
)

NOON = datetime(2026, 11, 24, 12, 0, 0, 250, tzinfo=UTC)
CAPTURE = "c0ffee" * 10 + "abcd"
TEXT = "Uống nước chanh nóng chữa khỏi ung thư 🍋 trong 7 ngày."
SIGNAL = Signal(
    detector="health_rules", version="1", label=SignalLabel.HEALTH, score=0.875, start=0, end=4,
    reason="chữa khỏi",
)  # fmt: skip
INDICATOR = Indicator(type=IndicatorType.URL, start=5, end=9, lookalike_of="bank.example")
EVIDENCE = Evidence(
    fact_check="check-1", claim="Nước chanh chữa ung thư", publisher="soi_that",
    publisher_type=PublisherType.INDEPENDENT_CHECKER, about_itself=False, own=False,
    rating=Rating.FALSE, rating_text="Sai", url="http://soi.example/1", stance=Stance.REPEATS,
    score=0.91, state=MatchState.STRONG, start=0, end=4, quote=TEXT[:4], capture=CAPTURE,
    review_date=NOON,
)  # fmt: skip


def make_post(record_id: str = "post-1", **changes: Any) -> Post:
    """Return a post with every field filled."""
    fields: dict[str, Any] = {
        "source": "song_may", "source_kind": SourceKind.NEWSPAPER,
        "url": f"http://may.example/{record_id}", "kind": PostKind.ARTICLE, "title": "Chanh",
        "text": TEXT, "text_hash": "h", "published_at": NOON - timedelta(days=1),
        "fetched_at": NOON, "language": "vi", "capture": CAPTURE, "extractor": "1",
        "indicators": (INDICATOR,), "signals": (SIGNAL,),
        "matches": (
            Match(fact_check="check-1", score=0.6, stance=Stance.DENIES,
                  state=MatchState.SUGGESTED, start=0, end=4),
        ),
        "analysed_by": "d1", "story": "story-1", "modified_at": NOON,
        "seen_at": NOON + timedelta(hours=2), "deleted_at": NOON + timedelta(days=2),
    }  # fmt: skip
    return Post(id=record_id, **(fields | changes))


def make_edition(record_id: str = "edition-1", **changes: Any) -> Edition:
    """Return an earlier edition of a post."""
    fields: dict[str, Any] = {
        "post": "post-1", "source": "song_may", "edition": 1, "title": "Chanh", "text": TEXT,
        "text_hash": "h", "capture": CAPTURE, "seen_at": NOON, "modified_at": NOON,
        "extractor": "1", "published_at": NOON, "language": "vi", "truncated": True,
        "indicators": (INDICATOR,),
    }  # fmt: skip
    return Edition(id=record_id, **(fields | changes))


def make_flag(record_id: str = "flag-1", **changes: Any) -> Flag:
    """Return a flag on a health claim; `text` and `title` may be changed freely."""
    fields: dict[str, Any] = {
        "post": "post-1", "label": Harm.HEALTH, "status": Status.UNVERIFIED, "priority": 50,
        "reasons": (Reason(code="health", vi="Có thể gây hại", en="May hurt"),),
        "signals": (SIGNAL,), "source": "xom_cho", "source_kind": SourceKind.FORUM,
        "url": "http://cho.example/1", "title": "", "text": TEXT, "fetched_at": NOON,
    }  # fmt: skip
    return Flag(id=record_id, **(fields | changes))


def make_contradicted(record_id: str = "flag-2") -> Flag:
    """Return a flag that passed the evidence gate, settled."""
    return make_flag(
        record_id,
        label=Harm.FALSE_CLAIM,
        status=Status.CONTRADICTED,
        priority=90,
        evidence=(EVIDENCE,),
        indicators=(INDICATOR,),
        story="story-1",
        verdict=AnswerKind.CONTRADICTED,
        capture=CAPTURE,
        published_at=NOON,
    )


def make_check(record_id: str = "check-1", claim: str = "", **changes: Any) -> FactCheck:
    """Return a fact-check of `claim`."""
    fields: dict[str, Any] = {
        "rating": Rating.FALSE, "rating_text": "Sai", "publisher": "soi_that",
        "publisher_type": PublisherType.INDEPENDENT_CHECKER, "url": "http://soi.example/1",
        "review_date": NOON, "summary": "", "capture": CAPTURE, "fetched_at": NOON,
    }  # fmt: skip
    return FactCheck(id=record_id, claim=claim, **(fields | changes))


def make_story(record_id: str = "story-1", **changes: Any) -> Story:
    """Return a story of two posts."""
    fields: dict[str, Any] = {
        "posts": ("post-1", "post-2"), "sources": ("song_may", "xom_cho"), "size": 2,
        "first_seen": NOON, "last_seen": NOON + timedelta(hours=1),
    }  # fmt: skip
    return Story(id=record_id, **(fields | changes))


def make_quarantined(record_id: str = "bad-1", **changes: Any) -> Quarantined:
    """Return a page that broke the extraction."""
    fields: dict[str, Any] = {
        "stage": "extract", "stage_version": "1", "subject": "http://may.example/x",
        "source": "song_may", "capture": CAPTURE, "cause": "too deep", "at": NOON,
    }  # fmt: skip
    return Quarantined(id=record_id, **(fields | changes))


def one_of_each() -> list[Stored]:
    """Return records of every kind, each with its optional fields once filled, once empty."""
    return [
        make_post(),
        make_post(
            "post-2",
            published_at=None,
            story=None,
            analysed_by="",
            signals=(),
            modified_at=None,
            seen_at=None,
            deleted_at=None,
        ),
        make_edition(),
        make_edition("edition-2", edition=2, modified_at=None, published_at=None),
        make_flag(),
        make_contradicted(),
        make_check(claim="Đà Nẵng ngập"),
        make_check("check-2", "Không có động đất", review_date=None, summary="Tin cũ"),
        make_story(),
        make_quarantined(),
    ]


def cases(names: Iterable[str], *quick: str) -> list[ParameterSet]:
    """Return parameters of which `make test` runs the `quick` ones, `make faults` all."""
    return [pytest.param(name, marks=() if name in quick else pytest.mark.faults) for name in names]


def decomposed(text: str) -> str:
    """Return `text` in its NFD form."""
    return unicodedata.normalize("NFD", text)


PAIRS = (
    # marks
    ("Đà Nẵng", "da nang"),
    ("lừa đảo chuyển khoản", "lua dao chuyen khoan"),
    ("canh bao lu lut", "cảnh báo lũ lụt"),
    ("THUỐC NAM GIA TRUYỀN", "thuoc nam gia truyen"),
    ("Phường Bố Kè", "phuong bo ke"),
    # đ
    ("đường dây điện", "duong day dien"),
    ("ĐỘNG ĐẤT", "dong dat"),
    ("dap dap dau", "đắp đập đâu"),
    ("đồng", "Đồng"),
    # decomposed
    (decomposed("Đà Nẵng"), "Đà Nẵng"),
    ("Đà Nẵng", decomposed("Đà Nẵng")),
    (decomposed("nước rút rồi"), "nuoc rut roi"),
    ("ước lượng", "u\u031bo\u031b\u0301c lu\u031bo\u031b\u0323ng"),
    # tone placement
    ("hòa bình", "hoà bình"),
    ("Thúy Hằng", "Thuý Hằng"),
    ("khoẻ mạnh", "khỏe mạnh"),
    ("thủy điện", "thuỷ điện"),
    # zero-width and direction
    ("chuyển\u200b tiền", "chuyển tiền"),
    ("mật\ufeff khẩu", "mat khau"),
    ("tài kho\u200dản", "tài khoản"),
    ("nhận\u2060 quà", "nhận\u200c quà"),
    # hyphens, separators, look-alikes
    ("cô-vít", "co vit"),
    ("vắc\u2011xin", "vac-xin"),
    ("1.000.000 đồng", "1,000,000 dong"),
    ("ngân hàng Vіеt", "ngan hang viet"),  # Cyrillic і and е
)
"""F28: what stands in a record, and what is asked for."""

TONES = (
    ("hòa", "hoà"),
    ("hóa", "hoá"),
    ("hỏa", "hoả"),
    ("họa", "hoạ"),
    ("xõa", "xoã"),
    ("tòa", "toà"),
    ("lòe", "loè"),
    ("khóe", "khoé"),
    ("khỏe", "khoẻ"),
    ("họe", "hoẹ"),
    ("thùy", "thuỳ"),
    ("thúy", "thuý"),
    ("thủy", "thuỷ"),
    ("lũy", "luỹ"),
    ("thụy", "thuỵ"),
    ("HÒA", "hoà"),
)
"""The old and the new place of a tone mark."""

HOSTILE = (
    "*", "?", "*:*", "_id:*", "title:(a OR b)", "text:/.*/", "a AND NOT b", "+a -b", "a~2", "a^10",
    "[* TO *]", "{a TO z}", '"', '"""', '"mở', "\\", "\\\\", "((((", "))))", "a && b || !c",
    "'; DROP TABLE flags; --", "' OR 1=1 --", "%", "_", "NEAR(a b, 5)", "a NEAR/2 b", "{folded}: a",
    "^a", "<script>alert(1)</script>", "&lt;b&gt;", "{{7*7}}", "${7*7}", "$(rm -rf /)", "`id`",
    '{"match_all": {}}', '{"query": {"script": "x"}}', "../../etc/passwd", "\x00", "\ud800",
    "\u202e", "Ignore all previous instructions", "a" * 30_000, "a " * 30_000,
    '"' + "a b " * 9_000 + '"',
)  # fmt: skip
"""F17: queries that speak to a program."""
