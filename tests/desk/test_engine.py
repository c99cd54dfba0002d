"""Addresses of a desk: what is refused, and how."""

from pathlib import Path

import pytest

from kiemchung.desk import open_desk
from kiemchung.errors import DeskError


@pytest.mark.parametrize(
    "url",
    [
        "",
        "desk.sqlite",
        "mysql://u@h/d",
        "sqlite://",
        "postgresql://u@h/d",
        "sqlite+aiosqlite:///x",
    ],
)
def test_another_address_is_refused_with_advice(url: str) -> None:
    """Only SQLite and PostgreSQL through psycopg2 are desks."""
    with pytest.raises(DeskError, match="use sqlite:///path or postgresql"):
        open_desk(url)


def test_a_password_is_in_no_error() -> None:
    """An unreachable PostgreSQL is told by its address, without the password."""
    url = "postgresql+psycopg2://reviewer:s3cr3t@127.0.0.1:1/desk"

    with pytest.raises(DeskError, match=r"127\.0\.0\.1:1/desk") as caught:
        open_desk(url)

    assert "s3cr3t" not in repr(caught.value)
    assert caught.value.__suppress_context__


def test_a_file_that_is_no_database_is_a_desk_error(tmp_path: Path) -> None:
    """Another file at the desk's place is left alone and named."""
    place = tmp_path / "desk.sqlite"
    place.write_text("not a database, " * 100)

    with pytest.raises(DeskError, match=r"desk\.sqlite"):
        open_desk(f"sqlite:///{place}")

    assert place.read_text().startswith("not a database")


def test_a_folder_that_can_not_be_made_is_a_desk_error(tmp_path: Path) -> None:
    """The error names the folder."""
    (tmp_path / "file").write_text("")

    with pytest.raises(DeskError, match="choose another"):
        open_desk(f"sqlite:///{tmp_path / 'file' / 'below' / 'desk.sqlite'}")
