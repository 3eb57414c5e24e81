"""The database: one engine, one session factory, the types that every noun uses.

SQLite (WAL) on one machine, PostgreSQL on many; the same classes, constraints and migrations on both.
"""

import enum
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    Engine,
    Enum,
    Insert,
    MetaData,
    Update,
    create_engine,
    event,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.orm.exc import DetachedInstanceError
from sqlalchemy.types import JSON, TypeDecorator

from storage.base.config import config

PATIENCE_S = 20
"""How long a transaction that writes waits for its turn on SQLite, unless it says otherwise."""
_BUSY_SQLITE = {5, 6}
_BUSY_POSTGRESQL = ("08", "40", "53300", "55P03", "57P")
"""Connection lost, rolled back for somebody else's sake, too many connections, lock not had, server ends or begins."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC. A naive one is refused, since nobody could say when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (as SQLAlchemy calls it)
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be kept")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (as SQLAlchemy calls it)
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
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON, dict: JSON, list: JSON}


class Identified:
    """A row that the outside may name: its id is random, never a counter."""

    if TYPE_CHECKING:
        __tablename__: str

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


def session_of(row: "Base | Identified") -> Session:
    """The session that a row belongs to. Raises DetachedInstanceError for a row that no session holds."""
    session = Session.object_session(row)
    if session is None:
        raise DetachedInstanceError(f"{type(row).__name__} belongs to no session")
    return session


def rows_changed(session: Session, statement: Update | Delete | Insert) -> int:
    """Execute a statement that changes rows; answers how many it changed."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


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
    """An engine for `url`, with foreign keys and WAL when it is SQLite. Its errors tell no values: logs keep them."""
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "connect", _prepare_nothing_behind_a_pooler)
        return engine
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # The driver must not begin transactions by itself, since "_begin" does.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once with "database is locked" when somebody else
        # wrote in between. One that says so at its start waits for its turn instead.
        options = connection.get_execution_options()
        patience_ms = round(1000 * options.get("patience_s", PATIENCE_S))
        connection.connection.execute(f"PRAGMA busy_timeout={patience_ms}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", True) else "BEGIN")

    return engine


def _prepare_nothing_behind_a_pooler(connection: Any, _record: object) -> None:
    """Have this connection prepare no statements when a pooler such as PgBouncer answers in the place of PostgreSQL.

    What is prepared is known to one server process, and each transaction may get another one. A pooler gives itself
    away: it says at the start which process can be told to cancel, and that is not the one that answers.
    """
    (answers,) = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
    connection.rollback()
    if answers != connection.info.backend_pid:
        connection.prepare_threshold = None


@cache
def engine() -> Engine:
    """The engine of this process."""
    return make_engine(config().database_url)


@cache
def _factory(writes: bool, patience_s: float = PATIENCE_S) -> sessionmaker[Session]:
    options = {"writes": writes, "patience_s": patience_s}
    return sessionmaker(engine().execution_options(**options), expire_on_commit=False)


def new_session(writes: bool = True, patience_s: float = PATIENCE_S) -> Session:
    """A session of the caller's own, to be closed by the caller.

    With SQLite a writing one waits for other writers, and raises OperationalError when its patience ends.
    """
    return _factory(writes, patience_s)()


@contextmanager
def session_scope(writes: bool = True) -> Iterator[Session]:
    """One short transaction: committed at the end, rolled back when anything was raised.

    Keep slow work (a transcode, a request to another machine) outside of it: SQLite has one writer at a time.
    """
    with _factory(writes).begin() as session:
        yield session


def passes(error: OperationalError) -> bool:
    """True when the same transaction may succeed in a moment, since the database was only busy, or away."""
    if (code := getattr(error.orig, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in _BUSY_SQLITE
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state.startswith(_BUSY_POSTGRESQL)
