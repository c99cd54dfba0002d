"""Text that was read in a wrong charset somewhere on its way → what it said.

Two accidents are undone, and only where what comes out is Vietnamese by its syllables: a page in
the font of an old code page (`Tr­êng häc`, `Tröôøng hoïc`), and UTF-8 read as a code page, once or
several times over (`nÆ°á»›c lÅ©`).
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from html import unescape
from html.entities import codepoint2name
from itertools import islice

from crawlers.legacy import TABLES, WINDOWS, as_bytes, as_windows, to_unicode
from crawlers.syllables import is_syllable

LEAST = 3
"""Different words that must become Vietnamese."""
SHARE = 0.8
"""Of the words with foreign letters, the part that must."""
SAMPLE = 400
"""Different words that are looked at."""
VARIETY = 6
"""Different letters and signs that these have between them; a sentence has a dozen."""
LONGEST = 40
"""Characters of a word; what is longer is none."""
SEARCHED = 1_000_000
"""Characters in which they are looked for."""
MOST = 50_000
"""Parts of a page that are mended; what has more is refused behind (`crawlers.markup`)."""
ROUNDS = 3
"""How many times over UTF-8 may have been misread."""

TAG = re.compile(r"<[^<>]*>")
WORD = re.compile(r"[^\x00-\x40\x5b-\x60\x7b-\x7f]+")
BETWEEN = str.maketrans(dict.fromkeys("\xa0‘’‚“”„–—…•·«»‹›™®©°\ufffd", " "))
"""What may stand between two words without a blank."""
SEGMENT = re.compile(r"[^<>\"\n]+")
"""Text, or the value of an attribute: what one hand wrote."""
LATIN = frozenset({chr(code) for code in range(0x100)} | set(map(chr, WINDOWS)))
VIETNAMESE = "àáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝ"
FOREIGN = [chr(code) for code in range(0xA1, 0x100) if chr(code) not in VIETNAMESE]
"""Letters of latin-1 that Vietnamese hasn't, and old code pages can't do without."""
_LETTERS = "".join(letter for letter in FOREIGN if letter.isalpha())
_FOREIGN = re.escape("".join(FOREIGN))
# One class at the beginning, told apart behind it: the search then runs over the rest at once.
OLD = re.compile(
    rf"[{_FOREIGN}ÌÒÞìò](?:(?<=[A-Za-z][{_FOREIGN}])|(?<=[{_LETTERS}])(?=[A-Za-z])"
    r"|(?<=[a-zà-ý][ÌÒÞ])|(?<=[aeoâêôãõý][ìò]))"
)
ENTITIES = "|".join(codepoint2name[code] for code in (*range(0xA1, 0x100), *WINDOWS)
                    if code in codepoint2name)  # fmt: skip
ENTITY = re.compile(rf"&(?:{ENTITIES}|#(?:1[6-9]|2[0-5])\d);")

# What the bytes of UTF-8 became in latin-1, windows-1252 and windows-1258.
BYTES = dict(WINDOWS) | {ord("Ă"): 0xC3, ord("đ"): 0xF0}
_THEN = f"[\x80-\xbf{''.join(map(chr, WINDOWS))}]"
MISREAD = re.compile(
    rf"[Â-ôĂđ](?:(?<=[Â-ßĂ]){_THEN}|(?<=[à-ï]){_THEN}{{2}}|(?<=[ð-ôđ]){_THEN}{{3}})"
)
STRANGE = re.compile(
    "[^\x00-\u024f\u02c6\u02dc\u0300-\u0323\u1e00-\u1eff\u2000-\u2bff\ufe0f\ufeff"
    "\U0001f000-\U0001faff]"
)
"""Letters of other scripts, which Vietnamese that was misread does not hold."""
FOREIGN_MARK = re.compile(r"[^\x00-\x7f]")
FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-Z]")
LONE = re.compile(r"([^\W\d_]{0,8})Ã ?([^\W\d_]{0,8})")
"""An `à` whose second byte, a no-break space, became a blank or was lost."""
ONLY_VIETNAMESE = re.compile("[ăđĩũơưĂĐĨŨƠƯ\u1ea0-\u1ef9]")


def mend(text: str) -> str:
    """Return `text` with both accidents undone, where they are plain; else as it is. Linear."""
    if (text.isascii() and "&" not in text) or text.count("\ufffd") > SHARE * len(text) / 10:
        return text
    entities = islice(ENTITY.finditer(text), SAMPLE)
    if sum(unescape(found[0]) in FOREIGN for found in entities) >= LEAST:
        plain = ENTITY.sub(lambda found: unescape(found[0]), text, MOST)
        mended = _mend(plain)
        return text if mended == plain else mended
    return _mend(text)


def _mend(text: str) -> str:
    if MISREAD.search(text):
        text = _mend_misread(text)
    few = islice(OLD.finditer(text), LEAST)
    return _mend_old(text) if len(list(few)) == LEAST else text


# --- the fonts of old code pages ----------------------------------------------------------------


def words_of(text: str) -> list[str]:
    """Return the different words of a page's text that have other letters than ASCII's."""
    words = WORD.finditer(TAG.sub(" ", text[:SEARCHED]))
    foreign = (word[0] for word in words if not word[0].isascii() and len(word[0]) <= LONGEST)
    return list(dict.fromkeys(islice(foreign, SAMPLE * 10)))[:SAMPLE]


def charset_of(
    words: list[str], named: Sequence[str] = (), *, only_these: bool = False
) -> str | None:
    """Return which of TABLES makes Vietnamese of `words` (bytes as latin-1 writes them), if any.

    Of two as good, one that is `named` is taken; `only_these` asks no others, and for less.
    """
    least, share = (1, SHARE / 2) if only_these else (LEAST, SHARE)
    best, found = 0, None
    for charset in dict.fromkeys((*named, *(() if only_these else TABLES))):
        good, changed, all_told = _tally(words, charset)
        score = 2 * good - all_told
        if changed >= least and good >= share * all_told and (score > best or only_these):
            best, found = score, charset
    return found


def _tally(words: list[str], charset: str) -> tuple[int, int, int]:
    """Count the words that are Vietnamese when read so, those of them that change, and all."""
    judged = [(word, _is_good(word, charset)) for word in words]
    good = [word for word, is_good in judged if is_good]
    changed = sum(to_unicode(word, charset) != as_windows(word) for word in good)
    return len(good), changed, sum(is_good is not None for _, is_good in judged)


def _is_good(word: str, charset: str | None = None) -> bool | None:
    """Tell whether a word is Vietnamese when read so; None where that leaves no letters to tell."""
    return len(word) <= LONGEST and _is_good_word(word, charset)


@lru_cache(maxsize=20_000)
def _is_good_word(word: str, charset: str | None) -> bool | None:
    read = to_unicode(word, charset) if charset else word
    pieces = [piece for piece in read.translate(BETWEEN).split() if not piece.isascii()]
    if not charset and not word.isupper() and word[1:] != word[1:].lower():
        return False
    return all(map(is_syllable, pieces)) if pieces else None


def _mend_old(text: str) -> str:
    """Read the parts of a page that are in an old code page; what is Vietnamese already stays."""
    words = [word for word in words_of(text) if LATIN.issuperset(word) and not _is_good(word)]
    # Spam that dresses its vowels up (`möi ngäy`) has few letters to do it with.
    if len(set(FOREIGN_MARK.findall("".join(words)))) < VARIETY:
        return text
    charset = charset_of([as_bytes(word) for word in words])
    if charset is None:
        return text
    return SEGMENT.sub(lambda part: _read_segment(part[0], charset), text, MOST)


def _read_segment(segment: str, charset: str) -> str:
    if segment.isascii():
        return segment
    words = [word for word in WORD.findall(segment) if not word.isascii()]
    if not LATIN.issuperset(segment):
        return WORD.sub(lambda word: _read_word(word[0], charset), segment)
    before = sum(bool(_is_good(word)) for word in words)
    after = sum(bool(_is_good(as_bytes(word), charset)) for word in words)
    return to_unicode(as_bytes(segment), charset) if after > before else segment


def _read_word(word: str, charset: str) -> str:
    doubtful = len(word) > 1 and LATIN.issuperset(word) and not _is_good(word)
    return to_unicode(word, charset) if doubtful and _is_good(as_bytes(word), charset) else word


# --- UTF-8 read as a code page ------------------------------------------------------------------


def _mend_misread(text: str) -> str:
    """Undo the misreading, in the parts of a page that it makes Vietnamese."""
    whole = text
    for _ in range(ROUNDS):
        whole = _read_utf8(whole) or whole
    if len(_gained(text[:SEARCHED], whole[:SEARCHED])) >= LEAST:
        return unicodedata.normalize("NFC", whole)
    known: set[str] = set()
    parts = (part[0] for part in islice(SEGMENT.finditer(text), MOST))
    for part in islice(filter(MISREAD.search, parts), SAMPLE):
        known |= _gained(part, _undone(part))
    if not known:
        return text
    certain = len(known) >= LEAST
    return SEGMENT.sub(lambda part: _mend_segment(part[0], certain=certain), text, MOST)


def _mend_segment(segment: str, *, certain: bool) -> str:
    if segment.isascii() or not (MISREAD.search(segment) or (certain and "Ã" in segment)):
        return segment
    undone = _undone(segment)
    return undone if certain or _gained(segment, undone) else segment


def _undone(segment: str) -> str:
    """Return a segment read as UTF-8, as often as nearly all of its foreign letters take part."""
    text = segment
    for _ in range(ROUNDS):
        read = _read_utf8(text) or _read_most(text)
        if read == text:
            break
        text = read
    if "Ã" in text and (text != segment or _is_lonely(text)):
        text = LONE.sub(_lone, text)
    return unicodedata.normalize("NFC", text)


def _is_lonely(segment: str) -> bool:
    return not segment.isupper() and segment.replace("Ã", "").isascii()


def _read_most(segment: str) -> str:
    found = MISREAD.findall(segment)
    rest = MISREAD.sub("", segment).translate(BETWEEN) if found else ""
    alone = len(FOREIGN_LETTER.findall(rest))
    if alone > len(found) // 5 + rest.count("Ã"):
        return segment
    return MISREAD.sub(lambda letter: _read_utf8(letter[0]) or letter[0], segment)


def _read_utf8(text: str) -> str:
    """Return the whole of `text` read as UTF-8; nothing where it is more than that."""
    try:
        read = text.translate(BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return ""
    return "" if STRANGE.search(read) else read


def _lone(found: re.Match[str]) -> str:
    head, tail = f"{found[1]}à", found[2]
    if not found[1] and not tail:
        return "à"
    together = not tail or is_syllable(head + tail)
    return head + tail if together else f"{head} {tail}"


def _gained(before: str, after: str) -> set[str]:
    """Return the words that only Vietnamese has and that were not there before."""
    words = set(WORD.findall(after)) - set(WORD.findall(before))
    found = {word for word in words if ONLY_VIETNAMESE.search(word)}
    good = {word for word in found if _is_good(word)}
    return good if len(good) >= SHARE * len(found) else set()
