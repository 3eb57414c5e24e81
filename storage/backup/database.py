"""The database of a backup: of SQLite the file, by its online backup; of PostgreSQL each table, by COPY in a snapshot.

The tables of PostgreSQL come back into the tables that the migrations of that version make, and go on from there: so
nothing but this program is needed on either side, and a backup of an older version can be restored.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, NullPool, create_engine, inspect, text

from storage.backup import named
from storage.backup.folder import BackupError
from storage.base import migrate
from storage.base.keys import blocks_of

Write = Callable[[str, Iterable[bytes], list[str]], None]
"""Keeps a file of the database: its name, its bytes, and its columns when it is a table."""
Read = Callable[[str], Iterator[bytes]]

SQLITE, POSTGRESQL = "sqlite", "postgresql"
FILE = "vignet.sqlite"
VERSION_TABLE = "alembic_version"


def kind_of(url: str) -> str:
    """SQLite or PostgreSQL."""
    return url.partition(":")[0].partition("+")[0]


def dump(url: str, write: Write) -> tuple[str, dict[str, str | None]]:
    """Give all of the database, as of this moment, to `write`.

    Answers the form that it has (the newest migration), and every object that it names (`named.objects`).
    """
    return _dump_sqlite(url, write) if kind_of(url) == SQLITE else _dump_postgresql(url, write)


def _dump_sqlite(url: str, write: Write) -> tuple[str, dict[str, str | None]]:
    path = _path(url)
    with _beside(path) as copy:
        # All pages in one step: readers and writers go on, and nobody else's writing begins it anew.
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target, pages=-1)
        with _connected(f"sqlite:///{copy}") as connection:
            found = _revision(connection), named.objects(connection)
        write(FILE, blocks_of(copy), [])
    return found


def _dump_postgresql(url: str, write: Write) -> tuple[str, dict[str, str | None]]:
    with _connected(url, isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        found = _revision(connection), named.objects(connection)
        look = inspect(connection)
        for table in sorted(set(look.get_table_names()) - {VERSION_TABLE}):
            columns = [one["name"] for one in look.get_columns(table)]
            write(table, _copied(connection, _copy(connection, table, columns, "TO STDOUT")), columns)
    return found


def _copied(connection: Connection, statement: str) -> Iterator[bytes]:
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as rows:
        for block in rows:
            yield bytes(block)


def require_empty(url: str) -> None:
    """Raises BackupError when there is anybody in this database: a restore never writes over people."""
    if kind_of(url) == SQLITE and not _path(url).exists():
        return
    with _connected(url) as connection:
        if "person" in inspect(connection).get_table_names() and connection.scalar(text("SELECT count(*) FROM person")):
            raise BackupError("there are people in this database: restore into an empty one (VIGNET_DATABASE_URL)")


def load(url: str, kind: str, revision: str, tables: dict[str, list[str]], read: Read) -> None:
    """Fill this database with what `dump` gave, all of it or nothing, and bring it to the newest form.

    `tables` are the names of its files with their columns. Raises BackupError when the database is of another kind.
    """
    if kind_of(url) != kind:
        raise BackupError(f"this backup is one of {kind}: set VIGNET_DATABASE_URL to such a database")
    if kind == SQLITE:
        _load_sqlite(url, read)
    else:
        migrate.upgrade(url, revision)
        _load_postgresql(url, tables, read)
    migrate.upgrade(url)


def _load_sqlite(url: str, read: Read) -> None:
    path = _path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _beside(path) as copy:
        with copy.open("wb") as file:
            file.writelines(read(FILE))
        # Into the file that is there: whoever has it open sees the new rows, and a kill leaves all of the old ones.
        with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(path, timeout=20)) as target:
            if source.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupError("the database in this backup is damaged: take another one")
            source.backup(target, pages=-1)


def _load_postgresql(url: str, tables: dict[str, list[str]], read: Read) -> None:
    with _connected(url) as connection:
        there = MetaData()
        there.reflect(connection)
        if strange := tables.keys() - there.tables.keys():
            raise BackupError(f"no migration makes the table {min(strange)} of this backup")
        ordered = [table.name for table in there.sorted_tables if table.name != VERSION_TABLE]
        quote = connection.dialect.identifier_preparer.quote
        connection.execute(text(f"TRUNCATE {', '.join(quote(name) for name in ordered)}"))
        for name in ordered:
            if name in tables:
                statement = _copy(connection, name, tables[name], "FROM STDIN")
                with _driver(connection).cursor() as cursor, cursor.copy(statement) as rows:
                    for block in read(name):
                        rows.write(block)
        connection.commit()


def _copy(connection: Connection, table: str, columns: list[str], rest: str) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return f"COPY {quote(table)} ({', '.join(quote(name) for name in columns)}) {rest}"


def _revision(connection: Connection) -> str:
    return str(connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")))  # noqa: S608 (a constant)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def _connected(url: str, **options: Any) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection.execution_options(**options)
    finally:
        engine.dispose()


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A file on the same disk as this one, which is as well guarded; gone in the end."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        yield Path(folder, FILE)
