"""The desk's tables, and the ordered migrations that lead to them.

A change of a table is a new function at the end of MIGRATIONS; those before it never change.
Accounts, claims, verdicts, own fact-checks and the vault get their tables here, each by a migration
of its own, when the review desk is built out.
"""

from collections.abc import Callable

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, inspect, select

from kiemchung.errors import DeskError

METADATA = MetaData()

SCHEMA_VERSION = Table("schema_version", METADATA, Column("version", Integer, nullable=False))

LOG = Table(
    "log",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("event", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
)
LOG_HEAD = Table(
    "log_head",
    METADATA,
    Column("seq", Integer, nullable=False),
    Column("hash", String, nullable=False),
)
# `seq` is the log entry that recorded the answer: it orders a reviewer's answers to one flag.
ANSWERS = Table(
    "answers",
    METADATA,
    Column("id", String, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("flag", String, nullable=False, index=True),
    Column("flag_revision", Integer, nullable=False),
    Column("reviewer", String, nullable=False, index=True),
    Column("answer", String, nullable=False),
    Column("label", String),
    Column("evidence", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("claimed_at", String, nullable=False),
    Column("given_at", String, nullable=False),
)


def _log_and_answers(connection: Connection) -> None:
    METADATA.create_all(connection, tables=[LOG, LOG_HEAD, ANSWERS])


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_log_and_answers,)


def migrate(connection: Connection) -> None:
    """Bring the schema up to date, inside the caller's write transaction.

    Raises:
        DeskError: a newer kiemchung made this desk.
    """
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise DeskError(
            f"this desk has schema {version}, and this kiemchung knows {len(MIGRATIONS)}: "
            "upgrade kiemchung, or restore a backup made before the upgrade"
        )
    for migration in MIGRATIONS[version:]:
        migration(connection)
    if version < len(MIGRATIONS):
        connection.execute(SCHEMA_VERSION.update().values(version=len(MIGRATIONS)))


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(SCHEMA_VERSION.name):
        SCHEMA_VERSION.create(connection)
        connection.execute(SCHEMA_VERSION.insert().values(version=0))
    return int(connection.execute(select(SCHEMA_VERSION.c.version)).scalar_one())
