"""What class, id, role and style say of an element: message, body of it, or what stands around."""

import re
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise


class Mark(IntEnum):
    """What a box is by its own attributes."""

    PLAIN = 0
    BODY = 1
    MESSAGE = 2
    """One of the messages of a thread."""
    COMMENT = 3
    OUT = 4
    WEAK = 5
    """Words that mostly, and not always, mean that something stands around the message."""
    HIDDEN = 6
    DATA = 7
    """A table of figures, not one that lays out a page."""
    QUOTE = 8
    """Another message, quoted in one of a thread."""
    DECLARED = 9
    """The body, by the page's own microdata."""
    NARROW = 10
    """A column of the usual grid; WEAK beside a wide one."""
    CAPTION = 11
    """What a picture shows; the message where nearly all of it is told under pictures."""


LOOKED_AT = frozenset(("class", "id", "itemprop", "role", "type", "data-role", "component"))
LENGTH = 300
"""Characters of attributes that are looked at."""
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
BREAKS = re.compile(r"[-_\s:.\d/]+")
# Classes that tell of a state, of a grid, or of a theme; none tells what the element is.
STATES = re.compile(
    r"(?:^|(?<=\s))(?:(?:has|with|without|no|is|hide|show|single|js|wp-block|elementor|et|vc|theme|"
    r"page-template|md|lg|sm|xs|tablet|desktop|mobile)[-_:]|overflow)\S+"
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Whole classes and ids, by the software of forums; `itemprop-` is put before microdata.
MESSAGES = _set(
    "bbwrapper bb-wrapper message-body message-content message-text messagetext postcontent "
    "post-content forum-post-content post_body post-body postbody postmsg post-msg post-text "
    "posttext cooked s-prose js-post-body bbp-topic-content bbp-reply-content "
    "comment_text commentcontent post/content itemprop-text narrow"
)
QUOTES = _set("bbcodeblock--quote quote quotebox quoteblock quotemessage bbcode_quote")
HIDDEN = frozenset(("hidden", "hide", "d-none"))
SHOWN = (":block", ":flex", ":grid", ":inline")
DECLARED = "itemprop-articlebody"

# Words of classes and ids, up to three in a row written as one.
BODIES = frozenset(
    first + last
    for first in _set("article detail news main singular cms art entry post story content")
    for last in _set("content contents text body detail")
) | _set("bodytext fckdetail noidung thanbai chitiet baiviet")
COMMENTS = _set(
    "comment comments commentlist boxcomment cmt cmts respond reply replies binhluan ykien feedback"
)
AROUND = _set(
    "sitefooter pagefooter globalfooter footer masthead nav navigation navbar menu topbar toolbar "
    "breadcrumb breadcrumbs pagination pager paging pagenavi sidebar rail relate related relates "
    "recommend recommended recommendation recommendations morenews morestories moreposts "
    "morearticles lienquan tinkhac tinmoi tincung cungchuyenmuc xemthem docthem docnhieu doctiep "
    "readmore readnext readalso youmay share sharing sharer shares social socials chiase addthis "
    "addtoany newsletter signup optin mailinglist dangky taglist taglinks tagcloud tagbox listtag "
    "listtags keyword keywords tukhoa posttags entrytags adsbygoogle adslot adsbox adbox quangcao "
    "dfp cookie cookies consent gdpr paywall byline tacgia aboutauthor authorbox authorbio "
    "authorinfo print printfriendly inbai emailthis entrymeta entryfooter entryutility postmeta "
    "postfooter postinfo postdate postauthor articlemeta articlefooter articleinfo metadata login "
    "searchform searchbox skiplink screenreadertext sronly visuallyhidden toc tableofcontents "
    "rating ratings vote votes reaction reactions emoji caption wpcaptiontext chuthich prevnext "
    "postnav postnavigation navlinks nextpost previouspost trending mostread mostviewed "
    "mostpopular userinfo postprofile"
)
BEGINNINGS = (
    *("disqus", "advert", "sponsor", "subscri", "tinlienquan", "related", "outbrain", "taboola"),
    *("newsletter", "sharedaddy"),
)
WEAK = _set(
    "ad ads banner promo promos promotion meta widget widgets bio profile poster side credit "
    "copyright like likes recent latest popular modal overlay popup lightbox aside tag tags author "
    "authors signature follow search foot cta avatar source nguon rightcol colright rightcolumn "
    "cotphai cottrai"
)
NARROW = re.compile(r"(?<![\w-])col-(?:xs|sm|md|lg|xl)-[1-4](?![\w-])")
WIDE = re.compile(r"(?<![\w-])col-(?:xs|sm|md|lg|xl)-(?:[6-9]|1[01])(?![\w-])")
"""Columns of the usual grid: at most a third of the page wide, and at least half of it."""
STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-indent\s*:\s*-\d{3}|"
    r"(?:left|top|(?<!margin-)(?:right|bottom))\s*:\s*-(?:\d{4}|\d{3}r?em)|"
    r"clip\s*:\s*rect\(\s*[01]\D|"
    r"clip-path\s*:\s*inset\(\s*(?:50|100)%|transform\s*:\s*scale[xy]?\(\s*0\s*\)",
    re.IGNORECASE,
)
"""How text is hidden from readers, which is spam as often as it is for screen readers."""
FAINT = re.compile(r"opacity\s*:\s*(?:0(?:\.0*)?|\.0+)(?![\d.])", re.IGNORECASE)
NOTHING = r"\s*:\s*(?:0(?:px|pt|em|rem|%)?|1px)\s*(?:;|!|\Z)"
FLAT = re.compile(rf"(?:height|width){NOTHING}", re.IGNORECASE)
"""What is without opacity alone may fade in, and what is without height alone fold out."""
TINY = re.compile(rf"font-size{NOTHING}", re.IGNORECASE)
"""Nobody can read it, unless what stands in it has a size of its own (a trick of layout)."""
ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog")
)


def mark_of(attributes: list[tuple[str, str]]) -> Mark:
    """Return what an element with `attributes` is."""
    told = ""
    for name, value in attributes:
        if name in LOOKED_AT:
            if name == "role" and value in ROLES:
                return Mark.OUT
            told += f" itemprop-{value}" if name == "itemprop" else f" {value}"
        elif name == "hidden" or (name == "style" and is_hidden(value)):
            return Mark.HIDDEN
    return _mark_of(told[:LENGTH]) if told else Mark.PLAIN


@lru_cache(maxsize=5_000)
def is_hidden(style: str) -> bool:
    """Tell by an element's `style` whether readers of the page don't see it."""
    style = style[:LENGTH]
    if STYLE.search(style) or TINY.search(style):
        return True
    return FAINT.search(style) is not None and FLAT.search(style) is not None


def is_tiny(style: str) -> bool:
    """Tell whether only the size of its letters hides an element."""
    return TINY.search(style[:LENGTH]) is not None and STYLE.search(style[:LENGTH]) is None


@lru_cache(maxsize=20_000)
def _mark_of(told: str) -> Mark:
    whole = told.lower().split()
    if not HIDDEN.isdisjoint(whole) and not any(shown in told for shown in SHOWN):
        return Mark.HIDDEN
    if DECLARED in whole:
        return Mark.DECLARED
    if not MESSAGES.isdisjoint(whole) or any(map(_is_numbered, whole)):
        return Mark.MESSAGE
    if not QUOTES.isdisjoint(whole):
        return Mark.QUOTE
    mark = _by_words(_words(told))
    return Mark.NARROW if mark == Mark.PLAIN and NARROW.search(told) else mark


def _is_numbered(name: str) -> bool:
    return name.startswith("post_message_")


def _words(told: str) -> list[str]:
    """Return the words of classes and ids, and two and three in a row as one."""
    words = BREAKS.split(CAMEL.sub("-", STATES.sub("", told)).lower().strip())
    twos = map("".join, pairwise(words))
    threes = map("".join, zip(words, words[1:], words[2:], strict=False))
    return [*words, *twos, *threes]


def _by_words(words: list[str]) -> Mark:
    for known, mark in ((COMMENTS, Mark.COMMENT), (AROUND, Mark.OUT)):
        if not known.isdisjoint(words):
            return mark
    for word in words:
        if word.startswith(BEGINNINGS) or word.endswith("caption"):
            return Mark.OUT
    for known, mark in ((WEAK, Mark.WEAK), (BODIES, Mark.BODY)):
        if not known.isdisjoint(words):
            return mark
    return Mark.PLAIN
