"""Abuse: threats and degrading attacks on a private person or on people for what they are.

A person or a protected group has to be the target; an institution, an office, a party, a company
or an act never is one.
"""

from collections.abc import Sequence

from kiemchung.records import Signal
from kiemchung.vocabulary import SignalLabel
from nlp.cues import PLAYS, Found, cue, find, signals
from nlp.features import Features

NAME = "abuse"
VERSION = "1"
LABEL = SignalLabel.ABUSE
BIAS = -3.6

CUES = (
    cue(
        "degrades",
        2.4,
        "(?:thu|do|loai|lu|bon|giong)(?: \\S+){0,2} (?:rung ru|suc vat|suc sinh|cho ma|con cho|bo di|can ba|ky sinh|tan phe|que quat|an bam|an hai|mat day|man ri|moi ro|ban thiu|rac ruoi|ngu dot|an may|bien thai|benh hoan)",
        "khong (?:dang|xung)(?: \\S+){0,2} (?:lam )?nguoi",
        "(?:do|o) (?:nhu )?(?:do |ban |do nhu )?chuot",
        "mau an cap",
        "an (?:ban )?o do",
        "an ban o do",
        "chat dat",
        "ky sinh",
        "ruoc gioi",
        "an hai(?: \\S+){0,2}",
        "nguoi khong ra nguoi",
        "nuoi con gi",
        "suc vat",
        "thu rung",
        "ha dang",
        "sinh ra(?: \\S+){0,4} (?:an cap|luoi|ngu|lua|gian)",
        "ngheo rot",
        "do tan phe",
        "thu tan phe",
    ),
    cue(
        "drives_out",
        2.0,
        "cut (?:ve|di|khoi|xeo|ngay)",
        "duoi (?:het|co|ca|no|may|chung)",
        "(?:dang|nen|phai) (?:chet|bi giet|thien|treo co)",
        "(?:giet|dam|chem|danh) (?:chet |het )?(?:no|may|chung|tui|bon)",
        "bop mui",
        "chet (?:het )?di",
        "tong (?:co|het)",
        "cho (?:no|may) chet",
        "dung ai (?:mua|thue|choi|cho)",
    ),
    cue(
        "targets_group",
        1.4,
        "(?:dan|nguoi|bon|tui|lu|dam|do|cai dam)(?: \\S+){0,2} (?:xu (?:do|nay)|mien (?:ngoai|trong|bac|nam|trung|tay|nui)|ngoai do|trong do|tinh le|nha que|que|dan toc|thuong|khuyet tat|que|dong tinh|chuyen gioi|nhap cu|di dan|theo dao|ton giao)",
        "(?:thang|con|mu|con me|thang cha|lao|ba)(?: \\S+){0,3} (?:que|cut|ngong|mu loa|diec|cam|beo|map|lun|xau xi|ban ca|ban \\S+ sap|nha hang xom)",
        "dan xu do",
        "nguoi xu do",
        "(?:be de|bede|pe de|o moi|dong bong)",
        "dan ba (?:cac|chung|tui)(?: \\S+){0,2}",
        "may dua (?:do|nay|ngheo)",
        "lu (?:dan|nguoi|dua)(?: \\S+){0,2}",
        "may (?:ngu|cut|chet)",
    ),
    PLAYS,
    cue(
        "",
        -3.5,
        "(?:đừng|không được|không nên|sao lại|cấm) (?:nói|gọi|chê|miệt thị|kỳ thị|sỉ nhục)(?: \\S+){0,3}",
        "kỳ thị",
        "miệt thị",
        "phân biệt (?:vùng miền|đối xử)",
        "xúc phạm",
        "ai cũng là người",
        "đáng lên án",
        "vô văn hóa",
        "!nói vậy (?:mà|là)",
        "!đọc mà (?:buồn|giận|đau)",
        "xin lỗi",
        "bình đẳng",
        "!quyền của",
    ),
    cue(
        "",
        -1.6,
        "chính sách",
        "quy định",
        "cơ quan",
        "công ty",
        "tập đoàn",
        "ủy ban",
        "sở giáo dục",
        "nhà trường",
        "bệnh viện",
        "ngân hàng",
        "dịch vụ",
        "đội bóng",
        "trọng tài",
        "dự án",
        "cán bộ",
        "lãnh đạo",
        "hợp đồng",
        "điện lực",
        "csgt",
        "cảnh sát",
    ),
)


def detect(batch: Sequence[Features]) -> list[list[Signal]]:
    """Return the signals of each text; without a person or a group as target there are none."""
    return [_detect(features) for features in batch]


def _detect(features: Features) -> list[Signal]:
    found = find(features, CUES, BIAS)
    attacked = found.reasons & {"degrades", "drives_out"}
    if not attacked or "targets_group" not in found.reasons:
        return []
    both = 0.8 if len(attacked) > 1 else 0.0
    logit = found.logit + both
    return signals(NAME, VERSION, LABEL, Found(logit, found.spans, found.reasons), features)
