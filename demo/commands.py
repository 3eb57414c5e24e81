"""`flask demo` and `flask ticket`: what tries Vignet out from the command line."""

import json
from datetime import UTC, datetime

import click

from demo import crowd, example
from storage.base.config import config
from storage.base.database import session_scope
from storage.exam import reservations
from storage.exam.recordings import begin_take
from storage.schemes import current_pack, current_scheme
from webapp.cli import import_folder, prepared_store


@click.command("demo")
@click.option("--dossiers", type=click.IntRange(0, 100_000), default=0, help="Add so many dossiers in all states.")
@click.option("--organisations", type=click.IntRange(1, 2_000), default=20, show_default=True, help="Theirs.")
def make_demo(dossiers: int, organisations: int) -> None:
    """Make the demo organisation with a person of each role. Safe to run again; --dossiers adds a crowd each time."""
    now = datetime.now(UTC)
    prepared_store()
    with session_scope() as session:
        scheme = example.schemes(session, now)
        has_pack = example.has_pack(session, scheme)
    if not has_pack:
        import_folder(example.PACK, dry_run=False)
    with session_scope() as session:
        example.people_and_dossiers(session, now)
    if dossiers:
        with session_scope() as session:
            pack = current_pack(session, current_scheme(session, example.EXAM))
            crowd.fill(session, pack, dossiers, organisations, now)
    click.echo(example.welcome(config().origin))


@click.command("ticket")
@click.option("--scenario", "number", default=1, show_default=True, help="The situation to answer, 1 to 10.")
def ticket(number: int) -> None:
    """Open a recording for any WHIP client, in a demo sitting of its own: prints whip_url, bearer, recording_id."""
    now = datetime.now(UTC)
    with session_scope() as session:
        answer = example.answer_for_ticket(session, number, now)
        recording, bearer = begin_take(session, answer, reservations.renew(session, answer.sitting, now), now)
        told = {
            "whip_url": f"{recording.node.url}/whip/{recording.id}",
            "bearer": bearer,
            "recording_id": str(recording.id),
            "limit_s": recording.limit_s,
        }
    click.echo(json.dumps(told, indent=2))


COMMANDS = (make_demo, ticket)
