"""A pooler before PostgreSQL: Debian's PgBouncer in transaction mode, where each transaction may meet another one."""

import threading

import psycopg
import pytest
from sqlalchemy import create_engine, text
from support import cast, other_parts

from storage.base import database, jobs, migrate
from storage.people.people import Person

pytestmark = pytest.mark.one_database
MANY = 12
"""Psycopg prepares what it is asked more than five times."""


@pytest.fixture(scope="module")
def pooled(postgresql):
    """The address of a pooler before a database of its own, which lacks every table."""
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE pooled")
    with other_parts.pgbouncer(postgresql) as address:
        yield f"{address.replace('postgresql://', 'postgresql+psycopg://')}/pooled"
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as admin:
        admin.execute("DROP DATABASE pooled WITH (FORCE)")


def many_at_once(engine) -> list[Exception]:
    """What went wrong while six ask the same two statements in transactions of their own that cross each other."""
    wrong, together = [], threading.Barrier(6)

    def ask(number: int) -> None:
        try:
            with engine.connect() as connection:
                together.wait(20)
                for count in range(MANY):
                    found = connection.execute(text("SELECT CAST(:n AS int), pg_sleep(0.005)"), {"n": count}).first()
                    assert found[0] == count
                    connection.execute(text("SELECT CAST(:n AS text)"), {"n": str(number)})
                    connection.commit()
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_prepared_statements_do_break_behind_this_pooler(pooled):
    engine = create_engine(pooled)
    wrong = many_at_once(engine)
    engine.dispose()
    assert wrong and {getattr(one.orig, "sqlstate", None) for one in wrong} <= {"26000", "42P05"}, wrong


def test_the_products_own_engine_does_not_break(pooled):
    engine = database.make_engine(pooled)
    assert many_at_once(engine) == []
    with engine.connect() as connection:
        assert connection.connection.prepare_threshold is None
    engine.dispose()


def test_without_a_pooler_statements_are_prepared_as_ever(postgresql):
    engine = database.make_engine(f"{postgresql.replace('postgresql://', 'postgresql+psycopg://')}/postgres")
    with engine.connect() as connection:
        assert connection.connection.prepare_threshold == 5
    engine.dispose()


def test_migrations_rows_and_jobs_go_through_a_pooler(pooled, environment, tmp_path):
    environment(VIGNET_DATABASE_URL=pooled, VIGNET_DATA=str(tmp_path), VIGNET_RATE_LIMIT_STORAGE="memory://")
    migrate.upgrade(pooled)
    assert migrate.behind(pooled) == 0
    with database.new_session() as session:
        people = cast.gather(session)
        session.commit()
    made = []

    def add(number: int) -> None:
        for _ in range(MANY):
            with database.session_scope() as session:
                locked = session.get_one(Person, people.candidate.id, with_for_update=True)
                made.append(jobs.enqueue(session, jobs.Queue.OFFICE, f"one {number % 2}", locked.id, cast.NOW).id)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6 * MANY and len(set(made)) == 2
    database.engine().dispose()
