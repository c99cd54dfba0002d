"""`analyse` and `match`: what is pending in the store, or lines of texts without one."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kiemchung.commands.session import opened_store, shown_progress
from kiemchung.publishers import load_publishers
from kiemchung.records import FactCheck

if TYPE_CHECKING:
    from kiemchung.texts import Text

Work = Callable[[Sequence["Text"], Sequence[FactCheck]], Iterator[dict[str, Any]]]
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--input", "source", type=FILE, help="Posts, a JSON object a line.")
@click.option("--output", type=FILE, help="Where the results go, a JSON object a line.")
@click.option("--fact-checks", "checks", type=FILE, help="Published fact-checks, one a line.")
@click.option("--text-field", default="text", show_default=True, help="The field with the text.")
def analyse(source: Path | None, output: Path | None, checks: Path | None, text_field: str) -> None:
    """Analyse what is pending in the store, or the texts of a file.

    Example: kiemchung analyse

    Example: kiemchung analyse --input posts.jsonl --output out.jsonl --fact-checks checks.jsonl
    """
    if source is None:
        _analyse_store()
        return
    if output is None:
        raise click.UsageError("--input needs --output: name the file for the results")
    from kiemchung.texts import analyse_texts

    _over_lines(source, output, checks, text_field, analyse_texts)


@click.command()
@click.option("--fact-checks", "checks", type=FILE, required=True, help="Fact-checks, one a line.")
@click.option("--input", "source", type=FILE, required=True, help="Posts, a JSON object a line.")
@click.option("--output", type=FILE, required=True, help="Where the matches go.")
@click.option("--text-field", default="text", show_default=True, help="The field with the text.")
def match(source: Path, output: Path, checks: Path, text_field: str) -> None:
    """Match the texts of a file to published fact-checks; when unsure, null.

    Example: kiemchung match --fact-checks checks.jsonl --input posts.jsonl --output matches.jsonl
    """
    from kiemchung.texts import match_texts

    _over_lines(source, output, checks, text_field, match_texts)


def _analyse_store() -> None:
    from kiemchung.pipeline import analyse_pending

    with opened_store() as (settings, store), shown_progress() as report:
        publishers = load_publishers(settings.publishers_files)
        counts = analyse_pending(store, publishers, report)
    click.echo(
        f"{counts.analysed} posts analysed, {counts.stories} stories; flags: {counts.raised} new, "
        f"{counts.changed} changed, {counts.withdrawn} withdrawn"
    )


def _over_lines(
    source: Path, output: Path, checks: Path | None, text_field: str, work: Work
) -> None:
    from kiemchung.fact_checks import fact_check_lines
    from kiemchung.jsonl import write_lines
    from kiemchung.texts import text_lines

    known: list[FactCheck] = []
    bad = 0
    if checks is not None:
        lines = fact_check_lines(checks)
        known = list(lines)
        bad += lines.bad
    texts = text_lines(source, text_field)
    count = write_lines(output, work(list(texts), known))
    bad += texts.bad
    click.echo(f"{count} lines written to {output}, {bad} bad lines skipped", err=True)
    if bad:
        sys.exit(1)
