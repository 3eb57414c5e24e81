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
from alembic.util import CommandError

from storage.base.config import config
from storage.base.database import Base, make_engine


class NewerDatabaseError(Exception):
    """The database was brought to a form that this version does not know. The message says what to do."""


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
    """Run every migration up to this one that this database has not seen. Safe to run again.

    Raises NewerDatabaseError, and changes nothing, when a newer version was here before.
    """
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    script = ScriptDirectory.from_config(_alembic(url))
    for at in _seen(url):
        try:
            script.get_revision(at)
        except CommandError as error:
            raise NewerDatabaseError(
                f"The database is at {at}, and this version of Vignet ends at {script.get_current_head()}: a newer one "
                "was here. Start the newer version again, or go back as OPERATIONS.md says under Rollback. Nothing was "
                "changed."
            ) from error
    command.upgrade(_alembic(url), revision)


def behind(url: str) -> int:
    """How many migrations this database has not seen."""
    script, seen = ScriptDirectory.from_config(_alembic(url)), _seen(url)
    return len(list(script.iterate_revisions("head", seen[0] if seen else "base")))


def _seen(url: str) -> tuple[str, ...]:
    """The newest migration that this database has seen; none in an empty one."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return tuple(MigrationContext.configure(connection).get_current_heads())
    finally:
        engine.dispose()


def check(url: str) -> None:
    """Raise alembic's CommandError when the nouns and the migrations say different things."""
    command.check(_alembic(url))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--new"]:
        command.revision(_alembic(config().database_url), message=sys.argv[2], autogenerate=True)
    else:
        try:
            upgrade(config().database_url)
        except NewerDatabaseError as error:
            sys.exit(str(error))
