"""The command line of judging: why a verdict is what it is, and how far assessors agree."""

import csv
import json
import uuid
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from review import agreement
from storage.database import session_scope
from storage.verdicts import Verdict
from webapp import explain

verdict = AppGroup("verdict", help="Verdicts.")


@verdict.command("explain")
@click.argument("verdict_id", type=click.UUID)
def explain_verdict(verdict_id: uuid.UUID) -> None:
    """Compute a verdict (or the one of a sitting) again, compare it with what is stored, and give every reason."""
    with session_scope(writes=False) as session:
        either = (Verdict.id == verdict_id) | (Verdict.sitting_id == verdict_id)
        found = session.scalars(select(Verdict).where(either)).first()
        if found is None:
            raise click.ClickException(f"Er is geen eindoordeel {verdict_id}.")
        scheme = found.sitting.dossier.scheme.content
        stored, again = found.explain()
        overall = "niet te berekenen" if stored.overall is None else explain.figure(stored.overall)
        click.echo(f"Eindoordeel: {explain.outcome(found.passed)}, gemiddeld {overall}")
        for line in explain.lines(stored, scheme):
            click.echo(f"  {'ja ' if line.met else 'NEE'}  {line.what}: {line.found} (nodig: {line.needed})")
        for one in explain.standings(stored, scheme):
            click.echo(f"  {one.competency.name}: {one.mean}, gezien in {one.result.observed} antwoorden")
    if (stored, found.passed) != (again, again.passed):
        raise click.ClickException("Opnieuw gerekend komt er iets anders uit: het eindoordeel is veranderd.")
    click.echo("Opnieuw gerekend: gelijk.")


@click.command("agreement")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def agreement_of(file: Path) -> None:
    """How far assessors agree, as JSON. FILE is a CSV with the columns subject, rater and score."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            found = agreement.report(csv.DictReader(lines))
    except (ValueError, KeyError) as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
