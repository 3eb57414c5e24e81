"""`flask try-rule`: who would flip by another cut, or without a situation. Nothing is changed by it."""

import csv
import re
import sys
from datetime import datetime
from fractions import Fraction

import click
from sqlalchemy import select

from review.changed_rule import Change, Flip
from review.rules import LEVEL_MAX, LEVEL_MIN, Reason, to_plain
from review.verdict import shown
from storage.base.clock import AMSTERDAM
from storage.base.database import session_scope
from storage.committee import simulations, tried_rules
from storage.schemes import Scheme

SAID = {True: "passed", False: "failed", None: "undecided"}


def _cut(_: click.Context, __: click.Parameter, value: str | None) -> Fraction | None:
    if value is None:
        return None
    if not re.fullmatch(r"[0-9](\.[0-9]{1,2})?", value) or not LEVEL_MIN <= Fraction(value) <= LEVEL_MAX:
        raise click.BadParameter('a cut is a number from 1 to 5 with at most two decimals, such as "2.25".')
    return Fraction(value)


@click.command("try-rule")
@click.option("--exam", help="Key of the exam; without it the first that is judged on competencies.")
@click.option("--competency-min", callback=_cut, help="Another cut of each competency.")
@click.option("--overall-min", callback=_cut, help="Another cut over all.")
@click.option("--observed-min", type=click.IntRange(1, 40), help="In how many answers each competency must be seen.")
@click.option("--without", multiple=True, help="Key of a situation that is left out; may be given more than once.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only results told from this day on.")
@click.option("--csv", "as_csv", is_flag=True, help="The list of who would flip, as CSV.")
def try_rule(
    exam: str | None,
    competency_min: Fraction | None,
    overall_min: Fraction | None,
    observed_min: int | None,
    without: tuple[str, ...],
    since: datetime | None,
    as_csv: bool,
) -> None:
    """Judge past results again by a changed rule: how many would flip, and who. Nothing is changed.

    To adopt a change, take a new number of the regulation into use; a result that was told is put right by two persons.
    """
    change = Change(competency_min, overall_min, observed_min, frozenset(without))
    if change == Change():
        raise click.ClickException("Nothing to try. Give --competency-min, --overall-min, --observed-min or --without.")
    with session_scope(writes=False) as session:
        exam = exam or next((one.scheme.key for one in simulations.packs(session)), "")
        if session.scalars(select(Scheme.id).where(Scheme.key == exam)).first() is None:
            raise click.ClickException(f"There is no exam {exam!r}. See: flask --app webapp schemes list")
        known = tried_rules.situations(session, exam)
        if unknown := change.without - known:
            known_ones = ", ".join(sorted(known)) or "none"
            raise click.ClickException(f"No situation {', '.join(sorted(unknown))}. There are: {known_ones}.")
        moment = since.replace(tzinfo=AMSTERDAM) if since else None
        found = tried_rules.try_change(session, exam, change, moment)
    if as_csv:
        out = csv.writer(sys.stdout)
        out.writerow(("file", "before", "after", "because"))
        out.writerows((one.key, SAID[one.before], SAID[one.after], _why(one)) for one in found.flips)
        return
    click.echo(f"{found.cases} results, {len(found.flips)} would flip. Nothing was changed.")
    for (before, after), number in sorted(found.counts.items(), key=str):
        click.echo(f"  {SAID[before]:9} -> {SAID[after]:9} {number:6}")
    for one in found.flips:
        click.echo(f"{one.key}: {SAID[one.before]} -> {SAID[one.after]} ({_why(one)})")


def _why(one: Flip) -> str:
    return "; ".join(f"{each.rule} {each.subject} {_figure(each)}" for each in one.because)


def _figure(one: Reason) -> str:
    """What was found and what was needed, with as many decimals as show on which side it is."""
    if not isinstance(one.found, Fraction) or not isinstance(one.needed, Fraction):
        return f"{to_plain(one.found)}, needed {to_plain(one.needed)}"
    return f"{shown(one.found, beside=one.needed)}, needed {shown(one.needed)}"
