"""`flask setup`: who the institution is, its first officers, and whether its mail arrives. Safe to run again."""

import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from storage.base.config import config
from storage.base.database import session_scope
from storage.base.refusal import Refused
from storage.people import institution, institution_logo, institution_rules, staff
from storage.people.institution_rules import LIMITS
from storage.people.links import LinkKind, issue
from storage.people.people import Person, Role, as_address, join, known_or_new
from storage.set_up import NEEDED_OFFICERS
from webapp.cli.store import prepared_store
from webapp.dutch import refusals
from webapp.dutch.institution import HINTS, LABELS, LOGO_RULES, fault
from webapp.mail.deliver import NotSent, send_now


@dataclass
class Given:
    """What somebody answered, or wrote in a file."""

    values: dict[str, str]
    officers: list[tuple[str, str]]
    """Name and address of each."""
    logo: Path | None = None
    faults: list[str] = field(default_factory=list)
    """What could not even be read, in Dutch."""


@click.command("setup")
@click.option("--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A TOML file.")
@click.option("--no-mail", is_flag=True, help="Send no test mail.")
def setup(path: Path | None, no_mail: bool) -> None:
    """Say who the institution is and make its first officers: asks, or reads FILE (docker/institution.example.toml).

    Prints all that is wrong and changes nothing, or keeps it, sends a test mail, and prints a link for each officer
    with which a password is chosen.
    """
    now = datetime.now(UTC)
    with session_scope(writes=False) as session:
        known, there = institution.of(session).values, staff.count_holding(session, Role.KSF_OFFICER, now)
    given = read(path) if path else ask(known, there)
    logo = given.logo.read_bytes() if given.logo and not given.faults else None
    wrong = [*given.faults, *_wrong(given, logo, there)]
    for line in wrong:
        click.echo(f"- {line}", err=True)
    if wrong:
        raise click.ClickException(f"{len(wrong)} dingen kloppen niet; er is niets veranderd.")
    key = None
    if logo is not None:
        prepared_store()
        key = institution_logo.put(logo)
    with session_scope() as session:
        kept = institution.keep(session, given.values, None, now)
        if key:
            institution.keep_logo(session, key, None, now)
        links = [(name, _officer(session, name, address, now)) for name, address in given.officers]
        mail, sender = kept.mail, kept.sender
    click.echo(f"Bewaard: {given.values['name']}.")
    for name, link in links:
        click.echo(f"{name}: {f'{config().origin}{link}' if link else 'heeft al een wachtwoord.'}")
    if any(link for _, link in links):
        click.echo("Wie zo’n link opent, kiest een wachtwoord en stelt daarna de tweede stap in. Hij werkt 14 dagen.")
    if not no_mail:
        _try_mail(mail, sender, now)


def read(path: Path) -> Given:
    """What this TOML file says."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Given({}, [], faults=[f"{path.name} is geen geldige TOML: {error}."])
    officers, logo = table.pop("officers", []), table.pop("logo", None)
    given = Given({name: str(value) for name, value in table.items()}, [])
    if not isinstance(officers, list):
        given.faults.append("officers: schrijf voor elke medewerker een tabel [[officers]] met name en mail.")
        officers = []
    for number, one in enumerate(officers, 1):
        if isinstance(one, dict) and set(one) == {"name", "mail"}:
            given.officers.append((str(one["name"]), str(one["mail"])))
        else:
            given.faults.append(f"officers[{number}]: nodig zijn precies name en mail.")
    if logo is not None:
        given.logo = path.parent / str(logo)
        if not given.logo.is_file():
            given.faults.append(f"logo: {given.logo} is er niet.")
    return given


def ask(known: Mapping[str, str], there: int) -> Given:
    """What somebody answers at the keyboard. Each answer is asked for until it can be used."""
    values: dict[str, str] = {}
    for name in LIMITS:
        hint = f" ({HINTS[name]})" if name in HINTS else ""
        values[name] = _asked(f"{LABELS[name]}{hint}", known[name], lambda value, name=name: _fault_of(name, value))
    logo = click.prompt("Logo, een bestand (leeg: geen ander logo)", default="", show_default=False).strip()
    officers = []
    for number in range(there, NEEDED_OFFICERS):
        person = click.prompt(f"Naam van medewerker {number + 1} van het bureau").strip()
        officers.append((person, _asked("E-mailadres", "", _address_fault)))
    path = Path(logo) if logo else None
    faults = [f"Logo: {path} is er niet."] if path and not path.is_file() else []
    return Given(values, officers, path, faults)


def _asked(question: str, known: str, wrong: Any) -> str:
    while True:
        answer = str(click.prompt(question, default=known or None)).strip()
        if not (told := wrong(answer)):
            return answer
        click.echo(f"  {told}", err=True)


def _fault_of(name: str, value: str) -> str:
    found = institution_rules.faults({name: value}).get(name)
    return fault(name, found, value) if found else ""


def _address_fault(address: str) -> str:
    try:
        as_address(address)
    except Refused as error:
        return refusals.refusal(error)
    return ""


def _wrong(given: Given, logo: bytes | None, there: int) -> list[str]:
    """All that is wrong with what was given, in Dutch."""
    if given.faults and not given.values:
        return []
    found = institution_rules.faults(given.values)
    wrong = [f"{name}: {fault(name, one, given.values.get(name, ''))}" for name, one in found.items()]
    for name, address in given.officers:
        if told := _address_fault(address):
            wrong.append(f"{address or name or 'officers'}: {told}")
        if not name.strip():
            wrong.append(f"{address}: Vul de naam in.")
    addresses = {address.strip().lower() for _, address in given.officers}
    if len(addresses) < len(given.officers):
        wrong.append("officers: twee medewerkers hebben hetzelfde adres.")
    if there < NEEDED_OFFICERS and len(addresses) < NEEDED_OFFICERS:
        wrong.append("officers: noem twee medewerkers van het bureau. De een vraagt, de ander beslist.")
    if logo is not None:
        try:
            institution_logo.kind_of(logo)
        except Refused as error:
            wrong.append(f"logo: {LOGO_RULES[error.rule]}")
    return wrong


def _officer(session: Session, name: str, address: str, now: datetime) -> str:
    """Make this person an officer; answers the path of a link to choose a password, or nothing."""
    person: Person = known_or_new(session, as_address(address), name, now)
    join(session, person, Role.KSF_OFFICER, None, None, now)
    return "" if person.password_hash else issue(session, person, LinkKind.INVITATION, None, now).path


def _try_mail(address: str, sender: str, now: datetime) -> None:
    try:
        send_now(address, "setup", now, uuid.uuid4(), sender, origin=config().origin)
    except NotSent as error:
        raise click.ClickException(
            f"De proefmail aan {address} is niet verstuurd ({error}). De gegevens zijn wel bewaard. Kijk "
            "VIGNET_MAIL_URL en VIGNET_MAIL_TLS na, en doe dit nog eens."
        ) from error
    click.echo(f"Er is een proefmail verstuurd aan {address}. Komt hij niet aan? Kijk VIGNET_MAIL_URL na.")
