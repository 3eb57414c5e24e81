"""`flask upgrade` and `flask version`: the installation itself."""

import click

from storage.base.config import config
from storage.base.version import VERSION


@click.command("version")
def version() -> None:
    """Say which version of Vignet this is."""
    click.echo(VERSION)


@click.command("upgrade")
def upgrade() -> None:
    """Bring the database to the newest form."""
    # Here, since no other command needs Alembic.
    from storage.base import migrate

    try:
        migrate.upgrade(config().database_url)
    except migrate.NewerDatabaseError as error:
        raise click.ClickException(str(error)) from error
