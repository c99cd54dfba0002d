"""The eight indicator types, with the spans a reader would copy."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiemchung.vocabulary import IndicatorType
from nlp.indicators import find_indicators

CASES = [
    ("gọi 0905 000 123", "phone", "0905 000 123"),
    ("stk 0710 0000 123", "bank_account", "0710 0000 123"),
    ("truy cập https://hoaban-xacminh.example/dang-nhap.", "url", "https://hoaban-xacminh.example/dang-nhap"),
    ("vào hxxps://vinasen-chuanhoa[.]example ngay", "url", "hxxps://vinasen-chuanhoa[.]example"),
    ("vào saomai-giaolai.example điền", "url", "saomai-giaolai.example"),
    ("vào quatang(chấm)example nhé", "url", "quatang(chấm)example"),
    ("mail cskh@hoaban.example", "email", "cskh@hoaban.example"),
    ("tele @hotro_demo88", "telegram", "@hotro_demo88"),
    ("zalo 0933 000 118", "zalo", "0933 000 118"),
    ("ví 0x" + "ab12" * 10, "crypto", "0x" + "ab12" * 10),
    ("vào https://wa.example/84912345678", "url", "https://wa.example/84912345678"),
    ("đóng trước 390k phí", "amount", "390k"),
    ("nộp thuế 1.560.000đ", "amount", "1.560.000đ"),
    ("nhận 2 triệu đồng", "amount", "2 triệu đồng"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "span"), CASES)
def test_an_indicator_is_found_with_its_exact_span(text: str, kind: str, span: str) -> None:
    """Type and span are those of the contract."""
    assert [(i.type.value, text[i.start : i.end]) for i in find_indicators(text)] == [(kind, span)]


@pytest.mark.parametrize(
    "text",
    [
        "giá bán 1.500.000 đồng một ký",
        "ngày 18/11/2026 lúc 08:15",
        "gọi 113 hoặc 115",
        "Xin chào.Hôm nay trời đẹp",
        "có 1.842 người đã đến",
        "căn cước 001099000123",
        "hỏi @an_demo nhé",
    ],
)
def test_decoys_stay_out(text: str) -> None:
    """Prices, dates, emergency numbers and persons are no indicators."""
    assert find_indicators(text) == ()


@given(st.text(alphabet="0123456789abc.@/:[]() đồngtriệuzalohxtp\u200b-", max_size=100))
def test_spans_never_overlap(text: str) -> None:
    """One span has one type; all lie within the text, in order."""
    found = find_indicators(text)

    assert all(0 <= i.start < i.end <= len(text) for i in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


def test_every_type_has_a_case() -> None:
    """The eight types of the contract are all looked for."""
    assert {kind for _, kind, _ in CASES} == set(IndicatorType)
