"""The migrations make, on both databases, exactly the tables that the nouns describe, and take them away again."""

import uuid

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from storage import migrate
from storage.database import make_engine

pytestmark = pytest.mark.parametrize("empty_database_url", ["sqlite", "postgresql"], indirect=True)


def tables(url: str) -> set[str]:
    engine = make_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_from_nothing_to_the_newest_form_and_back(empty_database_url):
    assert tables(empty_database_url) == set()
    migrate.upgrade(empty_database_url)
    assert tables(empty_database_url) == set(migrate.nouns().metadata.tables)
    migrate.check(empty_database_url)
    migrate.upgrade(empty_database_url)  # safe to run again
    command.downgrade(migrate._alembic(empty_database_url), "base")
    assert tables(empty_database_url) == set()
    migrate.upgrade(empty_database_url)
    migrate.check(empty_database_url)


def test_a_mail_of_before_stays_and_its_state_is_still_guarded(empty_database_url):
    alembic, one = migrate._alembic(empty_database_url), uuid.uuid4().hex
    command.upgrade(alembic, "0001")
    engine = make_engine(empty_database_url)
    try:
        with engine.begin() as connection:
            at = "2026-03-02 09:00:00+00:00"
            connection.execute(text(f"INSERT INTO person VALUES ('a@b.example', 'A', NULL, 0, '{at}', '{one}')"))
            columns = "id, person_id, template, subject, text, state, attempts, created_at, not_before"
            values = f"'{one}', '{one}', 'receipt', 'S', 'T', 'failed', 6, '{at}', '{at}'"
            connection.execute(text(f"INSERT INTO mail_message ({columns}) VALUES ({values})"))
        command.upgrade(alembic, "head")
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT state FROM mail_message")) == "failed"
            connection.execute(text("UPDATE mail_message SET state = 'bounced'"))
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text("UPDATE mail_message SET state = 'nonsense'"))
        command.downgrade(alembic, "0001")
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT state FROM mail_message")) == "failed"
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text("UPDATE mail_message SET state = 'bounced'"))
    finally:
        engine.dispose()
