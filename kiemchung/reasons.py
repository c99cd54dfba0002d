"""The reasons a flag can give, in Vietnamese and English, by code."""

from kiemchung.records import Reason

WORDS: dict[str, tuple[str, str]] = {
    # scam
    "asks_for_secret": (
        "đòi mã OTP, mật khẩu hoặc số thẻ",
        "asks for a code, password or card number",
    ),
    "asks_to_pay_first": (
        "đòi chuyển tiền, đặt cọc hoặc nộp phí trước",
        "asks for money, a deposit or a fee first",
    ),
    "asks_to_open_link": (
        "giục bấm vào đường link hoặc đăng nhập",
        "urges to open a link or log in",
    ),
    "threatens_account": (
        "dọa khóa tài khoản, thuê bao hoặc trừ tiền",
        "threatens to lock an account or take money",
    ),
    "threatens_law": ("dọa bắt giữ, án hoặc cáo buộc", "threatens with arrest or charges"),
    "blackmails": (
        "dọa tung hình ảnh hoặc thông tin riêng",
        "threatens to publish private images or data",
    ),
    "promises_profit": ("hứa lợi nhuận chắc chắn", "promises a sure profit"),
    "promises_easy_job": ("hứa việc nhẹ, thu nhập cao", "promises easy work and high pay"),
    "promises_prize": ("báo trúng thưởng hoặc được nhận tiền", "announces a prize or free money"),
    "promises_recovery": ("hứa lấy lại tiền đã mất", "promises to recover lost money"),
    "promises_loan": ("mời vay không cần giấy tờ", "offers a loan without papers"),
    "plays_relative": (
        "đóng vai người quen cần tiền gấp",
        "plays a relative in urgent need of money",
    ),
    "asks_secrecy": ("dặn giữ bí mật, đừng hỏi ai", "asks to keep it secret and ask nobody"),
    "presses_time": ("ép phải làm ngay", "presses for time"),
    "moves_to_chat": ("kéo sang Zalo, Telegram hoặc nhóm kín", "moves the talk to a messenger"),
    # health
    "claims_cure": ("khẳng định chữa khỏi bệnh nặng", "claims to cure a serious illness"),
    "names_remedy": (
        "dựa vào mẹo hoặc thực phẩm thay thuốc",
        "relies on a home remedy in place of medicine",
    ),
    "against_treatment": (
        "khuyên bỏ thuốc hoặc bỏ điều trị",
        "advises to stop medicine or treatment",
    ),
    "fears_vaccine": ("gán cho vắc xin tác hại không có thật", "ascribes untrue harm to a vaccine"),
    "claims_conspiracy": ("nói ngành y giấu sự thật", "says that medicine hides the truth"),
    # emergency
    "names_danger": ("kể một mối nguy như đang xảy ra", "tells of a danger as a fact"),
    "urges_to_share": ("giục chia sẻ gấp", "urges to share at once"),
    "urges_to_act": ("giục bỏ chạy, tích trữ hoặc rút tiền", "urges to flee, hoard or withdraw"),
    "no_source": ("nguồn mơ hồ, nghe kể lại", "vague hearsay as its source"),
    "sounds_alarm": ("giọng báo động", "the tone of an alarm"),
    # abuse
    "degrades": ("hạ thấp nhân phẩm", "degrades human dignity"),
    "drives_out": ("đòi đuổi hoặc xóa bỏ", "wants them driven out or gone"),
    "targets_group": (
        "nhắm vào một người hoặc một nhóm người",
        "aims at a person or a group of people",
    ),
    # check-worthiness
    "states_number": ("nêu con số hoặc mốc thời gian", "states a number or a date"),
    "states_fact": ("khẳng định một sự việc kiểm chứng được", "states a checkable fact"),
    "public_interest": (
        "liên quan sức khỏe, an toàn hoặc tiền bạc",
        "concerns health, safety or money",
    ),
    # made by triage
    "contradicted": (
        "một kiểm chứng độc lập nói ngược lại",
        "an independent fact-check contradicts it",
    ),
    "suggested": (
        "có thể lặp lại điều đã được kiểm chứng độc lập",
        "may repeat what an independent check rates",
    ),
    "spreads": ("đang lan thành nhiều bản", "spreads in several copies"),
}


def reason(code: str) -> Reason:
    """Return the reason of `code`; a code that isn't listed is a programming error (KeyError)."""
    vi, en = WORDS[code]
    return Reason(code=code, vi=vi, en=en)
