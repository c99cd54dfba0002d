"""Stories: near-copies of each other, found by MinHash and checked exactly.

Two texts are near-copies when their sets of three-syllable shingles (folded words) overlap by
half or more (Jaccard). The result does not depend on the order in which texts come.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

SHINGLE = 3
NEAR = 0.5
BANDS = 32
ROWS = 3
PRIME = np.uint64((1 << 61) - 1)
LARGEST_BUCKET = 200
"""A bucket with more texts than this is boilerplate; its texts are compared with its first ones."""

_random = np.random.default_rng(20261124)
FACTORS = _random.integers(1, 1 << 29, size=(BANDS * ROWS, 1), dtype=np.uint64)
OFFSETS = _random.integers(0, 1 << 60, size=(BANDS * ROWS, 1), dtype=np.uint64)

Shingles = NDArray[np.uint64]


def shingles(words: Sequence[str]) -> Shingles:
    """Return the sorted distinct 32-bit hashes of the three-word shingles of `words`."""
    grams = {" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
    hashes = sorted(zlib.crc32(gram.encode("utf-8", "replace")) for gram in grams)
    return np.array(hashes, dtype=np.uint64)


def find_stories(texts: Iterable[tuple[str, Shingles]]) -> dict[str, str]:
    """Return id → story for every text that has a near-copy. Texts are (id, shingles) pairs.

    A story is named by the smallest id among its texts. Texts without a copy are left out.
    """
    known = {key: value for key, value in texts if len(value)}
    parents = {key: key for key in known}
    for near in _candidates(known):
        for a, b in _pairs(sorted(near)):
            # The same two meet in many bands, and in a large story all meet all.
            joined = _root(parents, a) == _root(parents, b)
            if not joined and _jaccard(known[a], known[b]) >= NEAR:
                _join(parents, a, b)
    return _named(parents)


def _signature(values: Shingles) -> Shingles:
    # The modulus keeps products of 29 and 32 bits within 64; a sum of 61 bits can't overflow.
    hashes: Shingles = (FACTORS * values[None, :] + OFFSETS) % PRIME
    lowest: Shingles = hashes.min(axis=1)
    return lowest


def _candidates(known: dict[str, Shingles]) -> list[list[str]]:
    buckets: dict[tuple[int, bytes], list[str]] = defaultdict(list)
    for key, values in known.items():
        signature = _signature(values).reshape(BANDS, ROWS)
        for band in range(BANDS):
            buckets[band, signature[band].tobytes()].append(key)
    return [keys for keys in buckets.values() if len(keys) > 1]


def _pairs(keys: list[str]) -> Iterable[tuple[str, str]]:
    if len(keys) <= LARGEST_BUCKET:
        return ((a, b) for i, a in enumerate(keys) for b in keys[i + 1 :])
    return ((keys[0], b) for b in keys[1:])


def _jaccard(a: Shingles, b: Shingles) -> float:
    common = len(np.intersect1d(a, b, assume_unique=True))
    return common / (len(a) + len(b) - common)


def _root(parents: dict[str, str], key: str) -> str:
    while parents[key] != key:
        parents[key] = parents[parents[key]]
        key = parents[key]
    return key


def _join(parents: dict[str, str], a: str, b: str) -> None:
    first, second = sorted((_root(parents, a), _root(parents, b)))
    parents[second] = first


def _named(parents: dict[str, str]) -> dict[str, str]:
    roots = {key: _root(parents, key) for key in parents}
    sizes: dict[str, int] = defaultdict(int)
    for root in roots.values():
        sizes[root] += 1
    return {key: root for key, root in sorted(roots.items()) if sizes[root] > 1}
