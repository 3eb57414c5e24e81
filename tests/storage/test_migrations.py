"""The migrations make, on both databases, exactly the tables that the nouns describe, and take them away again."""

import pytest
from alembic import command
from sqlalchemy import inspect

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
