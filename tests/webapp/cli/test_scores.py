"""`flask scores` gives what was signed, names nobody, and `flask agreement` reads it."""

import csv
import io
import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from support import cast

from storage.judging.ratings import Rating
from webapp.cli.judging import agreement_of
from webapp.cli.scores import scores

pytestmark = pytest.mark.both_databases


def test_agreement_reads_the_scores_and_nobody_is_named(session, people, tmp_path):
    sitting = cast.finished_sitting(session, people, cast.NOW)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, 2 + slot)
    session.commit()

    told = CliRunner().invoke(scores)
    assert told.exit_code == 0, told.output
    rows = list(csv.DictReader(io.StringIO(told.stdout.removeprefix("\ufeff")), delimiter=";"))
    assert {row["score"] for row in rows} == {"3", "4"}
    assert {row["candidate"] for row in rows} == {"C1"}
    assert {(row["rater"]) for row in rows} == {"A1", "A2"}
    for hidden in (*people.assessors[:2], sitting.dossier.candidate):
        assert hidden.name not in told.stdout and str(hidden.id) not in told.stdout

    file = tmp_path / "scores.csv"
    file.write_bytes(told.stdout_bytes)
    read = CliRunner().invoke(agreement_of, [str(file)])
    assert read.exit_code == 0, read.output
    found = json.loads(read.output)
    assert (found["raters"], found["scores"], found["subjects"]) == (2, len(rows), len(rows) // 2)


@pytest.mark.parametrize(("signed", "counts"), [(None, "3"), (cast.NOW, "5")])
def test_a_change_counts_once_phase_2_is_signed(session, people, signed, counts):
    sitting = cast.finished_sitting(session, people, cast.NOW)
    ratings = cast.rate(session, sitting, people.assessors[0], 1, 3)
    for rating in ratings or session.scalars(select(Rating)):
        rating.phase2_signed_at = signed
        for score in rating.scores:
            score.changed, score.phase2_level, score.change_reason = True, 5, "Uit de motivatie blijkt meer."
    session.commit()
    (row, *_) = csv.DictReader(io.StringIO(CliRunner().invoke(scores).stdout.removeprefix("\ufeff")), delimiter=";")
    assert (row["score"], row["phase1"], row["exam"]) == (counts, "3", sitting.dossier.scheme.key)


def test_what_is_not_signed_is_left_out(session, people):
    cast.finished_sitting(session, people, cast.NOW)
    session.commit()
    told = CliRunner().invoke(scores)
    assert told.exit_code == 0 and len(told.stdout.splitlines()) == 1
