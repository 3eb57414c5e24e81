"""`flask scores`: signed scores as CSV under pseudonyms, for `flask agreement` and for R."""

import click

from storage.base.database import session_scope
from storage.figures.signed_scores import COLUMNS, signed_scores, under_pseudonyms
from webapp import csv_writer


@click.command("scores")
def scores() -> None:
    """Signed scores as CSV under pseudonyms, for agreement and for R.

    One a line; candidates and assessors have names of this file only. `score` is the one that counts, `phase1` the one
    that was given blind; both are empty for what could not be observed. A change counts once phase 2 is signed. A
    subject is one competency in one answer, within one marking.
    """
    with session_scope(writes=False) as session:
        found = signed_scores(session)
    click.echo(csv_writer.written(COLUMNS, under_pseudonyms(found)), nl=False)
