"""`flask demo` and `flask ticket`: what tries Vignet out from the command line."""

import json
from datetime import UTC, datetime

import click
from sqlalchemy import select

from demo import crowd, example, theory
from storage.base.config import config
from storage.base.database import session_scope
from storage.base.present import present
from storage.exam import reservations
from storage.exam.recordings import begin_take
from storage.people.people import Person, person_by_email
from webapp.cli.packs import import_folder
from webapp.cli.store import prepared_store


@click.command("demo")
@click.option("--dossiers", type=click.IntRange(0, 100_000), default=0, help="Add so many dossiers in all states.")
@click.option("--organisations", type=click.IntRange(1, 2_000), default=20, show_default=True, help="Theirs.")
@click.option("--unless-in-use", is_flag=True, help="Leave a house of real people alone, and only say where it is.")
def make_demo(dossiers: int, organisations: int, unless_in_use: bool) -> None:
    """Make the demo organisation with a person of each role. Safe to run again; --dossiers adds a crowd each time.

    Their password is known to all, so it refuses in production and where other people are already.
    """
    now = datetime.now(UTC)
    if why := _refusal():
        if not unless_in_use:
            raise click.ClickException(why)
        click.echo(f"Vignet: {config().origin}")
        return
    prepared_store()
    with session_scope() as session:
        scheme = example.schemes(session, now)
        has_pack = example.has_pack(session, scheme)
    if not has_pack:
        import_folder(example.PACK, dry_run=False)
    theory.store_media()
    with session_scope() as session:
        example.people_and_dossiers(session, now)
        example.bank(session, now)
    if dossiers:
        with session_scope() as session:
            crowd.fill(session, example.pack(session), dossiers, organisations, now)
    click.echo(example.welcome(config().origin))


@click.command("ticket")
@click.option("--scenario", "number", default=1, show_default=True, help="The situation to answer, 1 to 10.")
def ticket(number: int) -> None:
    """Open a recording for any WHIP client, in a demo sitting of its own: prints whip_url, bearer, recording_id."""
    now = datetime.now(UTC)
    if why := _refusal():
        raise click.ClickException(why)
    with session_scope() as session:
        answer = example.answer_for_ticket(session, number, now)
        recording, bearer = begin_take(session, answer, reservations.renew(session, answer.sitting, now), now)
        told = {
            "whip_url": f"{present(recording.node).url}/whip/{recording.id}",
            "bearer": bearer,
            "recording_id": str(recording.id),
            "limit_s": recording.limit_s,
        }
    click.echo(json.dumps(told, indent=2))


def _refusal() -> str | None:
    """Why there may be no demo here; None where there may."""
    if config().production:
        return "In productie is er geen demo."
    with session_scope(writes=False) as session:
        somebody = session.scalar(select(Person.id).limit(1))
        if somebody and not any(person_by_email(session, email) for email, _, _ in example.PEOPLE):
            return "Hier werken al mensen met Vignet: de demo zou hun huis openzetten. Kies een andere VIGNET_DATA."
    return None


COMMANDS = (make_demo, ticket)
