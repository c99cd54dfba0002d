"""Every word of the interface, in Vietnamese and in English; nothing else speaks to a reader."""

from typing import NamedTuple

from kiemchung.web.health_words import HEALTH_WORDS

LANGUAGES = ("vi", "en")
NAMES = {"vi": "Tiếng Việt", "en": "English"}


class Word(NamedTuple):
    """One text in both languages; `{name}` is filled in."""

    vi: str
    en: str


WORDS: dict[str, Word] = {
    # --- on every page ------------------------------------------------------------------------
    "site.tagline": Word(
        "Lời có thể gây hại, kèm bằng chứng, trước mắt người thẩm định",
        "Words that may hurt people, with the evidence, before a human",
    ),
    "site.skip": Word("Tới nội dung chính", "Skip to content"),
    "site.navigation": Word("Các trang", "Pages"),
    "site.language": Word("Ngôn ngữ", "Language"),
    "site.local": Word(
        "Chỉ chạy trên máy này. Trang này không gửi gì ra ngoài.",
        "Runs on this machine alone. This page sends nothing out.",
    ),
    "site.keys_on": Word("Phím tắt: bật", "Keyboard shortcuts: on"),
    "site.keys_off": Word("Phím tắt: tắt", "Keyboard shortcuts: off"),
    "site.keys_list": Word(
        "j và k: xuống, lên · Enter: mở · 1 đến 8: chọn câu trả lời · s: cờ sau · u: về hàng đợi",
        "j and k: down, up · Enter: open · 1 to 8: choose an answer · s: next flag · u: the queue",
    ),
    "nav.queue": Word("Hàng đợi", "Queue"),
    "nav.search": Word("Tìm kiếm", "Search"),
    "nav.fact_checks": Word("Bài kiểm chứng", "Fact-checks"),
    "nav.about": Word("Giới thiệu", "About"),
    # --- the queue ----------------------------------------------------------------------------
    "queue.title": Word("Hàng đợi", "Review queue"),
    "queue.count": Word("{count} cờ chờ thẩm định", "{count} flags wait for review"),
    "queue.count_one": Word("1 cờ chờ thẩm định", "1 flag waits for review"),
    "queue.count_filtered": Word("{count} trong {total} cờ", "{count} of {total} flags"),
    "queue.by_harm": Word("Loại hại", "Harm"),
    "queue.by_status": Word("Tình trạng", "Status"),
    "queue.all": Word("Tất cả", "All"),
    "queue.show_answered": Word("Hiện cả cờ bạn đã trả lời", "Show those you answered too"),
    "queue.hide_answered": Word("Ẩn cờ bạn đã trả lời", "Hide those you answered"),
    "queue.answered": Word("Bạn đã trả lời", "You answered"),
    "queue.next": Word("Trang sau", "Next page"),
    "queue.first": Word("Về đầu hàng đợi", "Back to the top"),
    "queue.empty": Word("Chưa có cờ nào.", "No flags yet."),
    "queue.empty_help": Word(
        "Khi một bài có dấu hiệu gây hại, bài sẽ hiện ở đây. Thử: kiemchung run",
        "A post that shows signs of harm appears here. Try: kiemchung run",
    ),
    "queue.nothing_left": Word(
        "Không còn cờ nào chờ bạn ở đây.", "Nothing here is waiting for you."
    ),
    "queue.done": Word(
        "Đã ghi câu trả lời. Không còn cờ nào chờ bạn ở đây.",
        "Your answer is kept. Nothing here is waiting for you.",
    ),
    "flag.priority": Word("Ưu tiên", "Priority"),
    "flag.copies": Word("{count} bản sao", "{count} copies"),
    # --- the flag -----------------------------------------------------------------------------
    "flag.saved": Word("Đã ghi câu trả lời trước.", "Your last answer is kept."),
    "flag.change_saved": Word("Xem lại cờ đó", "Look at that flag again"),
    "flag.next": Word("Bỏ qua, xem cờ sau", "Skip to the next flag"),
    "flag.untitled": Word("(không có tiêu đề)", "(no title)"),
    "flag.text": Word("Nguyên văn bài đăng", "The post, word for word"),
    "flag.no_text": Word("Không có chữ nào trong bài.", "The post has no text."),
    "flag.highlights": Word("Chỗ được đánh dấu", "What is highlighted"),
    "flag.whole": Word("Toàn bài", "The whole post"),
    "flag.evidence_quote": Word("Trùng với điều đã được kiểm chứng", "Repeats a checked claim"),
    "flag.reasons": Word("Vì sao được gắn cờ", "Why it was flagged"),
    "flag.evidence": Word("Bằng chứng", "Evidence"),
    "flag.no_evidence": Word(
        "Chưa có bài kiểm chứng nào khớp với bài này.", "No published check matches this post."
    ),
    "flag.story": Word("Cùng một chuyện", "The same story"),
    "flag.story_size": Word(
        "{count} bản gần giống nhau đã được thấy.", "{count} near-copies have been seen."
    ),
    "flag.no_copies": Word(
        "Chưa thấy bản sao nào khác được gắn cờ.", "No other copy has been flagged."
    ),
    "flag.origin": Word("Nguồn gốc", "Origin"),
    "flag.masked": Word(
        "Số điện thoại, tài khoản và tên liên hệ đã được che bằng •.",
        "Phone numbers, accounts and contact names are masked with •.",
    ),
    "flag.address": Word("Địa chỉ trang", "Page address"),
    "flag.open": Word("Mở trang gốc", "Open the page"),
    "flag.source": Word("Nguồn", "Source"),
    "flag.published": Word("Đăng lúc", "Published"),
    "flag.fetched": Word("Thu thập lúc", "Fetched"),
    "flag.deleted": Word(
        "Trang gốc đã bị gỡ; kiemchung thấy điều đó lúc",
        "The page was taken down; kiemchung noticed it",
    ),
    "flag.capture": Word("Bản lưu (SHA-256)", "Capture (SHA-256)"),
    "flag.versions": Word("Phiên bản", "Versions"),
    "flag.revision": Word("Lần ghi", "Revision"),
    "flag.unknown": Word("không rõ", "unknown"),
    "flag.undated": Word("không rõ ngày", "date unknown"),
    "flag.settled": Word("Đã có kết luận", "Settled"),
    # --- evidence -----------------------------------------------------------------------------
    "evidence.claim": Word("Điều được kiểm chứng", "The claim checked"),
    "evidence.quote": Word("Lời trong bài đăng", "The post's words"),
    "evidence.score": Word("độ khớp {score}", "match {score}"),
    "evidence.as_published": Word("nguyên văn: {text}", "as published: {text}"),
    "evidence.open": Word("Đọc bài kiểm chứng", "Read the check"),
    "evidence.passes": Word(
        "Đủ để kết luận “trái với kiểm chứng”.", "Enough for “contradicted by a check”."
    ),
    "evidence.falls_short": Word(
        "Chưa đủ để kết luận “trái với kiểm chứng”: ",
        "Not enough for “contradicted by a check”: ",
    ),
    "gate.publisher": Word("nơi đăng không phải bên độc lập", "not an independent publisher"),
    "gate.itself": Word("nói về chính mình", "speaks of itself"),
    "gate.own": Word("bài của chính bàn này", "this desk's own check"),
    "gate.stance": Word("bài đăng không lặp lại điều này", "the post does not repeat the claim"),
    "gate.rating": Word("không xếp là sai", "not rated false or misleading"),
    "gate.score": Word("độ khớp thấp", "the match is weak"),
    "gate.capture": Word("thiếu bản lưu hoặc ngày", "capture or date is missing"),
    # --- the answer ---------------------------------------------------------------------------
    "form.title": Word("Câu trả lời của bạn", "Your answer"),
    "form.jump": Word("Trả lời", "Answer"),
    "form.harmful": Word("Gây hại, thuộc loại", "Harmful, as"),
    "form.other": Word("Hoặc", "Or"),
    "form.evidence": Word("Dựa vào bằng chứng nào? (bắt buộc)", "On which evidence? (required)"),
    "form.gate_closed": Word(
        "Chưa có bằng chứng độc lập đủ mạnh để chọn mục này.",
        "No independent evidence here is strong enough for this answer.",
    ),
    "form.note": Word("Ghi chú (không bắt buộc)", "Note (optional)"),
    "form.note_help": Word(
        "Đừng ghi số điện thoại, tài khoản hay tên người.",
        "No phone numbers, accounts or names of people, please.",
    ),
    "form.send": Word("Ghi câu trả lời", "Keep this answer"),
    "form.before": Word("Bạn đã trả lời cờ này lúc {time}.", "You answered this flag at {time}."),
    "form.unsettled": Word(
        "Câu trả lời chưa phải kết luận và chỉ nằm trong bàn thẩm định.",
        "An answer is not yet a verdict, and stays inside the desk.",
    ),
    "form.choose": Word("Hãy chọn một câu trả lời.", "Please choose an answer."),
    "form.note_too_long": Word(
        "Ghi chú quá dài: nhiều nhất 2000 ký tự.", "The note is too long: 2,000 characters at most."
    ),
    "form.evidence_needed": Word(
        "“Trái với kiểm chứng” cần ít nhất một bằng chứng độc lập đủ mạnh.",
        "“Contradicted” needs at least one independent piece of evidence that is strong enough.",
    ),
    "form.expired": Word(
        "Biểu mẫu đã cũ. Xin xem lại rồi gửi lần nữa.",
        "This form is too old. Please look it over and send it again.",
    ),
    "form.changed": Word(
        "Cờ đã thay đổi từ khi bạn mở. Xin xem lại rồi gửi lần nữa.",
        "The flag has changed since you opened it. Please look again, then send.",
    ),
    "answer.harmful": Word("Gây hại", "Harmful"),
    "answer.contradicted": Word("Trái với kiểm chứng", "Contradicted by a check"),
    "answer.not_harmful": Word("Không gây hại", "Not harmful"),
    "answer.out_of_scope": Word(
        "Ngoài phạm vi: ý kiến, châm biếm, lời được bảo vệ",
        "Out of scope: opinion, satire, protected speech",
    ),
    "answer.cannot_tell": Word("Không thể xác định", "Cannot tell"),
    # --- search and fact-checks ---------------------------------------------------------------
    "search.title": Word("Tìm trong cờ và bài kiểm chứng", "Search flags and fact-checks"),
    "search.label": Word("Từ cần tìm", "Words to find"),
    "search.help": Word(
        "Gõ có dấu hay không dấu đều được. Đặt trong “ngoặc kép” để giữ đúng dấu và thứ tự.",
        "With or without marks. Put words in “quotes” to keep marks and order.",
    ),
    "search.button": Word("Tìm", "Search"),
    "search.flags": Word("Cờ ({count})", "Flags ({count})"),
    "search.fact_checks": Word("Bài kiểm chứng ({count})", "Fact-checks ({count})"),
    "search.nothing": Word("Không tìm thấy.", "Nothing found."),
    "checks.title": Word("Bài kiểm chứng", "Fact-checks"),
    "checks.count": Word("{count} bài, mới nhất trước", "{count} checks, newest first"),
    "checks.empty": Word(
        "Chưa có bài kiểm chứng nào. Thử: kiemchung fact-checks import TỆP",
        "No fact-checks yet. Try: kiemchung fact-checks import FILE",
    ),
    "checks.older": Word("Cũ hơn", "Older"),
    "checks.newest": Word("Về mới nhất", "Back to the newest"),
    # --- what went wrong ----------------------------------------------------------------------
    "error.back": Word("Về hàng đợi", "Back to the queue"),
    "error.400": Word("Yêu cầu không đọc được.", "The request can't be read."),
    "error.403": Word(
        "Yêu cầu không đến từ trang này nên đã bị từ chối.",
        "The request did not come from this page, and was refused.",
    ),
    "error.404": Word("Không có trang hay cờ này.", "There is no such page or flag."),
    "error.404_help": Word(
        "Cờ có thể đã hết hạn lưu, hoặc đã có kết luận và được gỡ.",
        "The flag may have expired, or was settled and removed.",
    ),
    "error.405": Word("Trang này không nhận cách gọi đó.", "This page does not take that method."),
    "error.413": Word("Nội dung gửi lên quá lớn.", "What was sent is too large."),
    "error.500": Word("Có lỗi trong chương trình.", "Something is wrong in the program."),
    "error.503": Word("Kho hoặc bàn đang trục trặc.", "The store or the desk is in trouble."),
    # --- the closed lists ---------------------------------------------------------------------
    "harm.scam": Word("Lừa đảo", "Scam"),
    "harm.health": Word("Sức khỏe", "Health"),
    "harm.emergency": Word("Tin đồn khẩn", "Emergency rumour"),
    "harm.abuse": Word("Đe dọa, xúc phạm", "Abuse"),
    "harm.false_claim": Word("Lặp lại tin bị bác", "False claim"),
    "harm.check_worthiness": Word("Đáng kiểm chứng", "Worth checking"),
    "harm.evidence": Word("Kiểm chứng", "Fact-check"),
    "status.unverified": Word("Chưa kiểm chứng", "Unverified"),
    "status.contradicted": Word("Trái với kiểm chứng", "Contradicted"),
    "rating.false": Word("Sai", "False"),
    "rating.misleading": Word("Gây hiểu lầm", "Misleading"),
    "rating.unproven": Word("Chưa có căn cứ", "Unproven"),
    "rating.true": Word("Đúng", "True"),
    "rating.other": Word("Khác", "Other"),
    "stance.repeats": Word("bài đăng lặp lại điều này", "the post repeats it"),
    "stance.denies": Word("bài đăng phủ nhận điều này", "the post denies it"),
    "stance.discusses": Word("bài đăng bàn về điều này", "the post discusses it"),
    "publisher.independent_checker": Word("kiểm chứng độc lập", "independent checker"),
    "publisher.medical_scientific": Word("y khoa, khoa học", "medical, scientific"),
    "publisher.press": Word("báo chí", "press"),
    "publisher.authority": Word("cơ quan nhà nước", "authority"),
    "publisher.company": Word("doanh nghiệp", "company"),
    "publisher.unknown": Word("chưa rõ là ai", "unknown"),
    "source.newspaper": Word("báo", "newspaper"),
    "source.forum": Word("diễn đàn", "forum"),
    "source.channel": Word("kênh công khai", "public channel"),
    "source.association": Word("hội", "association"),
    "source.hospital": Word("bệnh viện", "hospital"),
    "source.fact_checker": Word("bên kiểm chứng", "fact-checker"),
    "source.public_body": Word("cơ quan công", "public body"),
    # --- about --------------------------------------------------------------------------------
    "about.title": Word("kiemchung là gì", "What kiemchung is"),
    "about.is": Word(
        "kiemchung đọc các trang công khai bằng tiếng Việt, tìm lời có thể gây hại cho người đọc "
        "và đặt chúng trước người thẩm định, kèm lý do và bằng chứng. Máy chỉ đề nghị; người "
        "quyết định.",
        "kiemchung reads public Vietnamese pages, finds words that may hurt whoever reads them, "
        "and puts them before a human reviewer with reasons and evidence. The machine proposes; "
        "people decide.",
    ),
    "about.refuses": Word("Điều kiemchung từ chối", "What kiemchung refuses"),
    "about.1": Word(
        "Xét lời, không xét người: không lưu tên, ảnh hay tài khoản của ai.",
        "Messages, never people: no name, picture or account of anybody is kept.",
    ),
    "about.2": Word(
        "Chỉ năm loại hại: lừa đảo, sức khỏe, tin đồn khẩn, đe dọa, lặp lại tin bị bác. Không có "
        "chính trị, tôn giáo hay bất đồng.",
        "Five harms only: scam, health, emergency, abuse, false claim. Nothing about politics, "
        "religion or dissent.",
    ),
    "about.3": Word(
        "Không gọi điều gì là sai khi chưa có bằng chứng độc lập.",
        "Nothing is called false without independent evidence.",
    ),
    "about.4": Word(
        "Luôn nói rõ đó là lời của ai; lời của nhà chức trách, báo hay doanh nghiệp không đủ "
        "một mình.",
        "It always says whose word it is; authority, press or company alone never suffices.",
    ),
    "about.5": Word(
        "Phê bình, châm biếm, khiếu nại và lời kêu gọi ôn hòa nằm ngoài phạm vi.",
        "Criticism, satire, complaints and peaceful calls are out of scope.",
    ),
    "about.6": Word(
        "Không đăng, không báo cáo, không gỡ bài của ai.",
        "It never posts, reports or takes anything down.",
    ),
    "about.7": Word(
        "Chỉ đọc trang công khai, theo robots.txt, không bao giờ đọc trang cá nhân.",
        "It reads public pages, by their robots.txt, never a private profile.",
    ),
    "about.8": Word(
        "Lưu ít và không lâu: số điện thoại, tài khoản được che trước khi lưu.",
        "Little is kept, and not for long: phone numbers and accounts are masked before that.",
    ),
    "about.9": Word(
        "Hai người thẩm định độc lập mới thành kết luận; kết luận sai được đính chính công khai.",
        "Two independent reviewers make a verdict; a wrong one is corrected in public.",
    ),
    "about.10": Word(
        "Giờ trên các trang là giờ Việt Nam (UTC+7).",
        "Times on these pages are Vietnam's (UTC+7).",
    ),
    **{key: Word(*texts) for key, texts in HEALTH_WORDS.items()},
}


def say(language: str, key: str, **values: object) -> str:
    """Return the word of `key` in `language` ("vi" or "en"), `values` filled in."""
    text: str = getattr(WORDS[key], language)
    return text.format(**values) if values else text


def choose_language(wanted: str | None, kept: str | None, accepted: str) -> str:
    """Return the language asked for, else the one kept, else the browser's; else Vietnamese.

    `accepted` is an Accept-Language header (RFC 9110, 12.5.4).
    """
    for choice in (wanted, kept):
        if choice in LANGUAGES:
            return choice
    weighted = [_weigh(part) for part in accepted.split(",")]
    best = max(weighted, key=lambda pair: pair[0], default=(0.0, ""))
    return best[1] if best[0] > 0 and best[1] in LANGUAGES else LANGUAGES[0]


def _weigh(part: str) -> tuple[float, str]:
    name, _, weight = part.strip().partition(";q=")
    language = name.strip().lower().partition("-")[0]
    if language not in LANGUAGES:
        return 0.0, ""
    try:
        return float(weight or 1), language
    except ValueError:
        return 0.0, language
