"""Scam: the bait itself, a message meant to get money, an account, a code or data by deceit."""

from collections.abc import Sequence

from kiemchung.records import Signal
from kiemchung.vocabulary import IndicatorType, SignalLabel
from nlp.cues import ASKS, PLAYS, TELLS, WARNS, Found, cue, find, signals
from nlp.features import Features

NAME = "scam"
VERSION = "2"
LABEL = SignalLabel.SCAM
BIAS = -3.4

CUES = (
    cue(
        "asks_for_secret",
        1.8,
        "ma otp",
        "otp",
        "ma xac (?:thuc|nhan|minh)",
        "(?:nhap|dien|go|doc) _ (?:mat khau|so the|so in tren the|ma)",
        "mat khau va so the",
        "ma (?:6|sau) (?:so|chu so)",
        "(?:6|sau) chu so",
        "so the _ ngay het han",
        "(?:chup|anh|hinh)(?: \\S+){0,3} can cuoc",
        "soan lai ma",
        "chia khoa vi",
        "cum tu khoi phuc",
    ),
    cue(
        "asks_to_pay_first",
        1.8,
        "(?:dat |tien )?coc (?:truoc|don|nguyen lieu|phi|giu|\\d)",
        "dat coc",
        "dong truoc",
        "nop truoc",
        "phi (?:ho so|bao hiem|giai ngan|mo khoa|kich hoat|thu ho|huy ho so)",
        "nop (?:thue|phi|tien)",
        "dong (?:phi|cuoc|\\d+ ?k|\\d+ trieu)",
        "(?:chuyen|ck)(?: \\S+){0,4} (?:vao|vo|qua|toi)(?: \\S+){0,3} (?:stk|tai khoan|so)",
        "(?:chuyen khoan|chuyen) (?:vao|vo|qua|giup|gap)",
        "chuyen toan bo tien",
        "nap (?:tien|\\d+|toi thieu)",
        "gop von",
        "(?:chuyen|cho _ muon) _ (?:trieu|tr|\\d+tr|\\d+ ?k)",
        "bang the cao",
    ),
    cue(
        "asks_to_open_link",
        0.9,
        "(?:truy cap|bam|nhan|vao|vo|click|mo)(?: \\S+){0,4} (?:link|lien ket|duong link|dia chi|https?|cong|hxxps?|example|com|vn|top|xyz|website|app|trang)",
        "dang nhap",
        "quet ma",
    ),
    cue(
        "threatens_account",
        1.6,
        "khoa (?:the|tai khoan|hai chieu|2 chieu|sim|so|vinh vien)",
        "bi (?:khoa|thu hoi|ngung|cat)(?: \\S+){0,3} (?:the|tai khoan|hai chieu|thue bao|dich vu|sim)?",
        "tru tien",
        "phat luu kho",
        "hoan hang",
        "dang nhap tren thiet bi la",
        "giao dich bat thuong",
        "chua chuan hoa",
        "cat dien _ hom nay",
        "huy giao dich",
    ),
    cue(
        "threatens_law",
        1.8,
        "lenh bat",
        "bat tam giam",
        "rua tien",
        "chuyen an",
        "phat nguoi _ chua nop",
        "trat toa",
        "phong toa tai khoan",
        "bi khoi to _ neu",
    ),
    cue(
        "blackmails",
        2.4,
        "(?:hinh|anh|clip|video|danh ba)(?: \\S+){0,10} (?:gui|tung|phat tan|bi ghep|ghep)(?: \\S+){0,8} (?:danh ba|nguoi|vo|chong|facebook|mang|gia dinh|no)",
        "muon (?:yen|em) thi",
        "hinh (?:ghep|rieng tu)",
        "tung (?:anh|clip|video)",
    ),
    cue(
        "promises_profit",
        1.8,
        "lai (?:suat )?(?:\\d+ )?\\d+ % (?:mot |moi |1 )?(?:ngay|tuan)",
        "\\d+ % (?:mot |moi |1 )?ngay",
        "cam ket (?:lai|loi nhuan|hoan von)",
        "loi nhuan (?:\\S+ ){0,3}(?:%|moi ngay|khung|cao|dam bao)",
        "khong the lo",
        "bao lo",
        "rut (?:goc|ve) bat cu luc nao",
        "nhan doi tai khoan",
        "den gap doi",
        "tuan sau rut",
        "goc lan loi",
        "tin hieu (?:vang|coin|forex)",
        "lai tra moi",
    ),
    cue(
        "promises_easy_job",
        1.8,
        "viec nhe",
        "ngoi nha _ (?:tim|don|lam|kiem)",
        "(?:lam|kiem tien) tai nha",
        "hoa hong",
        "khong can (?:kinh nghiem|bang cap)",
        "me bim",
        "(?:ngay|moi ngay)(?: \\S+){0,4} (?:bo tui|luong|thu nhap|kiem)(?: \\S+){0,3} \\d+",
        "tuyen (?:gap )?(?:\\d+ )?(?:cong tac vien|ctv|me bim)",
        "chot don",
        "tra cong moi",
    ),
    cue(
        "promises_prize",
        1.8,
        "trung (?:thuong|giai|xe|01|1)",
        "chon trung",
        "nhan (?:giai|thuong|qua|ho tro|tien ho tro)",
        "lot vao vong",
        "quay (?:vang|thuong|trung)",
        "tri an (?:khach|mua)",
        "phat _ (?:trieu|d) cho moi",
        "(?:linh|nhan) (?:\\d+|hai|mot) trieu",
        "tien (?:nhay|no) ve",
        "tien la nhay",
        "la tien nhay",
        "danh sach (?:duoc )?(?:linh|nhan)",
        "hoan tien qua",
        "chuc mung",
    ),
    cue(
        "promises_recovery",
        2.2,
        "thu hoi (?:tien|von|lai tien)",
        "lay lai (?:tien|duoc|von)",
        "tien bi (?:treo|lua)",
        "dong tien bi",
    ),
    cue(
        "promises_loan",
        1.8,
        "giai ngan",
        "no xau (?:van|cung)",
        "vay (?:tien )?(?:nhanh|online|\\S+ )?(?:khong|ko) (?:can )?(?:giay to|the chap|tham dinh)",
        "khong giay to khong tham dinh",
        "nang han muc",
    ),
    cue(
        "plays_relative",
        1.8,
        "(?:con|chau|em|minh)(?: \\S+){0,6} (?:hu man hinh|be man hinh|hu man|hong may|doi so|khong goi duoc)",
        "cap cuu(?: \\S+){0,12} (?:trieu|tr|chuyen)",
        "cho (?:con|chau|em|minh|anh) muon (?:gap|tam|\\d)",
        "kep (?:dong|tien)",
        "so moi cua (?:con|chau|em)",
        "(?:vien phi|mo)(?: \\S+){0,10} (?:stk|chuyen)",
        "la benh vien rut",
        "xin cuu be",
    ),
    cue(
        "asks_secrecy",
        1.2,
        "(?:dung|cam|nghiem cam|khong duoc) (?:noi|ke|goi|bao|hoi|thu bao|cho ai)(?: \\S+){0,4}",
        "giu bi mat",
        "bao mat tuyet doi",
        "xong xoa tin",
        "khong can ra (?:phuong|cong an|ngan hang)",
    ),
    cue(
        "presses_time",
        0.8,
        "trong (?:hom nay|\\d+ (?:gio|tieng|phut)|toi nay|ngay)",
        "qua (?:han|\\d+h|\\d+ gio|thoi han)",
        "sau \\d+ (?:gio|tieng|h)",
        "truoc \\d+h(?: \\S+){0,2}",
        "chi con \\d+ (?:suat|slot|cho)",
        "con \\d+ (?:suat|slot)",
        "tu dong huy",
        "tu dong tru",
        "le le",
        "het \\d+h",
        "chot so",
        "lam (?:le|nhanh)",
        "gap",
    ),
    cue(
        "moves_to_chat",
        0.7,
        "(?:nhan|ket ban|kb|lien he|ib|inbox|qua|them)(?: \\S+){0,3} (?:zalo|zl|telegram|tele|tg)",
        "nhom (?:kin|tin hieu|zalo)",
        "(?:zalo|telegram|tele)",
    ),
    WARNS,
    ASKS,
    TELLS,
    PLAYS,
    cue(
        "",
        -1.8,
        "(?:tôi|mình|mẹ tôi|má tôi|bà tôi|chị tôi|chồng tôi) (?:đã|bị|lỡ|mất|làm theo)(?: \\S+){0,6}",
        "!(?:anh ta|cô ta|người kia|người lạ|bên kia|chúng|họ|nó) (?:nói|bảo|gọi|kêu|bắt|đòi|đưa|gửi|xin|hứa)",
        "!lúc đó",
        "!hôm (?:đó|kia|trước)",
        "mất (?:sạch|trắng|toi|gần)",
        "!mất \\d+ (?:triệu|tr)",
        "công an (?:đã )?(?:bắt|triệt phá|tiếp nhận)",
        "trình báo",
        "hỏi tin nhắn",
        "chị (?:ấy|ta)",
        "con tôi",
        "bà (?:ấy|cụ)",
        "!tin này",
        "!tin nhắn (?:này|kiểu|như)",
        "!cuộc gọi (?:này|kiểu|như)",
        "!cứu với",
        "lua do",
        "lừa đó",
        "lừa mình",
        "coi chừng",
        most=3,
    ),
    cue(
        "",
        -1.2,
        "bao hanh",
        "doi tra",
        "gia (?:chi|goc|uu dai|ban|\\d+)",
        "mien phi van chuyen",
        "cua hang",
        "thanh ly",
        "con moi",
        "xem hang",
        "showroom",
        "coi may",
        "xem may",
    ),
)


def detect(batch: Sequence[Features]) -> list[list[Signal]]:
    """Return the signals of each text; a text in which nothing asks, threatens or lures has none."""
    return [_detect(features) for features in batch]


ASKING = frozenset({"asks_for_secret", "asks_to_pay_first", "asks_to_open_link", "moves_to_chat"})


def _detect(features: Features) -> list[Signal]:
    found = find(features, CUES, BIAS)
    if not found.reasons & ASKING and not features.has_contact:
        return []
    logit = found.logit
    if features.has_contact and found.reasons:
        logit += 1.0
    if {IndicatorType.BANK_ACCOUNT, IndicatorType.CRYPTO} & features.types:
        logit += 0.6
    return signals(NAME, VERSION, LABEL, Found(logit, found.spans, found.reasons), features)
