"""Matching: found, rightly not found, and which side a post is on."""

import pytest

from kiemchung.records import Match
from kiemchung.vocabulary import Stance
from nlp.analysis import Analyser, prepare
from tests.makers import make_check

CHECKS = [
    make_check(),
    make_check(
        id="c2",
        claim="Ngân hàng Hoa Ban vỡ nợ, từ thứ Hai khách gửi tiền sẽ không rút được đồng nào",
    ),
    make_check(id="c3", claim="Tỉnh Lam Hà sẽ có động đất 7,5 độ đúng ngày 25 tháng 11"),
]


def match(text: str, **more: str) -> Match | None:
    """Return the best match of a text."""
    (reading,) = Analyser(CHECKS).analyse([prepare(text, **more)])
    return reading.matches[0] if reading.matches else None


def test_a_retold_rumour_finds_its_check() -> None:
    """Other words around the claim don't hide it, and the quote is the post's own."""
    text = "Trời ơi! Đập thủy điện Sông Mây nứt một đường dài, đêm 18/11 là vỡ, chạy đi bà con."

    found = match(text)

    assert found is not None
    assert (found.fact_check, found.stance) == ("c1", Stance.REPEATS)
    assert "Sông Mây" in text[found.start : found.end]


def test_missing_diacritics_hide_nothing() -> None:
    """A claim without marks finds its check."""
    found = match("dap thuy dien Song May da nut, dem 18/11 se vo, ba con chay di")

    assert found is not None
    assert found.fact_check == "c1"


@pytest.mark.parametrize(
    "text",
    [
        "TIN GIẢ: đập thủy điện Sông Mây nứt, đêm 18/11 sẽ vỡ. Đừng tin, đừng chia sẻ.",
        "Ban quản lý bác bỏ tin đập thủy điện Sông Mây nứt và đêm 18/11 sẽ vỡ.",
        "Dap thuy dien Song May da nut, dem 18/11 se vo la khong dung, ba con yen tam.",
        "Dap thuy dien Song May da nut, dem 18/11 se vo. Tin nay khong co that dau.",
        "Ai tung tin đập thủy điện Sông Mây đã nứt, đêm 18/11 sẽ vỡ bị phạt 10 triệu đồng.",
        "Đập thủy điện Sông Mây đã nứt, đêm 18/11 sẽ vỡ? Hoàn toàn là tin vịt.",
        "Fake news: đập thủy điện Sông Mây đã nứt, đêm 18/11 sẽ vỡ. This is false.",
        "Đập thủy điện Sông Mây đã nứt, đêm 18/11 sẽ vỡ. Sai hoàn toàn nhé.",
    ],
)
def test_a_denial_is_no_repetition(text: str) -> None:
    """A post that debunks the claim matches it with the stance `denies`."""
    found = match(text)

    assert found is not None
    assert found.stance is Stance.DENIES


def test_a_question_discusses() -> None:
    """Who asks whether it is true doesn't repeat it."""
    found = match("Mọi người ơi đập thủy điện Sông Mây đã nứt, đêm 18/11 sẽ vỡ, có thật không ạ?")

    assert found is not None
    assert found.stance is Stance.DISCUSSES


@pytest.mark.parametrize(
    "text",
    [
        "Hôm nay trời đẹp quá, cả nhà đi chợ nổi ăn bún.",
        "Đập Sông Mây mở cửa đón khách tham quan cuối tuần này.",
        "Ngân hàng Hoa Ban khai trương phòng giao dịch mới vào thứ Hai.",
        "Cuối tuần Lam Hà nắng, nhiệt độ 25 đến 31 độ, ngày 25 tháng 11 có mưa.",
        "",
    ],
)
def test_the_same_topic_is_not_the_same_claim(text: str) -> None:
    """When unsure: not found."""
    assert match(text) is None


def test_a_check_does_not_match_its_own_page() -> None:
    """The page that publishes a check isn't matched to it."""
    assert match(CHECKS[0].claim, url=CHECKS[0].url) is None


def test_a_short_claim_is_left_out() -> None:
    """A claim of a few words would match everything."""
    (reading,) = Analyser([make_check(claim="Đập nứt")]).analyse([prepare("đập nứt")])

    assert reading.matches == ()
