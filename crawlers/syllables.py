"""How a Vietnamese syllable is built: enough to tell that a text was read in the right charset."""

import re
import unicodedata

TONES = "\u0300\u0301\u0303\u0309\u0323"
STOPPED = "\u0301\u0323"
"""The tones that a syllable ending in a stop can have: sắc and nặng."""
RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu "
    "i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu "
    "o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi "
    "om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt "
    "u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya "
    "uych uyên uyêt uynh uyp uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu "
    "y yêm yên yêng yêt yêu yn ynh yt yu"
)
SYLLABLE = re.compile(
    # What is written c, g, ng before a, o, u is written k, gh, ngh before e, i, y.
    r"(?:ngh(?=[eêi])|ng(?![eêiy])|gh(?=[eêi])|g(?![eêy])|k(?=[eêiy])|c(?![eêiy])|qu(?![ouư])"
    r"|gi(?![iy])|nh|th|tr|ch|ph|kh|[bdđhlmnprstvx])?"
    rf"(?:{'|'.join(sorted(RHYMES.split(), key=len, reverse=True))})"
)


def is_syllable(word: str) -> bool:
    """Tell whether `word` could be one Vietnamese syllable, its marks and tone in their places."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [mark for mark in parts if mark in TONES]
    base = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in TONES))
    if len(tones) > 1 or not SYLLABLE.fullmatch(base):
        return False
    return not base.endswith(("c", "ch", "p", "t")) or bool(tones and tones[0] in STOPPED)
