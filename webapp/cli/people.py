"""Commands about people and mail: the first log-in of a new installation, and what a mail server says afterwards."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from storage.base.config import config
from storage.base.database import session_scope
from storage.base.refusal import Refused
from storage.people import outbox
from storage.people.links import LinkKind, issue
from storage.people.people import OF_KSF, Person, Role, as_address, join, known_or_new
from webapp.dutch import refusals

mails = AppGroup("mail", help="Mail that was sent.")


@mails.command("bounce")
@click.argument("address")
def bounce(address: str) -> None:
    """Say that mail to ADDRESS came back: for the mail system of an administrator to call."""
    with session_scope() as session:
        found = outbox.bounce(session, address, datetime.now(UTC))
    if found is None:
        raise click.ClickException("Naar dit adres is geen mail verstuurd.")
    click.echo("Genoteerd. Het bureau ziet dit bij de mail.")


@click.command("invite")
@click.argument("address")
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in OF_KSF]))
def invite(address: str, name: str, role: str) -> None:
    """Give somebody of KSF a role, and print the link with which a password is chosen: for a new installation."""
    now = datetime.now(UTC)
    with session_scope() as session:
        try:
            person: Person = known_or_new(session, as_address(address), name, now)
        except Refused as error:
            raise click.ClickException(refusals.refusal(error)) from error
        join(session, person, Role(role), None, None, now)
        link = None if person.password_hash else issue(session, person, LinkKind.INVITATION, None, now)
    click.echo(f"{config().origin}{link.path}" if link else "Deze persoon heeft al een wachtwoord.")
