"""Measure SQLite's FTS5 against tantivy on folded Vietnamese text: `python bench/search.py`.

Both get the same tokens (`kiemchung.text`): folded ones for words, exact ones for phrases. The
posts are made up by a seeded generator, so that two runs on two machines index the same text.
"""

import argparse
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import tantivy

from kiemchung.text import fold_text, normalise, tokens

ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x"
RHYMES = (
    "a á à ả ã ạ an án àn ản ãn ạn ang áng àng ảng ạng anh ánh ành ảnh ạnh ao áo ào ảo ạo át ạt "
    "ay áy ày ảy ạy ắc ặc ăn ắn ằn ẳn ặn ăng ắng ằng ẳng ặng ắt ặt âm ấm ầm ẩm ậm ân ấn ần ẩn ận "
    "ất ật âu ấu ầu ẩu ậu e é è ẻ ẹ em ém èm en én èn ẻn ẹn ê ế ề ể ễ ệ ên ến ền ểu i í ì ỉ ị iên "
    "iến iền iển iện iết iệt iêu iếu iều iểu in ín ìn inh ính ình ĩnh ịnh o ó ò ỏ õ ọ oan oán oàn "
    "oản oạn oang ong óng òng ỏng ọng ô ố ồ ổ ỗ ộ ôi ối ồi ổi ỗi ội ông ống ồng ổng ộng ơ ớ ờ ở ợ "
    "ơi ới ời ởi ợi u ú ù ủ ũ ụ ui úi ùi ủi ung úng ùng ủng ụng uôn uốn uồn uộc uyên uyến uyền "
    "uyện ư ứ ừ ử ữ ự ưa ứa ừa ửa ựa ươi ưới ười ương ướng ường ưởng ượng ước ược"
)
VOCABULARY = 20_000
SYLLABLES = 150
BATCH = 2_000


class Post(NamedTuple):
    """One made-up post in both its forms."""

    folded: list[str]
    exact: list[str]


class Figures(NamedTuple):
    """What one engine needed: documents a second, milliseconds, megabytes."""

    bulk: float
    words_p50: float
    words_p95: float
    phrase_p50: float
    phrase_p95: float
    size: float


def vocabulary(rng: random.Random) -> list[str]:
    """Return made-up words of one to three syllables, two most often."""
    onsets, rhymes = ONSETS.split(), RHYMES.split()
    lengths = rng.choices((1, 2, 3), (30, 60, 10), k=VOCABULARY)
    return [" ".join(rng.choice(onsets) + rng.choice(rhymes) for _ in range(n)) for n in lengths]


def posts(count: int, rng: random.Random) -> Iterator[Post]:
    """Yield posts of about 150 syllables whose words are as unevenly spread as in real text."""
    words = vocabulary(rng)
    spread = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
    for _ in range(count):
        text = " ".join(rng.choices(words, cum_weights=spread, k=SYLLABLES * 10 // 18)).capitalize()
        yield Post(tokens(fold_text(text)), tokens(normalise(text).lower()))


def queries(made: list[Post], rng: random.Random, count: int) -> tuple[list[list[str]], ...]:
    """Return folded word queries and exact phrases, each out of a post that answers it."""
    words, phrases = [], []
    for post in rng.choices(made, k=count):
        start = rng.randrange(len(post.exact) - 3)
        words.append(rng.sample(post.folded, k=rng.choice((2, 3))))
        phrases.append(post.exact[start : start + rng.choice((2, 3))])
    return words, phrases


class Fts5:
    """SQLite's full-text index, ranked by bm25."""

    name = "SQLite FTS5"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "fts5.sqlite"
        self.db = sqlite3.connect(self.path)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute(
            "CREATE VIRTUAL TABLE posts USING fts5"
            "(folded, exact, content='', tokenize='unicode61 remove_diacritics 0')"
        )

    def fill(self, made: list[Post]) -> None:
        """Index all posts, a transaction a batch."""
        for start in range(0, len(made), BATCH):
            rows = [(" ".join(p.folded), " ".join(p.exact)) for p in made[start : start + BATCH]]
            with self.db:
                self.db.executemany("INSERT INTO posts (folded, exact) VALUES (?, ?)", rows)
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def words(self, words: list[str]) -> int:
        """Return the number of hits, 20 at most."""
        return self._search("{folded}: " + " AND ".join(f'"{word}"' for word in words))

    def phrase(self, words: list[str]) -> int:
        """Return the number of hits, 20 at most."""
        return self._search('{exact}: "' + " ".join(words) + '"')

    def _search(self, query: str) -> int:
        sql = "SELECT rowid FROM posts WHERE posts MATCH ? ORDER BY bm25(posts) LIMIT 20"
        return len(self.db.execute(sql, (query,)).fetchall())


class Tantivy:
    """Tantivy's index, ranked by bm25."""

    name = "tantivy"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "tantivy"
        self.path.mkdir()
        schema = tantivy.SchemaBuilder().add_integer_field("id", stored=True)
        for field in ("folded", "exact"):
            schema = schema.add_text_field(field, tokenizer_name="whitespace")
        self.schema = schema.build()
        self.index = tantivy.Index(self.schema, path=str(self.path))

    def fill(self, made: list[Post]) -> None:
        """Index all posts, a commit a batch."""
        writer = self.index.writer(num_threads=1)
        for start in range(0, len(made), BATCH):
            for place, post in enumerate(made[start : start + BATCH], start):
                fields = {"folded": " ".join(post.folded), "exact": " ".join(post.exact)}
                writer.add_document(tantivy.Document(id=place, **fields))
            writer.commit()
        writer.wait_merging_threads()
        self.index.reload()

    def words(self, words: list[str]) -> int:
        """Return the number of hits, 20 at most."""
        terms = [tantivy.Query.term_query(self.schema, "folded", word) for word in words]
        return self._search(tantivy.Query.boolean_query([(tantivy.Occur.Must, t) for t in terms]))

    def phrase(self, words: list[str]) -> int:
        """Return the number of hits, 20 at most."""
        return self._search(tantivy.Query.phrase_query(self.schema, "exact", list(words)))

    def _search(self, query: tantivy.Query) -> int:
        searcher = self.index.searcher()
        hits = searcher.search(query, limit=20, count=False).hits
        return len([searcher.doc(address)["id"] for _, address in hits])


Engine = Fts5 | Tantivy


def milliseconds(ask: Callable[[list[str]], int], asked: list[list[str]]) -> tuple[float, float]:
    """Return median and 95th percentile of the time of one query."""
    times = []
    for words in asked:
        began = time.perf_counter()
        if not ask(words):
            raise SystemExit(f"found nothing for {words}, which stands in a post")
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return times[len(times) // 2], times[len(times) * 95 // 100]


def measure(engine: Engine, made: list[Post], asked: tuple[list[list[str]], ...]) -> Figures:
    """Fill `engine` with the posts, then ask it everything."""
    began = time.perf_counter()
    engine.fill(made)
    bulk = len(made) / (time.perf_counter() - began)
    words = milliseconds(engine.words, asked[0])
    phrase = milliseconds(engine.phrase, asked[1])
    files = [path for path in engine.path.parent.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files if engine.path.name in str(path))
    return Figures(bulk, *words, *phrase, size / 1e6)


def show(count: int, fts5: Figures, other: Figures) -> None:
    """Print both engines' figures, and what tantivy is to FTS5."""
    print(f"{count} posts of about {SYLLABLES} syllables; times in ms, size in MB")
    print(f"{'':22}{Fts5.name:>14}{Tantivy.name:>14}{'ratio':>10}")
    names = (
        "bulk docs/s",
        "AND top 20, p50",
        "AND top 20, p95",
        "phrase p50",
        "phrase p95",
        "size",
    )
    for name, one, two in zip(names, fts5, other, strict=True):
        print(f"{name:22}{one:14,.2f}{two:14,.2f}{two / one:10.3f}")


def main() -> None:
    """Make the posts, measure both engines, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    made = list(posts(options.posts, rng))
    asked = queries(made, rng, options.queries)
    folder = Path(tempfile.mkdtemp(prefix="bench-search-"))
    try:
        show(options.posts, *(measure(kind(folder), made, asked) for kind in (Fts5, Tantivy)))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
