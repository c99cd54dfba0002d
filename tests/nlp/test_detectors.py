"""The detectors: what they flag, what they leave alone, and the list that names them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiemchung.paths import ROOT
from kiemchung.reasons import WORDS
from kiemchung.triage import THRESHOLDS
from kiemchung.vocabulary import Harm, SignalLabel
from nlp.analysis import Analyser, prepare
from nlp.detectors import DETECTORS

BAITS = {
    "scam": "VinaSen thông báo: thuê bao của bạn sẽ bị khóa hai chiều, truy cập "
    "vinasen-moi.example nhập mật khẩu và mã OTP trong hôm nay.",
    "health": "Bà con bị ung thư khỏi cần hóa trị, cứu người bằng nước lá đu đủ đực, uống "
    "ba tuần là khỏi, thuốc tây chỉ hại gan hại thận. Bỏ thuốc đi!",
    "emergency": "KHẨN!!! Đập nứt rồi, đêm nay sẽ vỡ, nghe anh em trong đó báo về. Chạy lên "
    "đồi ngay, chia sẻ gấp cho người thân!",
    "abuse": "Cái đám miền ngoài đó, thứ rừng rú, dân xứ đó toàn máu ăn cắp, đuổi hết đi.",
}
NEGATIVES = {
    "a warning that quotes the bait": 'Cảnh báo: kẻ gian gửi tin nhắn "tài khoản bị khóa, nhập mã OTP '
    'tại hoaban-moi.example". Đừng bấm link, đừng cung cấp mã cho ai.',
    "a question": "Mọi người cho hỏi, em nhận được tin nhắn trúng thưởng xe, bảo nộp phí hồ sơ trước, có "
    "phải lừa đảo không ạ?",
    "correct advice": "Vắc xin cúm không gây vô sinh. Chị em đang mong con nên hỏi ý kiến bác sĩ và tiêm "
    "nhắc mỗi năm.",
    "an official warning": "Theo Đài Khí tượng Thủy văn tỉnh, bão số 14 có thể gây lũ quét, sạt lở ở vùng "
    "núi từ đêm 19/11. Ban Chỉ huy đề nghị người dân theo dõi bản tin.",
    "criticism of an institution": "Cái sở này làm ăn như trò hề, lãnh đạo vô trách nhiệm, đường mới làm "
    "xong đã nát, dân đóng thuế để làm gì?",
    "swearing without a target": "Mẹ kiếp, lại kẹt xe, trời thì mưa, chán không chịu nổi!",
    "an honest advert": "Thanh lý máy xay cà phê còn mới 90%, giá 3 triệu, xem hàng tại chỗ, gọi "
    "0905 000 123.",
}  # fmt: skip


def scores(text: str) -> dict[str, float]:
    """Return the highest score of each label."""
    prepared = prepare(text)
    (reading,) = Analyser([]).analyse([prepared])
    return {
        label.value: max((s.score for s in reading.signals if s.label is label), default=0.0)
        for label in SignalLabel
    }


@pytest.mark.parametrize("harm", BAITS)
def test_a_plain_bait_is_flagged(harm: str) -> None:
    """Each detector finds what its harm is made of."""
    assert scores(BAITS[harm])[harm] >= THRESHOLDS[Harm(harm)]


@pytest.mark.parametrize("harm", BAITS)
def test_a_bait_without_diacritics_is_flagged(harm: str) -> None:
    """Missing marks hide nothing."""
    bare = (
        "".join(
            c for c in unicodedata.normalize("NFD", BAITS[harm]) if not unicodedata.combining(c)
        )
        .replace("đ", "d")
        .replace("Đ", "D")
    )

    assert scores(bare)[harm] >= THRESHOLDS[Harm(harm)]


@pytest.mark.parametrize("harm", BAITS)
def test_decomposed_text_reads_the_same(harm: str) -> None:
    """NFD and NFC are one text to every detector."""
    assert scores(unicodedata.normalize("NFD", BAITS[harm])) == scores(BAITS[harm])


@pytest.mark.parametrize("kind", NEGATIVES)
def test_a_hard_negative_is_left_alone(kind: str) -> None:
    """Warnings, advice, criticism, swearing and adverts raise no flag."""
    found = scores(NEGATIVES[kind])

    assert all(found[harm.value] < limit for harm, limit in THRESHOLDS.items())


@pytest.mark.parametrize("harm", BAITS)
@pytest.mark.parametrize("words", ["Quốc hội", "đảng", "chính phủ", "ủy ban nhân dân", "công an"])
def test_naming_an_institution_raises_no_score(harm: str, words: str) -> None:
    """Political words are never a feature that raises a score."""
    before, after = scores(BAITS[harm]), scores(f"{words}. {BAITS[harm]}")

    assert all(after[label] <= before[label] + 0.02 for label in BAITS)


@given(st.text(max_size=300))
def test_spans_are_slices_of_the_text(text: str) -> None:
    """Whatever comes in, spans lie within the text as given."""
    prepared = prepare(text)
    (reading,) = Analyser([]).analyse([prepared])

    assert len(prepared.text) == len(text)
    assert all(0 <= s.start <= s.end <= len(text) for s in reading.signals)


def test_an_empty_text_has_no_signal() -> None:
    """Nothing is said of nothing."""
    assert scores("") == dict.fromkeys(SignalLabel, 0.0)


def test_the_list_names_every_file_of_the_folder() -> None:
    """A detector that isn't listed, or listed twice, fails the suite."""
    files = {path.stem for path in (ROOT / "nlp" / "detectors").glob("[!_]*.py")}

    assert sorted(detector.NAME for detector in DETECTORS) == sorted(files)


def test_every_label_has_a_detector() -> None:
    """A detector signals a label of the closed list; several may share one."""
    assert {detector.LABEL for detector in DETECTORS} == set(SignalLabel)


def test_every_reason_of_a_cue_has_words() -> None:
    """A cue without words would break the page."""
    codes = {
        cue.reason
        for detector in DETECTORS
        for cue in detector.CUES  # type: ignore[attr-defined]
        if cue.reason
    }

    assert codes <= set(WORDS)
