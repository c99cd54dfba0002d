"""Check-worthiness: does a text state something of public interest that can be checked?"""

from collections.abc import Sequence

from kiemchung.records import Signal
from kiemchung.vocabulary import SignalLabel
from nlp.cues import ASKS, PLAYS, cue, find, signals
from nlp.features import Features

NAME = "check_worthiness"
VERSION = "1"
LABEL = SignalLabel.CHECK_WORTHINESS
BIAS = -1.0

CUES = (
    cue(
        "states_number",
        1.2,
        "\\d+ (?:%|phan tram|nguoi|trieu|ty|nghin|ngan|ca|chau|em|gio|do|km|met|cm|ha|ho|xa|phuong|benh nhan|ngay|thang|nam|lit|tan|kg|mm)",
        "(?:ngay|thang|luc|dem|sang|chieu|nam) \\d+",
        "\\d+ \\d+ (?:%|do|trieu|ty)",
    ),
    cue(
        "states_fact",
        1.2,
        "(?:gay|lam|khien|dan den|chua khoi|thay duoc|nhiem|xay ra|cong bo|thong bao|ghi nhan|phat hien|xac nhan|cho biet|da (?:mat|chet|vo|nut|bi|co|cam|khoi)|se (?:vo|cam|dong|tang|giam|co)|sap (?:pha san|vo|cam|het)|khong cho|cam tam|tang|giam)",
    ),
    cue(
        "public_interest",
        0.9,
        "(?:benh|ung thu|vac xin|vaccine|thuoc|benh vien|bac si|dong dat|bao|lu|sat lo|dap|song|nuoc may|ngo doc|bat coc|ngan hang|dien|xang|hoc sinh|tre em|tai nan|chay|o nhiem|rac|gia|thuc pham|dich|truong|duong|cau|cong an|lua dao|ho tro)",
    ),
    cue(
        "states_fact",
        0.6,
        "không (?:gây|làm|có|chữa|phải|thể)(?: \\S+){0,3}",
        "cần",
        "phải",
        "nên",
        "bác bỏ",
        "sai sự thật",
        "cảnh báo",
        "là",
        "đã",
    ),
    cue(
        "",
        -2.5,
        "otp",
        "mã xác (?:thực|nhận)",
        "hoa hồng",
        "giải ngân",
        "cam kết lãi",
        "lãi trả",
        "nhấn vào",
        "truy cập",
        "trúng (?:thưởng|giải)",
        "chuyển khoản",
        "stk",
        "cọc",
    ),
    ASKS,
    PLAYS,
    cue(
        "",
        -1.2,
        "toi (?:nghi|thay|thich|ghet|mong)",
        "theo toi",
        "uoc gi",
        "nho (?:ba|me|que|em|anh|ong)",
        "tho",
        "chuc (?:moi|ca|ba con|cac|mung)",
        "chao buoi",
        "ban|thanh ly|gia",
        "cam on",
        "xin (?:chao|loi)",
    ),
)
SHORTEST = 8
"""Words; fewer state nothing."""


def detect(batch: Sequence[Features]) -> list[list[Signal]]:
    """Return the signals of each text; very short ones have none."""
    return [_detect(features) for features in batch]


def _detect(features: Features) -> list[Signal]:
    if len(features.words) < SHORTEST:
        return []
    found = find(features, CUES, BIAS)
    return signals(NAME, VERSION, LABEL, found, features) if found.reasons else []
