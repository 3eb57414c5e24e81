"""The recorders from the command line: `flask --app webapp recorders …`."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from storage.base.database import session_scope
from storage.exam import reservations
from storage.exam.recorder_nodes import node_called

recorders = AppGroup("recorders", help="The recorders: which are alive, how full they are, and ending one in peace.")


@recorders.command("list")
def list_recorders() -> None:
    """Every recorder: its name, its state, the sittings that run on it, how many it takes, its address."""
    now = datetime.now(UTC)
    with session_scope(writes=False) as session:
        for load in reservations.loads(session, now):
            node = load.node
            click.echo(f"{node.name}\t{load.state(now)}\t{load.sittings}/{node.capacity}\t{node.url}")


@recorders.command("drain")
@click.argument("name")
def drain(name: str) -> None:
    """Let the recorder NAME take no new answers, and end once those that have begun are safe."""
    with session_scope() as session:
        node = node_called(session, name)
        if node is None:
            raise click.ClickException(f"there is no recorder {name}")
        node.drain()
    click.echo(f"{name} ends when its answers are safe; see `flask --app webapp recorders list`.")
