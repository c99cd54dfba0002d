"""`sources health`: which sources answer as they should, and what is wrong with the others."""

import sys

import click

ALERT = "alert"
LONGEST = 90


@click.command("health")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST),
    default=14,
    show_default=True,
    help="How many days, today the last.",
)
@click.option("--source", "name", default="", help="Only this source, a line a day.")
@click.option("--json", "as_lines", is_flag=True, help="Print it as JSON.")
def health(days: int, name: str, *, as_lines: bool) -> None:
    """Show what each source brought, day by day, and what is wrong with which.

    Sums and alerts are brought up to date first. Exit status 1 while an alert is open.

    Example: kiemchung sources health

    Example: kiemchung sources health --source song_may --days 30
    """
    from kiemchung.commands.board import as_json, read_board, show_days, show_sources

    board = read_board(days, name)
    if as_lines:
        click.echo(as_json(board))
    elif name:
        show_days(board[0])
    else:
        show_sources(board)
    if any(each.state == ALERT for each in board):
        sys.exit(1)
