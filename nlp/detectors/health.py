"""Health: a claim on illness, treatment, vaccines or food that hurts who follows it."""

from collections.abc import Sequence

from kiemchung.records import Signal
from kiemchung.vocabulary import SignalLabel
from nlp.cues import ASKS, PLAYS, WARNS, Found, cue, find, signals
from nlp.features import Features

NAME = "health"
VERSION = "2"
LABEL = SignalLabel.HEALTH
BIAS = -2.7

ILLNESS = cue(
    "",
    0.4,
    "ung thu",
    "khoi u",
    "u phoi",
    "tieu duong",
    "dai thao duong",
    "huyet ap",
    "dot quy",
    "can thi",
    "mat can",
    "do can",
    "covid",
    "cum",
    "sot xuat huyet",
    "benh dai",
    "cho can",
    "suy than",
    "gan",
    "tim mach",
    "gut",
    "viem",
    "soi than",
    "hen",
    "lao",
    "tram cam",
    "dong kinh",
    "vac xin",
    "vacxin",
    "vaccine",
    "tiem",
    "chich",
    "hiv",
    "soi",
    "tay chan mieng",
    "nhiem trung",
    "duong huyet",
    "khoe manh",
    "virus",
)

CUES = (
    ILLNESS,
    cue(
        "claims_cure",
        1.6,
        "(?:chua|tri)(?: \\S+){0,4} (?:khoi|dut diem|tan goc|het)(?: \\S+){0,3}",
        "(?:uong|an|ngam|nho|boi|dap|xong)(?: \\S+){0,12} (?:la|thi|se) (?:khoi|het|tan|tieu|tu xuong|on)",
        "khoi (?:han|benh|hoan toan)",
        "khoi u(?: \\S+){0,3} (?:teo|bien mat|tan|tieu)",
        "(?:benh|ung thu|dau)(?: \\S+){0,6} (?:cung het|het luon|la khoi|deu khoi|bien mat|tu khoi|het han)",
        "tu xuong",
        "song lai",
        "het benh",
        "ro mon mot",
        "cam doan",
        "tram phan tram",
        "100 %",
        "thay (?:duoc|the|cho|hoan toan)(?: \\S+){0,2} thuoc",
        "thay luon",
        "nam (?:yen tam|khong lo)",
        "thai doc",
        "chat doc(?: \\S+){0,3} chay ra",
        "diet (?:sach )?(?:virus|te bao ung thu|vi khuan)",
    ),
    cue(
        "names_remedy",
        1.0,
        "(?:uong|an|nhai|nau|ngam|sac|dap|nho|boi|xong|hut|sup)(?: \\S+){0,5} (?:la|toi|sa|chanh|gung|nghe|mat ong|giam|dau bap|rau|nuoc cot|nuoc la|kiem|muoi|re|hat|than|nuoc tieu|sua|dua|oxy gia|baking|que|ca phe)",
        "toi song",
        "nuoc (?:la|cot|kiem)",
        "la (?:du du|lot|oi|mang cau|tia to)",
        "thay lang",
        "ong lang",
        "bai thuoc(?: \\S+){0,2} (?:nam|gia truyen|bi truyen|dan gian)?",
        "meo (?:cua|nay|hay|dan gian)",
        "bi kip",
        "bi quyet",
        "hut noc",
    ),
    cue(
        "against_treatment",
        2.0,
        "(?:khoi|khong|chang|dung|can gi|dung voi|khoi can)(?: \\S+){0,2} (?:mo|hoa tri|hoa chat|xa tri|mua thuoc|uong thuoc|di vien|benh vien|bac si|tiem|chich|deo kieng|vo hoa chat|tiem phong)",
        "(?:bo|ngung|ngua|quang)(?: \\S+){0,3} (?:thuoc|truyen|ong chich|insulin|vien|hoa tri)",
        "bo thuoc",
        "ngung (?:thuoc|chich|tiem|truyen)",
        "(?:vo|xa) hoa chat chi",
        "thuoc tay(?: \\S+){0,4} (?:hai|doc)",
        "hai gan hai than",
        "tu choi(?: \\S+){0,3}(?: tiem| chich)?",
        "chi to",
        "keu ngung",
        "dung (?:chich|tiem)",
        "chi ton tien",
        "tiem vo",
        "(?:ton|tiec) (?:may )?(?:trieu|giup)",
    ),
    cue(
        "fears_vaccine",
        2.2,
        "(?:vac xin|vacxin|vaccine|tiem|chich|mui)(?: \\S+){0,16} (?:vo sinh|teo buong|teo buong trung|tu ky|bien doi gen|chip|chet|liet|lu lan|mat tri nho|ung thu|hai|sut suc)",
    ),
    cue(
        "claims_conspiracy",
        1.0,
        "(?:giau|khong cho (?:minh |dan )?biet|khong noi ra|giu kin|giau ky|ky lam)(?: \\S+){0,4}",
        "het duong ban",
        "hang thuoc",
        "ai mua thuoc",
        "keo bi xoa",
        "de (?:ban|kiem) (?:thuoc|tien|an)",
        "co an thoi",
    ),
    WARNS,
    ASKS,
    PLAYS,
    cue(
        "",
        -2.2,
        "hỏi (?:ý kiến )?bác sĩ",
        "đến (?:cơ sở y tế|bệnh viện|trạm y tế|bác sĩ)",
        "!đi khám",
        "thăm khám",
        "!không (?:thể )?(?:chữa|thay thế|thay|trị)(?: \\S+){0,3}",
        "không (?:tự ý|nên|được) (?:bỏ|ngưng|tự)",
        "đừng (?:tự ý|bỏ thuốc|ngưng thuốc|nghe|bỏ)",
        "!không (?:làm|gây|khiến)(?: \\S+){0,4}",
        "theo chỉ định",
        "!bác sĩ (?:dặn|khuyên|nói|là|điều trị|cho biết|giải thích)",
        "khuyến cáo",
        "nghiên cứu cho thấy",
        "chưa (?:có|được)(?: \\S+){0,3} chứng minh",
        "nhập viện vì",
        "biến chứng",
        "suýt (?:chết|mất)",
        "giờ hối hận",
        "chuyên khoa",
        "sai lầm",
        "!sự thật",
        "kết luận",
        "lời (?:khuyên|đồn)",
        "!cho rằng",
        "không chứng minh",
        "!chưa (?:từng )?chữa",
        "!làm ơn",
        "!tội nghiệp",
        most=3,
    ),
    cue(
        "",
        -1.0,
        "theo toi biet",
        "kinh nghiem cua toi",
        "toi chi ke",
        "khong khuyen",
    ),
)

CLAIMING = frozenset({"claims_cure", "against_treatment", "fears_vaccine"})


def detect(batch: Sequence[Features]) -> list[list[Signal]]:
    """Return the signals of each text; a text that names no illness or claims nothing has none."""
    return [_detect(features) for features in batch]


def _detect(features: Features) -> list[Signal]:
    if not ILLNESS.places(features):
        return []
    found = find(features, CUES, BIAS)
    if not found.reasons & CLAIMING:
        return []
    both = 0.8 if len(found.reasons & CLAIMING) > 1 else 0.0
    logit = found.logit + both
    return signals(NAME, VERSION, LABEL, Found(logit, found.spans, found.reasons), features)
