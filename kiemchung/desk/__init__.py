"""`open_desk(url)` is the only name that callers need in order to reach a desk."""

from kiemchung.desk.desk import Desk
from kiemchung.desk.engine import open_engine
from kiemchung.desk.log import LogEntry
from kiemchung.desk.rules import check_answer

__all__ = ["Desk", "LogEntry", "check_answer", "open_desk"]


def open_desk(url: str) -> Desk:
    """Open the desk at `url`, making it or bringing its schema up to date where needed.

    `url` is `sqlite:///path` or `postgresql+psycopg2://user:password@host:port/database`.

    Raises:
        DeskError: the address is of neither kind, the desk can't be reached, or it was made by a
            newer kiemchung. The text never carries the password.
    """
    return Desk(open_engine(url))
