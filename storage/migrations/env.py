"""How Alembic meets the database: the engine and the tables of this installation."""

from typing import Any

from alembic import context
from sqlalchemy import event

from storage.base.database import make_engine
from storage.base.migrate import nouns

engine = make_engine(context.config.attributes["url"])
if engine.dialect.name == "sqlite":
    # A table that is copied is dropped for a moment, which must not take along what points to its rows.
    @event.listens_for(engine, "connect")
    def _let_go(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys=OFF")


with engine.connect() as connection:
    # Batch mode copies a table to change it, since SQLite can alter so little.
    context.configure(connection=connection, target_metadata=nouns().metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
        if engine.dialect.name == "sqlite" and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"rows point to what is no longer there: {lost[:3]}")
engine.dispose()
