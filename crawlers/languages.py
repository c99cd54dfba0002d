"""The language of a text: what its letters say, else what its page or its source declare.

Themes declare the language of whoever wrote them; so where the letters are clear, they decide.
"""

import re
import unicodedata

LOOKED_AT = 3_000
"""Characters of a text that are counted."""
LEAST_LETTERS = 20
CLEAR = 0.3
"""The share of letters in another script from which on a text is of its language."""
VIETNAMESE = re.compile(r"[ăâêôơưđàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]")
OWN = re.compile(r"[ăơưđảạằắẳẵặầấẩẫậẻẽẹềếểễệỉĩịỏọồốổỗộờớởỡợủũụừứửữựỳỷỹỵ]")
"""Letters that hardly another language writes."""
LEAST_MARKED, LEAST_OWN, NO_MARKS = 0.1, 0.04, 0.01
ENGLISH = frozenset(
    ("of", "and", "that", "with", "was", "were", "from", "is", "are", "by", "for", "this", "which")
)
"""Words without which hardly an English sentence comes; none is a syllable of Vietnamese."""
LEAST_ENGLISH, DISTINCT = 0.06, 3
WORD = re.compile(r"[a-z]+")
TAG = re.compile(r"[a-z]{2,3}(?=$|[-_])")
SCRIPTS = {
    "km": re.compile("[\u1780-\u17ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "lo": re.compile("[\u0e80-\u0eff]"),
    "my": re.compile("[\u1000-\u109f]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "ja": re.compile("[\u3040-\u30ff]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
}


FOREIGN = re.compile("|".join(script.pattern for script in SCRIPTS.values()))


def language_of(text: str, declared: str, usual: str) -> str:
    """Return the language of `text` as an ISO 639 code; where it is unclear, `declared` or `usual`.

    `declared` is any text; only one that begins with a language tag counts.
    """
    text = unicodedata.normalize("NFC", text[:LOOKED_AT]).lower()
    told = TAG.match(declared.strip().lower())
    seen = _seen(text)
    if seen:
        return seen
    # English that has none of the words of English is Vietnamese without marks under a theme.
    is_theme = told is not None and told[0] == "en" and len(text) >= LEAST_LETTERS
    return told[0] if told and not is_theme else usual


def _seen(text: str) -> str:
    """Return the language that the letters and words of `text` tell, "" where they don't."""
    letters = sum(map(str.isalpha, text))
    if letters < LEAST_LETTERS:
        return ""
    for language, script in SCRIPTS.items() if FOREIGN.search(text) else ():
        if len(script.findall(text)) >= CLEAR * letters:
            return language
    marked, own = len(VIETNAMESE.findall(text)), len(OWN.findall(text))
    if marked >= LEAST_MARKED * letters and own >= LEAST_OWN * letters:
        return "vi"
    words = WORD.findall(text)
    common = [word for word in words if word in ENGLISH]
    is_english = len(common) >= LEAST_ENGLISH * len(words) and len(set(common)) >= DISTINCT
    return "en" if is_english and marked <= NO_MARKS * letters else ""
