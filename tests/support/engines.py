"""Database engines of this process: compiled SQL goes from one to the next, and SQLite does not wait for the disk.

Each test has a database of its own, and all are asked the same. What is killed in a test is another process, which
waits for the disk as the product does.
"""

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from storage.base import database

KEPT = 3000
"""Compiled statements; SQLAlchemy keeps 500 for each engine."""


def keep() -> None:
    """From now on the engine of each installation runs what another one compiled for the same kind of database.

    SQLAlchemy looks for it by the engine's dialect and the statement, and all our dialects of a kind are set up alike.
    """
    for kind in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        kind.__eq__ = lambda self, other: type(self) is type(other)
        kind.__hash__ = lambda self: hash(type(self))
    kept: LRUCache[tuple[Any, ...], Any] = LRUCache(KEPT)
    make = database.make_engine

    def make_quick(url: str) -> Engine:
        engine = make(url)
        engine._compiled_cache = kept
        if url.startswith("sqlite"):
            event.listen(engine, "connect", _wait_for_no_disk)
        return engine

    database.make_engine = make_quick


def _wait_for_no_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
