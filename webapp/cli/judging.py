"""The command line of judging: why a verdict is what it is, who got which work, how far assessors agree."""

import json
import uuid
from collections import Counter
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from storage.base.database import session_scope
from storage.judging.allocations import Allocation
from storage.judging.verdicts import Cause, Verdict
from storage.people.people import Person
from webapp import csv_reader, explain
from webapp.cli import scores_file
from webapp.dutch import formats, terms

verdict = AppGroup("verdict", help="Verdicts.")
allocation = AppGroup("allocation", help="How work was shared out over assessors.")

AGAIN = "Opnieuw gerekend: gelijk."


@verdict.command("explain")
@click.argument("verdict_id", type=click.UUID)
def explain_verdict(verdict_id: uuid.UUID) -> None:
    """Compute a verdict (or the one of a sitting) again, compare it with what is stored, and give every reason."""
    with session_scope(writes=False) as session:
        either = (Verdict.id == verdict_id) | (Verdict.sitting_id == verdict_id)
        # Of a sitting the verdict that counts and was decided last.
        newest = select(Verdict).where(either).order_by(Verdict.ended_at.is_not(None), Verdict.decided_at.desc())
        found = session.scalars(newest).first()
        if found is None:
            raise click.ClickException(f"Er is geen eindoordeel {verdict_id}.")
        click.echo("\n".join(explain.report(found)))
        stored, again = found.explain()
        kept = stored.passed if found.settled_at or found.cause is Cause.CORRECTION else found.passed
    if (stored, kept) != (again, again.passed):
        raise click.ClickException("Opnieuw gerekend komt er iets anders uit: het eindoordeel is veranderd.")
    click.echo(AGAIN)


@allocation.command("show")
@click.argument("allocation_id", type=click.UUID)
def show_allocation(allocation_id: uuid.UUID) -> None:
    """Share the work out again from the stored seed and inputs, compare, and say who got how much."""
    with session_scope(writes=False) as session:
        found = session.get(Allocation, allocation_id)
        if found is None:
            raise click.ClickException(f"Er is geen verdeling {allocation_id}.")
        stored, again = found.explain()
        batch = found.batch
        given, empty = len(stored.assignments), sum(one.openings for one in stored.shortages)
        state = f"vastgesteld op {formats.moment(found.final_at)}" if found.final_at else "nog een voorstel"
        click.echo(f"Verdeling, {terms.MODES[found.mode]}, {state}, nummer van het voorstel {found.seed}")
        click.echo(f"{len(batch.open)} kandidaten, {given} van {given + empty} beoordelingen verdeeld")
        loads = Counter(one.assessor for one in stored.assignments)
        for one in batch.assessors:
            name = session.get_one(Person, uuid.UUID(one.key)).name
            click.echo(f"  {name:30} {one.load:4} lagen er al, {loads[one.key]:4} erbij")
        codes = {str(sitting.id): sitting.dossier.code for sitting in found.sittings()}
        for short in stored.shortages:
            click.echo(f"  {codes[short.candidate]}: {short.openings} leeg. {terms.CAUSES[short.cause]}")
    if stored != again:
        raise click.ClickException("Opnieuw gerekend komt er iets anders uit: de verdeling is veranderd.")
    click.echo(AGAIN)


@click.command("agreement")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def agreement_of(file: Path) -> None:
    """How far assessors agree, as JSON. FILE is a CSV with the columns subject, rater and score.

    `skipped` says which lines were passed over because they are empty, and which columns are not read.
    """
    # Here, since no other command counts with numpy and scipy.
    from review import agreement

    try:
        rows, skipped = scores_file.read(file.read_bytes())
        found = agreement.report(rows)
    except (csv_reader.Unreadable, ValueError) as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    click.echo(json.dumps({**found, "skipped": skipped}, indent=2, ensure_ascii=False))
