"""`review`: serves the review pages on loopback."""

from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kiemchung.commands.session import opened_store, watched_sources
from kiemchung.settings import Settings

if TYPE_CHECKING:
    from kiemchung.health import SourceHealth


@click.command()
@click.option("--port", default=8765, show_default=True, help="The port on 127.0.0.1; 0: any.")
def review(port: int) -> None:
    """Serve the review pages on this machine until Ctrl-C.

    Example: kiemchung review --port 8765
    """
    from kiemchung.desk import open_desk
    from kiemchung.web.app import build_app
    from kiemchung.web.server import listen, make_server

    with opened_store() as (settings, store), closing(open_desk(settings.desk_url)) as desk:
        app = build_app(store, desk, board_of=lambda days: _board(settings, days))
        with listen(port) as listener, suppress(KeyboardInterrupt):
            address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            click.echo(f"Review page: {address} (Ctrl-C ends it)")
            make_server(app).run(sockets=[listener])


def _board(settings: Settings, days: int) -> "list[SourceHealth]":
    """Read the board anew: a crawl in trouble must not keep anybody from reviewing."""
    from kiemchung.crawl_state import open_crawl_state
    from kiemchung.health import read_health

    with closing(open_crawl_state(settings.crawl_state_url)) as state:
        return read_health(state, watched_sources(settings), datetime.now(UTC), days=days)
