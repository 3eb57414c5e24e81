"""The command line of the master key."""

import sys
from datetime import UTC, datetime

import click

from storage import rotation
from storage.base.config import config


@click.command("rotate-master-key")
@click.option(
    "--browsers", is_flag=True, help="Afterwards: other keys for what browsers keep, when nobody is at the exam."
)
def rotate_master_key(browsers: bool) -> None:
    """Wrap every key by the new VIGNET_MASTER_KEY, while the system goes on with both (OPERATIONS.md, Rotation).

    Killed, the same command goes on. Exit code 1 when something opens with neither master key.
    """
    try:
        if browsers:
            rotation.renew_browser_keys(config(), datetime.now(UTC))
            click.echo("Browsers get other keys from now on.")
            return
        done = rotation.rotate(config(), lambda: datetime.now(UTC), _show)
    except rotation.RotationError as error:
        raise click.ClickException(f"{error}.") from error
    click.echo(f"{done.keys} keys and {done.secrets} secrets are wrapped by the new master key now.")
    for one in done.closed:
        click.echo(f"- {one} opens with neither", err=True)
    if done.closed:
        raise click.ClickException(
            f"{len(done.closed)} open with neither master key: keep the old one, and look at these."
        )


def _show(number: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{number} of {total}, {100 * number // total} %", nl=number == total, err=True)
