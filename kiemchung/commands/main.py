"""`kiemchung`: the table of contents, and the one place where errors become sentences."""

import sys

import click

from kiemchung.commands import (
    analysis,
    checking,
    crawling,
    evidence,
    extraction,
    health,
    quarantine,
    reviewing,
    upkeep,
)
from kiemchung.errors import KiemchungError

SECTIONS = {
    "Every day": ("run", "crawl", "analyse", "review"),
    "Asking": ("search", "match"),
    "Sources and evidence": ("sources", "fact-checks"),
    "Upkeep": ("store", "extract", "quarantine", "expire", "doctor"),
}
COMMANDS = (
    crawling.run,
    crawling.crawl,
    crawling.sources,
    analysis.analyse,
    analysis.match,
    evidence.search,
    evidence.fact_checks,
    reviewing.review,
    upkeep.store,
    extraction.extract,
    quarantine.quarantine,
    upkeep.expire,
    upkeep.doctor,
)


class Contents(click.Group):
    """A group whose help reads like a table of contents."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section."""
        for title, names in SECTIONS.items():
            with formatter.section(title):
                commands = [(name, self.get_command(ctx, name)) for name in names]
                formatter.write_dl(
                    [
                        (name, command.get_short_help_str(80))
                        for name, command in commands
                        if command
                    ]
                )


@click.group(cls=Contents, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kiemchung")
def cli() -> None:
    """Find Vietnamese messages that may hurt people, and put them before human reviewers.

    Settings come from the environment (docs/settings.md); data lies in KIEMCHUNG_DATA_DIR, ./var
    by default.

    Example: kiemchung run && kiemchung review
    """


for each in COMMANDS:
    cli.add_command(each)
for each in (checking.check, health.health):
    crawling.sources.add_command(each)


def main() -> None:
    """Run the command line; an error of ours is one sentence and exit status 2."""
    try:
        cli(standalone_mode=True)
    except KiemchungError as error:
        click.echo(f"kiemchung: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output went away (`kiemchung … | head`): nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
