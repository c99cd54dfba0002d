"""Build `demo/labels.jsonl` from the writers' labels: `python -m demo.labels [--check]`."""

import argparse
import sys
import tomllib
from pathlib import Path

import msgspec

from demo.outlets import BY_SLUG, CONTENT, OUTLETS, Outlet, load_pages
from kiemchung.errors import InputError
from kiemchung.vocabulary import Harm, Stance

FOLDER = Path(__file__).resolve().parent
LABELS = FOLDER / "labels.jsonl"
CLAIMS = FOLDER / "claims.toml"
REFUTED = frozenset({"Sai", "Sai sự thật", "Gây hiểu nhầm"})
"""The ratings, in their publishers' words, that say false or misleading."""


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A label as a page's writer gave it; `page` is `slug`, or `slug#2` for a first reply."""

    page: str
    harms: tuple[Harm, ...]
    check_worthy: bool
    kind: str
    protected: bool
    claim: str | None
    stance: Stance | None
    chain: str | None


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the demo's analysis should find in one post.

    `harms` includes `false_claim` where an independent check rates the claim false or misleading
    and the post repeats it. `fact_check` is that check's address, whatever its rating; None where
    no independent checker has looked. `protected` says that the post must never be flagged.
    """

    url: str
    outlet: str
    harms: tuple[Harm, ...]
    check_worthy: bool
    kind: str
    protected: bool
    fact_check: str | None
    stance: Stance | None
    chain: str | None


class Check(msgspec.Struct, frozen=True):
    """An independent check's address, and whether it refutes its claim."""

    url: str
    refutes: bool


def build_labels(content: Path = CONTENT) -> list[Label]:
    """Return the labels of all posts, by outlet, in the order in which they were written.

    Raises:
        InputError: a post has no label or two, or a label no post or an unknown claim.
    """
    checks = read_checks(content)
    return [
        _label(outlet, written, checks)
        for outlet in OUTLETS
        for written in _read_written(outlet, content)
    ]


def read_checks(content: Path = CONTENT) -> dict[str, Check | None]:
    """Return each shared claim's independent check, None where there is none.

    Raises:
        InputError: a check's page is missing or checks no claim.
    """
    table = tomllib.loads(CLAIMS.read_text(encoding="utf-8"))
    checks: dict[str, Check | None] = dict.fromkeys(table["unchecked"])
    for code, place in table["checks"].items():
        slug, _, name = place.partition("/")
        pages = {page.slug: page for page in load_pages(BY_SLUG[slug], content)}
        page = pages.get(name)
        if page is None or not page.claim:
            raise InputError(f"{CLAIMS.name}: {code} names {place}, which checks no claim")
        checks[code] = Check(page.url, page.rating in REFUTED)
    return checks


def encode(labels: list[Label]) -> str:
    """Return the labels as JSON lines."""
    return "".join(msgspec.json.encode(label).decode() + "\n" for label in labels)


def _label(outlet: Outlet, written: Written, checks: dict[str, Check | None]) -> Label:
    if written.claim and written.claim not in checks:
        raise InputError(f"{outlet.slug}/labels.jsonl: {written.page}: claim {written.claim}?")
    check = checks[written.claim] if written.claim else None
    repeats = written.stance is Stance.REPEATS
    false = (Harm.FALSE_CLAIM,) if check and check.refutes and repeats else ()
    return Label(
        url=outlet.url_of(written.page),
        outlet=outlet.slug,
        harms=(*written.harms, *false),
        check_worthy=written.check_worthy,
        kind=written.kind,
        protected=written.protected,
        fact_check=check.url if check else None,
        stance=written.stance,
        chain=written.chain,
    )


def _read_written(outlet: Outlet, content: Path) -> list[Written]:
    file = content / outlet.slug / "labels.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    try:
        labels = [msgspec.json.decode(line, type=Written) for line in lines if line.strip()]
    except msgspec.ValidationError as error:
        raise InputError(f"{outlet.slug}/{file.name}: {error}") from error
    posts = [
        name
        for page in load_pages(outlet, content)
        for name in (page.slug, *(f"{page.slug}#{reply.number}" for reply in page.replies))
    ]
    if wrong := set(posts) ^ {label.page for label in labels}:
        raise InputError(f"{outlet.slug}: post without label, or label without: {sorted(wrong)}")
    if len(labels) != len(posts):
        raise InputError(f"{outlet.slug}/{file.name}: a post has two labels")
    return labels


def main() -> int:
    """Write the labels, or with `--check` tell whether they are up to date."""
    parser = argparse.ArgumentParser(prog="python -m demo.labels", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if outdated")
    wanted = encode(build_labels())
    if not parser.parse_args().check:
        LABELS.write_text(wanted, encoding="utf-8")
        return 0
    if LABELS.is_file() and LABELS.read_text(encoding="utf-8") == wanted:
        return 0
    print("demo/labels.jsonl is outdated: run `python -m demo.labels`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
