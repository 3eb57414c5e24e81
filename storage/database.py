"""The database: one engine, one session factory, the types that every noun uses.

SQLite (WAL) on one machine, PostgreSQL on many; the same classes, constraints and migrations on both.
"""

import enum
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import JSON, TypeDecorator

from storage.config import config


class UtcDateTime(TypeDecorator):
    """An aware datetime, kept as UTC. A naive one is refused, since nobody could say when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be kept")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every noun: a table with named constraints, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict: JSON, list: JSON}  # noqa: RUF012


class Identified:
    """A row that the outside may name: its id is random, never a counter."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


def one_of(states: type[enum.StrEnum]) -> Enum:
    """A column type that keeps the value of a StrEnum as text, and a CHECK that refuses any other text."""
    return Enum(
        states,
        native_enum=False,
        create_constraint=True,
        name=states.__name__.lower(),
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def make_engine(url: str) -> Engine:
    """An engine for `url`, with foreign keys, WAL and a five-second wait for a lock when it is SQLite."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": 20})

    @event.listens_for(engine, "connect")
    def _prepare(connection, _record):
        # The driver must not begin transactions by itself, since "_begin" does.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection):
        # A transaction that reads first and writes later fails at once with "database is locked" when somebody else
        # wrote in between. One that says so at its start waits for its turn instead.
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@cache
def engine() -> Engine:
    """The engine of this process."""
    return make_engine(config().database_url)


@cache
def _factory(writes: bool) -> sessionmaker[Session]:
    return sessionmaker(engine().execution_options(writes=writes), expire_on_commit=False)


def new_session(writes: bool = True) -> Session:
    """A session of the caller's own, to be closed by the caller. With SQLite a writing one waits for other writers."""
    return _factory(writes)()


@contextmanager
def session_scope(writes: bool = True) -> Iterator[Session]:
    """One short transaction: committed at the end, rolled back when anything was raised.

    Keep slow work (a transcode, a request to another machine) outside of it: SQLite has one writer at a time.
    """
    with _factory(writes).begin() as session:
        yield session
