"""What is masked before a text is first written (boundary 8)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiemchung.masking import MASK, ContactType, find_contacts, mask

CASES = [
    ("gọi 0905 000 123 ngay", "phone", "0905 000 123"),
    ("LH: 09.0 o oo 123 5", "phone", "09.0 o oo 123 5"),
    ("gọi 0905\u200b000123", "phone", "0905\u200b000123"),
    ("số 090ooo1234", "phone", "090ooo1234"),
    (
        "gọi không chín không năm không không không một hai ba",
        "phone",
        "không chín không năm không không không một hai ba",
    ),
    ("máy +84 905 000 123", "phone", "+84 905 000 123"),
    ("máy 84905000123", "phone", "84905000123"),
    ("số cũ 0165 000 1234", "phone", "0165 000 1234"),
    ("tổng đài 1900 000 123", "phone", "1900 000 123"),
    ("STK 0710 0000 123 nh Hoa Ban", "bank_account", "0710 0000 123"),
    ("chuyển 12 triệu vô 0980 0000 2217", "bank_account", "0980 0000 2217"),
    ("tiền về tài khoản liền. Nhắn Zalo 0933 000 118", "zalo", "0933 000 118"),
    ("vào https://zalo.me/0905000123", "zalo", "https://zalo.me/0905000123"),
    ("tele @hotro_demo88 nhé", "telegram", "@hotro_demo88"),
    ("vào t.me/vieclam_demo nhé", "telegram", "t.me/vieclam_demo"),
    ("hỏi @an_demo nhé", "mention", "@an_demo"),
    ("mail a.b@hoaban.example.", "email", "a.b@hoaban.example"),
    ("căn cước 001099000123", "identity", "001099000123"),
    ("gọi 0912–345–678 nhé", "phone", "0912–345–678"),
    ("gọi 0912/345/678 nhé", "phone", "0912/345/678"),
    ("gọi 𝟎𝟗𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖 nhé", "phone", "𝟎𝟗𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖"),
    ("gọi (+84) 912 345 678 nhé", "phone", "(+84) 912 345 678"),
    ("Vietcombank 1014567890 tên A", "bank_account", "1014567890"),
    ("Telegram: hoangdemo88 nhé", "telegram", "hoangdemo88"),
    ("vào t[.]me/abc_demo nhé", "telegram", "t[.]me/abc_demo"),
    ("vào t . me / vieclam_demo nhé", "telegram", "t . me / vieclam_demo"),
    ("thư abc [at] hoaban.example nhé", "email", "abc [at] hoaban.example"),
    ("thư abc@hoaban.example.Liên hệ ngay", "email", "abc@hoaban.example"),
    ("ví 0x" + "ab12" * 10, "crypto", "0x" + "ab12" * 10),
]
DECOYS = [
    "ngày 09/11/2026 08:15",
    "giá 1.500.000.000 đ",
    "gọi 113, 114 hoặc 115",
    "năm 2024 có 3 người, 12.500 con",
    "không ba mẹ nào chịu",
    "từ 10h30 đến 11h45",
    "đơn hàng SM4471",
    "ngân hàng cho vay 1.500.000.000 đồng",
    "xem https://invest.example/abc",
    "tele: lien he",
    "ngày 2026-11-18 có 3 người",
]


@pytest.mark.parametrize(("text", "kind", "span"), CASES)
def test_contacts_are_found_through_their_disguises(text: str, kind: str, span: str) -> None:
    """The span is exactly what a reader would copy."""
    found = [(c.type.value, text[c.start : c.end]) for c in find_contacts(text)]

    assert found == [(kind, span)]


@pytest.mark.parametrize("text", DECOYS)
def test_dates_prices_and_emergency_numbers_stay(text: str) -> None:
    """What leads to nobody is left alone."""
    assert mask(text) == text


@pytest.mark.parametrize(("text", "_kind", "span"), CASES)
def test_nothing_of_a_contact_is_left(text: str, _kind: str, span: str) -> None:
    """No letter or digit of the span survives, and the length stays."""
    masked = mask(text)
    place = text.index(span)

    assert len(masked) == len(text)
    assert not any(c.isalnum() for c in masked[place : place + len(span)])


@given(st.text(alphabet="0123456789 .oOkhngđx+@-/tmezal\u200b", max_size=80))
def test_masking_twice_is_masking_once(text: str) -> None:
    """Masked text holds nothing more to mask, and keeps its length."""
    masked = mask(text)

    assert len(masked) == len(text)
    assert mask(masked) == masked


@given(st.text(max_size=120))
def test_contacts_never_overlap(text: str) -> None:
    """Contacts come in order, each within the text."""
    found = find_contacts(text)

    assert all(0 <= c.start < c.end <= len(text) for c in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


def test_every_type_has_a_case() -> None:
    """A new type of contact brings its case."""
    assert {kind for _, kind, _ in CASES} == set(ContactType)


def test_the_mask_is_no_letter() -> None:
    """Otherwise masked text could be masked again, or found."""
    assert not MASK.isalnum()
