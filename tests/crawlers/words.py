"""How alike two texts are, by their words."""

import re
from collections import Counter


def word_f1(found: str, expected: str) -> float:
    """Return the F1 of the words of two texts, each counted as often as it stands there."""
    words = [Counter(re.findall(r"\w+", text.lower())) for text in (found, expected)]
    shared = sum((words[0] & words[1]).values())
    return 2 * shared / max(1, words[0].total() + words[1].total())
