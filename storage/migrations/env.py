"""How Alembic meets the database: the engine of the house, the nouns of the house."""

from alembic import context

from storage.database import make_engine
from storage.migrate import nouns

engine = make_engine(context.config.attributes["url"])
with engine.connect() as connection:
    # Batch mode copies a table to change it, since SQLite can alter so little.
    context.configure(connection=connection, target_metadata=nouns().metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
