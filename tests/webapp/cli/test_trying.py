"""`flask try-rule` on results that candidates know: who would flip; and nothing is changed by trying."""

import csv
import io
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from support import cast

from storage.base.audit import AuditEvent
from storage.judging.progress import decide
from storage.judging.verdicts import Verdict
from webapp.cli.trying import try_rule

pytestmark = pytest.mark.both_databases


def run(*arguments):
    return CliRunner().invoke(try_rule, arguments)


def result(session, people, sitting, level, now):
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, level)
    verdict = decide(session, sitting, now)
    verdict.confirm(people.officer, now)
    verdict.release(people.second_officer, now)
    session.flush()
    return sitting.dossier.code


@pytest.fixture
def codes(session, people):
    """Of one who passed with threes, and of one who failed with twos a day later."""
    pack = cast.pack(session, cast.NOW)
    first = cast.finished_sitting(session, people, cast.NOW, pack_row=pack)
    other = cast.begin(cast.sitting(session, people, cast.NOW, people.second_candidate, pack), cast.NOW)
    for answer in other.answers:
        cast.record(session, answer, cast.NOW)
    other.finish(cast.NOW + timedelta(hours=1), lambda _: True)
    made = (
        result(session, people, first, 3, cast.NOW + timedelta(days=1)),
        result(session, people, other, 2, cast.NOW + timedelta(days=2)),
    )
    session.commit()
    return made


def test_a_lower_cut_passes_the_one_who_failed_and_nothing_is_changed(session, codes):
    def kept():
        session.rollback()
        rows = session.execute(select(Verdict.id, Verdict.passed, Verdict.inputs, Verdict.decision, Verdict.ended_at))
        found = sorted(map(repr, rows)), session.scalars(select(AuditEvent.id)).all()
        session.rollback()
        return found

    before = kept()
    said = run("--competency-min", "2", "--overall-min", "2.0")
    assert said.exit_code == 0, said.output
    assert "2 results, 1 would flip. Nothing was changed." in said.output
    assert f"{codes[1]}: failed -> passed" in said.output
    assert "overall_min overall 2.00, needed 2.00" in said.output
    assert codes[0] not in said.output
    assert kept() == before


def test_a_higher_cut_as_csv_and_only_of_who_heard_since_a_day(codes):
    said = run("--overall-min", "3.5", "--csv")
    (row,) = csv.DictReader(io.StringIO(said.stdout))
    assert (row["file"], row["before"], row["after"]) == (codes[0], "passed", "failed")
    later = (cast.NOW + timedelta(days=2)).strftime("%Y-%m-%d")
    assert "1 results, 0 would flip" in run("--overall-min", "3.5", "--since", later).output


def test_without_situations_too_little_is_seen(codes, session):
    known = [one.key for one in session.scalars(select(Verdict)).first().sitting.pack.content.scenarios]
    session.rollback()
    said = run(*(word for key in known[:8] for word in ("--without", key)))
    assert "passed    -> undecided      1" in said.output
    assert "observed_min" in said.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Nothing to try"),
        (("--overall-min", "2,5"), "such as"),
        (("--overall-min", "9"), "from 1 to 5"),
        (("--overall-min", "3", "--exam", "x"), "There is no exam 'x'"),
        (("--without", "nowhere"), "No situation nowhere. There are: "),
        (("--observed-min", "0"), "1<=x<=40"),
        (("--overall-min", "3", "--since", "gisteren"), "does not match"),
    ],
)
def test_what_cannot_be_tried_is_said(codes, arguments, said):
    found = run(*arguments)
    assert found.exit_code != 0
    assert said in found.output
