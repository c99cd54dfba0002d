"""Time that passes between two crawls: what the crawl state remembers is made older."""

from datetime import timedelta

import sqlalchemy as sa

from kiemchung.crawl_state.database import open_database, time_of, time_text
from kiemchung.crawl_state.pages import MISSES, PAGES
from kiemchung.crawl_state.schedule import DISTRUSTED, POLLS
from tests.crawlers.lab import Lab

TIMES = {
    PAGES: ("checked_at", "first_fetched", "full_at", "due", "gone_at", "told"),
    MISSES: ("due",),
    POLLS: ("polled", "due"),
    DISTRUSTED: ("noted_at",),
}


def let_pass(lab: Lab, time: timedelta) -> None:
    """Make every moment that the crawl state of `lab` remembers lie further back by `time`."""
    database = open_database(lab.settings.crawl_state_url)
    with database.writing() as db:
        for table, names in TIMES.items():
            keys = list(table.primary_key)
            for row in db.execute(sa.select(table)).mappings().all():
                aged = {n: time_text(time_of(row[n]) - time) for n in names if row[n]}
                which = sa.and_(*(key == row[key.name] for key in keys))
                db.execute(sa.update(table).where(which).values(**aged))
    database.close()
