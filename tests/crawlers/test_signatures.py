"""Who signs a text without any mark is left out by the shape of the line (boundary 1)."""

import pytest

from crawlers.signatures import unsigned
from tests.crawlers.pages import NAMES

FIRST = "Đội cứu hộ xã Gò Sậy đã kéo được chiếc ghe bị lật lên bờ trước khi trời tối hẳn."
LAST = "Hai người trên ghe chỉ bị xây xát nhẹ, đã về nhà trong đêm."


@pytest.mark.parametrize(
    "shape",
    [
        "{0}",
        "{0}.",
        "({0})",
        "– {0}",
        "{0} - {1}",
        "{0} và {1}",
        "{0}, {1}",
        "{0}/Báo Bến Sen",
        "{0} (tổng hợp)",
        "{0} (theo Tin Lam Hà)",
        "{0}, theo Tin Lam Hà",
        "{0} lược dịch",
        "{0} (banbientap@bao.example)",
        "Theo {0}",
        "PV {0}",
        "BS.CKII {0} - Bệnh viện Bến Sen",
        "Bài và ảnh: {0}",
        "Thực hiện: {0} - Đồ họa: {1}",
        "{0} - 18/11/2026",
    ],
)
@pytest.mark.parametrize("case", [str, str.upper])
def test_a_last_line_of_names_goes(shape: str, case: type[str]) -> None:
    """Names in the usual shapes, in capitals too, are no line of the message, nor its last word."""
    signed = shape.format(case(NAMES[0]), case(NAMES[3]))

    assert unsigned([FIRST, LAST, signed]) == [FIRST, LAST]
    assert unsigned([FIRST, f"{LAST} {signed}"]) == [FIRST, LAST]


@pytest.mark.parametrize("initials", ["V.K.H", "V.K.H.", "N. Hân", "Q.Hân", "V.H. - T.K."])
def test_initials_are_names(initials: str) -> None:
    """Who signs by initials has signed."""
    assert unsigned([FIRST, LAST, initials]) == [FIRST, LAST]


@pytest.mark.parametrize(
    "line",
    [
        "Nước đã rút",
        "UBND xã Gò Sậy",
        "Sở Y tế Lam Hà",
        "Đường dây nóng: 1900 0000",
        "Chúc bà con bình an.",
        "Kết luận: SAI",
        "TIN GIẢ",
        "Sai sự thật",
        "Thiếu Bối Cảnh.",
        "Họp tại TP. Bến Sen",
    ],
)
def test_what_only_looks_short_stays(line: str) -> None:
    """Short sentences, bodies, numbers and the verdicts of fact-checkers are the message."""
    assert unsigned([FIRST, line]) == [FIRST, line]
    assert unsigned([FIRST, f"{LAST} {line}"]) == [FIRST, f"{LAST} {line}"]


def test_a_name_above_the_text_goes() -> None:
    """A name alone above the first paragraph is who wrote; a heading in capitals is not."""
    assert unsigned([NAMES[3], FIRST, LAST]) == [FIRST, LAST]
    assert unsigned(["CẢNH BÁO KHẨN", FIRST, LAST]) == ["CẢNH BÁO KHẨN", FIRST, LAST]


def test_a_name_above_the_last_words_goes() -> None:
    """A short line may follow who signed."""
    assert unsigned([FIRST, LAST, NAMES[0], "Ảnh do bạn đọc gửi về tòa soạn"]) == [
        FIRST,
        LAST,
        "Ảnh do bạn đọc gửi về tòa soạn",
    ]


def test_whose_account_it_is_stays() -> None:
    """The holder of an account that a scam names is part of the message."""
    lines = ["Chuyển khoản về Ngân hàng Mây, STK 000111", NAMES[0].upper()]

    assert unsigned(lines) == lines


def test_a_list_of_people_stays() -> None:
    """Who won, who is missed: many names in a row are what a text says."""
    lines = [FIRST, *NAMES[:5]]

    assert unsigned(lines) == lines


def test_a_message_is_never_left_empty() -> None:
    """A text of one short line is what there is."""
    assert unsigned([NAMES[0]]) == [NAMES[0]]


def test_whose_post_is_embedded_goes() -> None:
    """The line under an embedded post names an account."""
    assert unsigned([FIRST, f"— {NAMES[0]} (@{NAMES[5]}) 15/11/2026", LAST]) == [FIRST, LAST]
