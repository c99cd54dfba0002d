"""Emergency: an unsourced rumour of disaster, crime, shortage or the like, told as fact."""

from collections.abc import Sequence

from kiemchung.records import Signal, SignalLabel
from nlp.cues import ASKS, PLAYS, WARNS, Found, cue, find, signals
from nlp.features import Features

NAME = "emergency"
VERSION = "1"
LABEL = SignalLabel.EMERGENCY
BIAS = -3.2

CUES = (
    cue("names_danger", 1.8,
        "(?:dap|de|ho|cong)(?: \\S+){0,8} (?:nut|vo|sap vo|tran)", "se vo", "sap vo", "vo de", "dong dat", "song than", "(?:sap|se) sap", "bao (?:cap|so) \\d+(?: \\S+){0,2}", "lu (?:quet|ve|dau nguon)", "sat lo", "xa lu",
        "bat coc", "mat (?:\\d|hai|ba|bon|nam|may) (?:chau|dua|em|be)", "(?:dua|bit mieng|do|du)(?: \\S+){0,6} len xe", "lay noi tang", "vuot nguc", "tron trai", "giet nguoi", "co sung", "trong nguoi co sung",
        "(?:khi|hoa chat|gas|amoniac|clo|doc)(?: \\S+){0,4} (?:ro ri|xi ra|thoat|lan|tran)", "ro ri", "(?:no|chay) (?:lon|nha may|kho)", "chay phoi",
        "nhiem (?:doc|thuoc tru sau|khuan|phong xa|chi)", "thuoc tru sau", "(?:nhap vien|ngat)(?: \\S+){0,3} (?:het|hang loat|ca)", "ngo doc", "dich (?:benh )?(?:la|moi|bung phat|lan)", "phong toa",
        "het (?:xang|gao|nuoc|thuoc)", "treo bang nghi", "bay noc", "mat dien (?:toan|\\d+)", "pha san", "khong cho(?: ai)? rut", "dong cua ngan hang", "cuop", "danh bom", "chien tranh", "khung bo"),
    cue("urges_to_share", 1.5,
        "chia se (?:gap|ngay|lien|giup|di|cho)", "(?:chuyen|gui|copy|share)(?: \\S+){0,5} (?:biet gap|gap|10 nguoi|cho nguoi than|bon nguoi|nhom|nguoi khac)", "bao cho (?:nhau|moi nguoi)", "lan truyen giup", "doc xong gui", "moi lan chia se"),
    cue("urges_to_act", 1.5,
        "(?:chay|di|rut|mua|tru|tron|so tan|doi)(?: \\S+){0,5} (?:ngay|lien|gap)", "dung (?:cho|xai|dung|mo|uong|de)(?: \\S+){0,6}", "(?:mua|tru|do day)(?: \\S+){0,4} (?:gao|mi|nuoc|xang|binh|nen)", "len doi", "dong (?:kin )?cua", "do (?:xang|day)", "xai nuoc", "mua nuoc binh", "tru them", "khoa rao", "gom (?:giay to|do)", "ra quay rut", "om men ra", "don som", "coi chung", "tru lien"),
    cue("no_source", 1.3,
        "nghe (?:noi|dau|don|cai)", "moi nghe", "(?:nguoi|anh em|ban|chi|em|cau|ong)(?: \\S+){0,6} (?:noi lai|noi len|bao ve|goi ve|ke lai|noi ro)", "nguoi trong(?: \\S+){0,3}", "moi nhan (?:duoc )?(?:tu|tin)", "giấu(?: \\S+){0,3}", "em tin", "bit tin", "bung bit", "khong thay bao", "im re", "so (?:mat thi dua|dan hoang|trach nhiem)", "co nguoi thay", "diem do"),
    cue("sounds_alarm", 1.1,
        "khẩn", "khẩn cấp", "khan", "hốt hoảng", "troi oi", "ba con (?:oi|co|chu y)", "bao dong", "nguy roi", "nguy hiem lam", "mau len", "gấp", "fwd", "ae oi", "khong thua", "la khong kip", "khong kip", "chạy ngay"),
    WARNS, ASKS, PLAYS,
    cue("", -3.0,
        "!theo (?:trung tâm|đài|ban chỉ huy|sở|cục|viện|ubnd|ủy ban|thông báo|bản tin|tin từ|cơ quan|công an|bệnh viện|điện lực|đại diện|ông|bà)", "(?:trung tâm|đài) (?:dự báo )?khí tượng", "ban chỉ huy", "(?:thông báo|công văn|công điện|quyết định|bản tin) số", "nguồn tin", "!nguồn",
        "(?:phát|ra) (?:bản tin|thông báo|cảnh báo)", "diễn tập", "điện lực(?: \\S+){0,4} thông báo", "phát ngôn", "cho biết", "xác nhận", "đường dây nóng", "liên hệ(?: \\S+){0,4} (?:ubnd|ủy ban|ban|trạm|công an)", "số điện thoại trực", "!lấy mẫu", "xét nghiệm", "bác sĩ"),
    cue("", -1.5, "năm ngoái", "năm xưa", "ngày xưa", "hồi (?:đó|xưa|nhỏ)", "kỷ niệm", "nhớ lại", "!phim", "!truyện", "giả sử", "mơ thấy", "cầu nguyện", "đã (?:qua|xảy ra) (?:\\d+|mấy) năm"),
    cue("", -1.2, "khiếu nại", "hóa đơn", "thái độ", "quy hoạch", "dự án", "đấu thầu", "kiến nghị", "đề nghị", "bức xúc"),
)  # fmt: skip


def detect(batch: Sequence[Features]) -> list[list[Signal]]:
    """Return the signals of each text; a text that names no danger has none."""
    return [_detect(features) for features in batch]


def _detect(features: Features) -> list[Signal]:
    found = find(features, CUES, BIAS)
    if "names_danger" not in found.reasons:
        return []
    loud = 0.6 if "!!" in features.text else 0.0
    logit = found.logit + loud
    return signals(NAME, VERSION, LABEL, Found(logit, found.spans, found.reasons), features)
