"""A source says what it must, and the registry is the folder."""

from pathlib import Path

import pytest

from crawlers.registry import load_source, load_sources
from crawlers.source import FORUMS, Software, SpiderKind
from kiemchung.errors import SourceError
from kiemchung.paths import SOURCES
from tests.crawlers.lab import DEFAULTS, SOURCE
from tests.crawlers.pages import source

WRONG = [
    ("name", "Bao Moi"),
    ("name", "bao-moi"),
    ("name", "_bao"),
    ("title", " "),
    ("owner", ""),
    ("why", ""),
    ("language", ""),
    ("kind", "newspaper"),
    ("spider", "feed"),
    ("publisher_type", "press"),
    ("post_kind", "article"),
    ("status", "verified"),
    ("listings", ()),
    ("listings", ("ftp://bao.example/",)),
    ("listings", ("file:///etc/passwd",)),
    ("listings", ("/rss",)),
    ("listings", ("http://who:pw@bao.example/",)),
    ("min_posts", -1),
    ("min_posts", 1_000),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_a_wrong_source_does_not_load(field: str, value: object) -> None:
    """What is missing or can't be is told with its field (boundary 7)."""
    with pytest.raises(SourceError, match=f"`{field}`"):
        source(**{field: value})


@pytest.mark.parametrize("follow", ["", "(", "[a"])
def test_a_listing_needs_a_pattern(follow: str) -> None:
    """A listing without a pattern, or with a broken one, is told."""
    with pytest.raises(SourceError, match="`follow`"):
        source(spider=SpiderKind.LISTING, follow=follow)


@pytest.mark.parametrize("next_page", ["(", "[a"])
def test_a_next_page_is_a_pattern(next_page: str) -> None:
    """A pattern that is broken is told with its field."""
    with pytest.raises(SourceError, match="`next_page`"):
        source(next_page=next_page)


def test_a_forum_needs_a_pattern_or_its_software() -> None:
    """Boards can't be read without either; each alone will do."""
    with pytest.raises(SourceError, match="`follow`"):
        source(spider=SpiderKind.THREAD)

    assert source(spider=SpiderKind.THREAD, follow=r"/chu-de/\d+$")
    assert source(spider=SpiderKind.THREAD, software=Software.PHPBB)


UNFIT = [
    (SpiderKind.CHANNEL, Software.XENFORO),
    (SpiderKind.CHECKER, Software.PHPBB),
    *((SpiderKind.FEED, each) for each in sorted(set(Software) - FORUMS)),
    (SpiderKind.THREAD, Software.TELEGRAM),
    (SpiderKind.FEED, "xenforo"),
]


@pytest.mark.parametrize(("spider", "software"), UNFIT)
def test_software_and_spider_fit(spider: SpiderKind, software: Software) -> None:
    """A forum's pages are threads, a channel's are its messages; nothing reads them otherwise."""
    with pytest.raises(SourceError, match="`software`"):
        source(spider=spider, software=software, follow="x")


def test_a_source_knows_its_hosts() -> None:
    """The hosts of its listings, and those it names besides, are its own."""
    assert source(hosts=("anh.example",)).all_hosts == {"bao.example", "anh.example"}
    assert source(hosts=("Ảnh.example.",)).all_hosts == {"bao.example", "xn--nh-k5s.example"}


def write(folder: Path, name: str, text: str | None = None) -> Path:
    """Write a source's file."""
    fields = {**DEFAULTS, "name": name, "listings": ("http://bao.example/rss",)}
    file = folder / f"{name}.py"
    file.write_text(SOURCE.format(**fields) if text is None else text, encoding="utf-8")
    return file


def test_the_registry_is_the_folder(tmp_path: Path) -> None:
    """Every file is a source; those that begin with _ are none."""
    write(tmp_path, "bao_a")
    write(tmp_path, "bao_b")
    write(tmp_path, "_draft", "1 / 0")

    assert list(load_sources([tmp_path])) == ["bao_a", "bao_b"]


def test_the_shipped_folder_loads() -> None:
    """The sources that ship with the product are all right."""
    load_sources([SOURCES])


def test_a_name_is_given_once(tmp_path: Path) -> None:
    """Two folders can't have a source of one name."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "bao")

    with pytest.raises(SourceError, match=r"bao\.py"):
        load_sources([tmp_path / "a", tmp_path / "b"])


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """A folder that isn't there is an error that names the setting."""
    with pytest.raises(SourceError, match="KIEMCHUNG_SOURCES"):
        load_sources([tmp_path / "none"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no SOURCE"),
        ("SOURCE = 1", "no SOURCE"),
        ("1 / 0", "ZeroDivisionError"),
        ("def", "SyntaxError"),
        ("import crawlers.nowhere", "ModuleNotFoundError"),
    ],
)
def test_a_file_that_is_no_source_is_told(tmp_path: Path, text: str, said: str) -> None:
    """The error names the file and what is wrong with it."""
    with pytest.raises(SourceError, match=rf"bao\.py.*{said}"):
        load_source(write(tmp_path, "bao", text))


def test_name_and_file_are_one(tmp_path: Path) -> None:
    """A source of another name than its file's stem is told."""
    file = write(tmp_path, "bao").rename(tmp_path / "khac.py")

    with pytest.raises(SourceError, match="'bao'"):
        load_source(file)


def test_extract_must_be_a_function(tmp_path: Path) -> None:
    """Something else of that name is told."""
    file = write(tmp_path, "bao")
    file.write_text(file.read_text(encoding="utf-8") + "\nextract = 1\n", encoding="utf-8")

    with pytest.raises(SourceError, match="extract"):
        load_source(file)
