"""Brings the database to the newest form: `python -m storage.base.migrate`.

`--new "what"` writes a migration to edit.
"""

import importlib
import pkgutil
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.base.config import config
from storage.base.database import Base, make_engine

STORAGE = Path(__file__).resolve().parents[1]


def nouns() -> type[Base]:
    """Every noun, imported, so that the metadata is whole."""
    for found in pkgutil.walk_packages([str(STORAGE)], "storage."):
        if not found.ispkg and not found.name.startswith("storage.migrations."):
            importlib.import_module(found.name)
    return Base


def _alembic(url: str) -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(STORAGE / "migrations"))
    settings.attributes["url"] = url
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration up to this one that this database has not seen. Safe to run again."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(_alembic(url), revision)


def behind(url: str) -> int:
    """How many migrations this database has not seen."""
    script = ScriptDirectory.from_config(_alembic(url))
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            seen = MigrationContext.configure(connection).get_current_heads()
    finally:
        engine.dispose()
    return len(list(script.iterate_revisions("head", seen[0] if seen else "base")))


def check(url: str) -> None:
    """Raise alembic's CommandError when the nouns and the migrations say different things."""
    command.check(_alembic(url))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--new"]:
        command.revision(_alembic(config().database_url), message=sys.argv[2], autogenerate=True)
    else:
        upgrade(config().database_url)
