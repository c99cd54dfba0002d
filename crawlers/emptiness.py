"""Pages that say 200 and hold nothing: "there is no such page", and "log in to see it".

Only a short page without a date can be one, and only by a whole heading or sentence: an article
about a missing page, or about a missing person, is neither. Pure, as all of extraction.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec
from lxml.html import HtmlElement

from crawlers.document import parse
from crawlers.drafts import Extracted
from kiemchung.errors import ExtractionError
from kiemchung.records import RawPage
from kiemchung.text import fold_text
from kiemchung.vocabulary import Fate

SHORT = 400
"""Characters of text, from which on a page is taken for what it says."""
BARE = 15
"""Letters that a page may have beside what a login form says, and be nothing but that form."""
PAGE_BYTES = 500_000
"""A page that is larger, and yields next to no text, is not looked at a second time."""

ENDS = re.compile(r"[.!?…\n]+(?:\s|$)|\n")
JOINTS = re.compile(r"\s+[|\-–—›»·:]\s+")
EDGES = " \t\r\n.,!?:;…\"'“”()[]|-–—›»·"
# All are matched against folded text (no marks, đ as d, lower case), whole.
_THING = (
    r"(?:trang|bai viet|bai bao|bai|noi dung|chu de|chuyen muc|duong dan|lien ket|tin|tin bai"
    r"|thong tin|dia chi|trang web|san pham|bai dang|tep|thanh vien)"
)
_WHOSE = (
    r"(?: (?:nay|do|tren|ma))?(?: (?:ban|quy khach|quy vi|quy doc gia|doc gia))?"
    r"(?: (?:dang|vua|muon|can|da))?(?: (?:tim(?: kiem)?|truy cap|yeu cau|xem|chon|nhap|mo))?"
    r"(?: (?:nay|vao))?"
)
_GONE = (
    r"(?:hien )?(?:(?:khong|chua) (?:con )?(?:ton tai|tim thay|duoc tim thay|co|kha dung|hop le)"
    r"|khong con(?: nua)?"
    r"|(?:da |co the da )?(?:bi |duoc )(?:xoa|go|go bo|xoa bo|an|loai bo|di chuyen|chuyen di))"
)
_MORE = rf"(?:(?:,)? (?:hoac|hay)(?: la)? {_GONE})*(?: (?:nua|tren he thong|tai day|o day))?"
_SORRY = r"(?:(?:rat tiec|xin loi|oops|opps|uh oh|loi|that tiec|sorry|whoops)[,!.:]? )?"
_CODE = r"(?:(?:loi|error|ma loi|http)[ :]*)?404(?:[ :]*error)?"
MISSING = re.compile(
    rf"{_CODE}"
    rf"|(?:{_CODE}[ ,:.!-]*)?{_SORRY}(?:"
    rf"(?:chung toi )?khong (?:the )?tim thay (?:{_THING}|ket qua|gi){_WHOSE}"
    rf"|{_THING}{_WHOSE} {_GONE}{_MORE}"
    r"|(?:the |this |that )?(?:requested )?(?:page|article|post|thread|topic|content|story|link)"
    r"(?: you(?:'re| are)?(?: were| have)?"
    r" (?:looking for|requested|trying to (?:reach|view)))?"
    r"(?: (?:does(?:n't| not|nt) exist|no longer exists|can(?:'t|not|t) be found"
    r"|could(?:n't| not|nt) be found|was(?:n't| not|nt) found|is(?:n't| not|nt) available"
    r"|is no longer available|has been (?:removed|deleted|moved)|not found))"
    r"(?: or (?:is private|has been (?:removed|deleted|moved)|no longer exists))?"
    r"|not found|file not found|nothing (?:was )?found(?: (?:here|at this location))?"
    r"|we can(?:'t|not|t) find (?:that|the) page(?: you(?:'re| are) looking for)?"
    r"|(?:it looks like )?nothing was found at this location"
    r"|no (?:thread|post|forum|topic) specified"
    r")"
)
LOCKED = re.compile(
    rf"{_SORRY}(?:"
    r"(?:ban |quy khach |quy doc gia )?(?:vui long|hay|xin hay|xin|can|phai|can phai|phai la)"
    r"(?: (?:thanh vien|phai))?(?: (?:va|de))?(?: ?(?:dang nhap|dang ky))"
    r"(?: (?:hoac|va|/) (?:dang ky|dang nhap|tao tai khoan))?(?: (?:tai khoan|thanh vien|ngay))?"
    r"(?: (?:de|truoc khi|moi co the|moi duoc|roi) [a-z0-9 ,]{3,80})?"
    r"|noi dung (?:nay )?(?:chi )?danh (?:rieng )?cho (?:thanh vien|nguoi dung|doc gia)"
    r"(?: (?:da )?(?:dang nhap|dang ky))?"
    r"|(?:you must|you need to|please|you have to) (?:be logged[ -]in|log ?in|sign ?in|login)"
    r"(?: or (?:register|sign ?up|create an account))?"
    r"(?: (?:to|before|in order to) [a-z0-9 ,]{2,80})?"
    r"|(?:log ?in|sign ?in|login) (?:to (?:continue|view|read|see)[a-z0-9 ,]{0,60}|required)"
    r"|members only"
    r")"
)
LOGIN_HEADING = re.compile(
    r"(?:dang nhap|log ?in|sign ?in|yeu cau dang nhap|login required)"
    r"(?: (?:(?:vao )?(?:he thong|tai khoan|dien dan|thanh vien)|hoac dang ky|or register))?"
)
FORM = re.compile(
    r"\b(?:ten (?:dang nhap|truy cap|tai khoan)|dang (?:nhap|ky)(?: ngay)?|(?:quen )?mat khau"
    r"|(?:ghi )?nho (?:toi|dang nhap|mat khau)|tai khoan|thanh vien|chua co|da co|hoac|bang|voi|va"
    r"|e-?mail|so dien thoai|facebook|google|zalo|apple|user ?name|(?:forgot (?:your )?)?password"
    r"|log ?in|sign ?(?:in|up)|login|remember me|keep me|register|create (?:an )?account|your|or)\b"
)
"""What a login form says; what else stands beside it is a message."""
AROUND = re.compile(
    r"(?:vui long|xin|hay|ban (?:co the|vui long)|quay|tro (?:ve|lai)|ve trang chu|trang chu"
    r"|lien he|bam|nhan|kiem tra|co the|thu |tim kiem"
    r"|go |back|return|please|try|search|click|check|home"
    r"|you (?:can|may)|use |perhaps|maybe|it (?:may|might)|if you)\b.{0,200}"
)
"""How a sentence begins that goes along with "there is no such page"."""
AROUND_IT = " or ".join(
    f"ancestor::{tag}"
    for tag in ("script", "style", "noscript", "nav", "header", "footer", "aside", "form", "button")
)
INLINE = frozenset(("a", "b", "em", "font", "i", "small", "span", "strong", "u"))
SIGH = re.compile(r"(?:rat tiec|xin loi|that tiec|oops|opps|uh oh|whoops|sorry|loi|error|404)")


def without_emptiness(page: RawPage, extracted: Extracted) -> Extracted:
    """Return `extracted`, or nothing but a fate where `page` only says that it holds nothing."""
    fate = _fate_of(page) if _may_be_empty(page, extracted) else None
    if fate is None:
        return extracted
    return msgspec.structs.replace(extracted, drafts=(), fact_checks=(), fate=fate)


def _may_be_empty(page: RawPage, extracted: Extracted) -> bool:
    """Tell by what was extracted alone: nearly all pages end here."""
    drafts = extracted.drafts
    if extracted.fact_checks or len(drafts) > 1 or len(page.body) > PAGE_BYTES:
        return False
    return all(len(each.text) <= SHORT and each.published_at is None for each in drafts)


def _fate_of(page: RawPage) -> Fate | None:
    try:
        tree = parse(page).tree
    except ExtractionError:
        return None
    headings = list(_headings(tree))
    text = _message(tree)
    sentences = list(_sentences(text)) if len(text) <= SHORT else []
    for fate, pattern in ((Fate.SOFT_404, MISSING), (Fate.LOGIN_WALL, LOCKED)):
        if any(map(pattern.fullmatch, headings)) or _says_only(pattern, sentences):
            return fate
    locked = bool(tree.xpath("//input[@type='password']")) and len(text) <= SHORT
    asks = any(map(LOGIN_HEADING.fullmatch, headings))
    return Fate.LOGIN_WALL if locked and (asks or _is_form(text)) else None


def _headings(tree: HtmlElement) -> Iterator[str]:
    """Yield title and first heading, folded, each also without the site's name beside it."""
    first = next(tree.iter("h1"), None)
    second = next(tree.iter("h2", "h3"), None) if first is None else None
    for element in (tree.find(".//title"), first, second):
        whole = "" if element is None else " ".join(element.text_content().split())
        if len(whole) <= SHORT:
            pieces = JOINTS.split(whole)
            yield from map(_folded, (whole, pieces[0], pieces[-1]))


def _message(tree: HtmlElement) -> str:
    """Return what stands on the page, a line a piece, without menus and forms.

    Extraction can't be asked: on a page that says next to nothing it takes the menu for the text.
    """
    body = tree.find(".//body")
    texts = [] if body is None else body.xpath(f".//text()[not({AROUND_IT})]")
    pieces = ((" " if text.getparent().tag in INLINE else "\n") + str(text) for text in texts)
    return "".join(pieces).strip()


def _sentences(text: str) -> Iterator[str]:
    for sentence in ENDS.split(text):
        folded = _folded(sentence)
        if folded and not SIGH.fullmatch(folded):
            yield folded


def _folded(text: str) -> str:
    return " ".join(fold_text(text).replace("’", "'").split()).strip(EDGES)


def _says_only(pattern: re.Pattern[str], sentences: Sequence[str]) -> bool:
    """Tell whether the first sentence is of `pattern`, and all others go along with it."""
    if not sentences or not pattern.fullmatch(sentences[0]):
        return False
    along = (MISSING, LOCKED, AROUND)
    return all(any(each.fullmatch(s) for each in along) for s in sentences[1:])


def _is_form(text: str) -> bool:
    rest = FORM.sub("", fold_text(text))
    return len(re.sub(r"[\W_]+", "", rest)) <= BARE
