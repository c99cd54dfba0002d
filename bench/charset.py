"""Measure how many marks come out right of each old encoding: `python bench/charset.py`.

Vietnamese sentences of ../shared/data/text_vi are written in each encoding, called what a server
may call them, and decoded; a mark counts where the whole syllable is the one that went in. Texts
that are right are decoded besides: none may change. Without the shared data, the demo's texts do.
"""

import argparse
import gzip
import json
import lzma
import random
import re
import time
import unicodedata
from collections.abc import Callable, Iterator

from crawlers.charset import decode
from kiemchung.paths import ROOT
from tests.crawlers.encodings import CHARSETS, encode, misread

SHARED = ROOT.parent / "shared" / "data"
PAGE = "<html><head><title>{}</title></head><body>\n<div>{}</div></body></html>"
Encoded = Callable[[str], bytes]


def sentences(count: int) -> list[str]:
    """Return lines of 40 to 400 characters of many sources, the same ones every time."""
    paths = sorted((SHARED / "text_vi").glob("*.xz"))
    lines = [line for path in paths for line in _lines(path.name)]
    if not paths:
        texts = (ROOT / "demo" / "content").glob("*/*.txt")
        lines = [line for text in texts for line in text.read_text("utf-8").splitlines()[4:]]
    fitting = [line for line in lines if 40 <= len(line) <= 400]
    return random.Random(4).sample(fitting, min(count, len(fitting)))


def _lines(name: str, most: int = 4_000) -> Iterator[str]:
    with lzma.open(SHARED / "text_vi" / name, "rt", encoding="utf-8") as file:
        for _, line in zip(range(most), file, strict=False):
            yield unicodedata.normalize("NFC", line.strip())


def marks(expected: str, found: str, *, case: bool) -> tuple[int, int]:
    """Return how many words with marks are right, and how many there are."""
    left, right = (re.findall(r"[^\W\d_]+", t if case else t.lower()) for t in (expected, found))
    wanted = [(place, word) for place, word in enumerate(left) if not word.isascii()]
    if len(left) != len(right):
        have = set(right)
        return sum(word in have for _, word in wanted), len(wanted)
    return sum(right[place] == word for place, word in wanted), len(wanted)


def share(pages: list[tuple[str, str]], put: Encoded, declared: str, *, case: bool) -> float:
    """Return the share of marks that come out right of pages of a title and a text."""
    right = total = 0
    for title, text in pages:
        found = decode(put(PAGE.format(title, text)), declared)
        good, all_told = marks(PAGE.format(title, text), found, case=case)
        right, total = right + good, total + all_told
    return right / max(1, total)


def encodings() -> dict[str, tuple[Encoded, list[str]]]:
    """Return the ways a page's bytes may be, each with what servers call them."""
    ways: dict[str, tuple[Encoded, list[str]]] = {}
    for charset in CHARSETS:
        names = ["", "utf-8", "iso-8859-1", "gb2312", charset]
        ways[charset] = (lambda text, charset=charset: encode(text, charset), names)
        old = ways[charset][0]
        ways[f"{charset} read as windows-1252, in UTF-8"] = (
            lambda text, old=old: misread_bytes(old(text)).encode(),
            ["", "utf-8"],
        )
    for name, times in (("cp1252", 1), ("latin-1", 1), ("cp1258", 1), ("cp1252", 2), ("cp1252", 3)):
        ways[f"UTF-8 misread as {name} {times}×"] = (
            lambda text, name=name, times=times: misread(text, name, times=times).encode(),
            ["utf-8"],
        )
    for name in ("utf-16-le", "utf-16-be", "utf-32-le"):
        ways[name] = (lambda text, name=name: text.encode(name), ["", "utf-8"])
    ways["utf-8"] = (str.encode, ["", "windows-1258", "iso-8859-1"])
    return ways


def misread_bytes(body: bytes) -> str:
    """Return bytes of an old code page as a browser shows them in windows-1252."""
    return "".join(
        bytes([byte]).decode("cp1252") if byte not in b"\x81\x8d\x8f\x90\x9d" else chr(byte)
        for byte in body
    )


def changed(texts: list[str]) -> list[str]:
    """Return the right texts that decoding changes."""
    return [text for text in texts if decode(text.encode(), "text/html; charset=utf-8") != text]


def web_pages() -> list[str]:
    """Return the English pages of wcxb_subset, as UTF-8 gives them, and their texts."""
    folder = SHARED / "wcxb_subset"
    if not folder.exists():
        return []
    bodies = [gzip.decompress(path.read_bytes()) for path in (folder / "html").glob("*.gz")]
    rows = map(json.loads, (folder / "gold.jsonl").read_text("utf-8").splitlines())
    pages = [body.decode("utf-8", "ignore").replace("\0", "") for body in bodies]
    return [*pages, *(row["main_content"] for row in rows)]


def main() -> None:
    """Print a table of shares, the right texts that change, and the time of 5 MB."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=1_000)
    lines = sentences(parser.parse_args().sentences)
    short = [(" ".join(line.split()[:5]), line) for line in lines]
    long = [("Tin", "<br>\n".join(lines[i : i + 20])) for i in range(0, len(lines), 20)]
    print("| encoding | called | a title and a sentence | 20 sentences |\n|---|---|---|---|")
    for way, (put, names) in encodings().items():
        for name in names:
            shares = [
                share(
                    pages, put, f"text/html; charset={name}" if name else "", case="tcvn" not in way
                )
                for pages in (short, long)
            ]
            print(f"| {way} | {name or '-'} | {shares[0]:.4f} | {shares[1]:.4f} |")
    right = [*sentences(10 * len(lines)), *web_pages()]
    print(f"\n{len(changed(right))} of {len(right)} right texts changed")
    body = PAGE.format("Tin", "<br>\n".join(lines)) * (5_000_000 // sum(map(len, lines)) + 1)
    for way in ("utf-8", *CHARSETS, "UTF-8 misread as cp1252 2×"):
        page = encodings()[way][0](body)[:5_000_000]
        start = time.process_time()
        decode(page, "text/html")
        print(f"5 MB of {way}: {time.process_time() - start:.2f} s of processor")


if __name__ == "__main__":
    main()
