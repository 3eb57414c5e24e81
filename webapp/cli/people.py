"""Commands about people and mail: the first log-in of a new installation, and what a mail server says afterwards."""

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from storage.base import audit
from storage.base.config import config
from storage.base.database import session_scope
from storage.base.refusal import Refused
from storage.people import outbox
from storage.people.links import LinkKind, issue
from storage.people.people import OF_KSF, Person, Role, as_address, join, known_or_new, person_by_email
from storage.people.second_factor import remove_second_factor, second_factor_of
from webapp.dutch import refusals
from webapp.mail.notify import notify

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
    """Give somebody of KSF a role, and print the link with which a password is chosen.

    For a new installation, and for whoever is locked out. The log says that there is such a link.
    """
    now = datetime.now(UTC)
    with session_scope() as session:
        try:
            person: Person = known_or_new(session, as_address(address), name, now)
        except Refused as error:
            raise click.ClickException(refusals.refusal(error)) from error
        join(session, person, Role(role), None, None, now)
        had_password = person.password_hash is not None
        kind = LinkKind.RESET if had_password else LinkKind.INVITATION
        link = issue(session, person, kind, None, now)
    if had_password:
        click.echo(
            "Deze persoon heeft al een wachtwoord. Met deze link kiest hij of zij een nieuw, een uur lang:", err=True
        )
    click.echo(f"{config().origin}{link.path}")


@click.command("reset-second-factor")
@click.argument("address")
@with_appcontext
def reset_second_factor(address: str) -> None:
    """Take the second factor of the person with ADDRESS away: for an installation of which nobody else can do so.

    Whoever it is sets up a new one at the next log-in, is logged out everywhere, and gets a mail.
    """
    now = datetime.now(UTC)
    # A mail is filled in as a page is, so by the app with its pages.
    pages = current_app.extensions.get("pages", lambda: current_app)()
    with pages.app_context(), session_scope() as session:
        person = person_by_email(session, as_address(address))
        if person is None:
            raise click.ClickException("Er is niemand met dit adres.")
        factor = second_factor_of(session, person)
        if factor is None:
            raise click.ClickException("Deze persoon heeft geen tweede stap.")
        remove_second_factor(session, factor, None, now)
        person.session_epoch += 1
        audit.record(session, now, None, "logged_out_everywhere", person)
        notify(session, person, "second_factor_off", now)
    click.echo("De tweede stap is weg. Bij de volgende keer inloggen stelt deze persoon een nieuwe in.")
