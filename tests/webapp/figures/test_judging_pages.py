"""Oordelen in cijfers: asked here, made by the worker, read as sentence, plot, table and CSV; an assessor the own."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from support import cast, judged_crowd, judging_to_see
from support.visitors import text_of

from storage.base import jobs
from storage.base.audit import AuditEvent
from storage.base.jobs import Job, JobState
from storage.figures import judging
from storage.figures.judging import JudgingFigures
from storage.people.people import Person
from webapp import worker
from webapp.figures.judging_view import _axis
from webapp.figures.judging_words import PARTS, SEVERITY, Measure

NOW = datetime.now(UTC)


@pytest.fixture
def pack(session, people):
    made = cast.pack(session, NOW)
    session.commit()
    return made


@pytest.fixture
def row(session, people, pack):
    made = judging_to_see.figures(session, people, pack.scheme, pack, NOW)
    session.commit()
    return made


def read(answer):
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def test_what_is_asked_is_made_by_the_worker_and_read(session, people, visit, pack):
    key = pack.scheme.key
    staff = judged_crowd.fill(session, pack, 40, NOW)
    strict, all_of = session.get_one(Person, staff[0]).name, [session.get_one(Person, one).name for one in staff]
    session.commit()
    officer = visit(people.officer)
    assert "Er zijn nog geen cijfers" in officer.get(f"/oordelen/{key}").text
    assert officer.post(f"/oordelen/{key}/opnieuw").status_code == 302
    assert "worden nu berekend" in officer.get(f"/oordelen/{key}").text
    again = officer.post(f"/oordelen/{key}/opnieuw", follow_redirects=True)
    assert "De cijfers worden al berekend" in again.text
    job = session.scalars(select(Job).where(Job.kind == judging.MAKE)).one()
    job_id = job.id
    session.rollback()
    jobs.perform(job_id, worker.make_judging_figures)
    session.expire_all()
    done = session.get_one(Job, job_id)
    assert (done.state, done.result) == (JobState.DONE, {"candidates": 40})
    session.rollback()

    html = officer.get(f"/oordelen/{key}").text
    page = text_of(html)
    assert html.count('<svg class="plot-area') == len(PARTS) and "nan" not in html
    assert re.search(rf"{strict}[^.]* lagere scores dan collega’s", page)
    for part in PARTS:
        assert part.title in page
    lines = read(officer.get(f"/oordelen/{key}/assessors.csv"))
    severe = {one["waarvan"]: one for one in lines if one["cijfer"] == "Strengheid"}
    assert set(severe) == set(all_of)
    assert float(severe[strict]["marge_van"].replace(",", ".")) > 0
    assert all(int(one["kandidaten"]) >= int(one["nodig"]) for one in severe.values() if one["waarde"])
    weeks = [one for one in read(officer.get(f"/oordelen/{key}/drift.csv")) if "week" in one["cijfer"]]
    assert weeks
    whole = {one["onderdeel"] for one in read(officer.get(f"/oordelen/{key}/alles.csv"))}
    assert whole == {part.title for part in PARTS}


def test_an_assessor_reads_the_own_line_and_nobody_elses(people, visit, row):
    me, *others = people.assessors
    page = visit(me).get("/oordelen/eigen")
    text = text_of(page.text)
    assert page.status_code == 200 and "Strengheid" in text and "lager dan collega’s" in text
    own = {one["measure"]: one for one in row.figures["assessors"] if one["of"] == str(me.id)}
    assert SEVERITY.whole(own["severity"]) in text
    for other in others:
        theirs = next(
            one for one in row.figures["assessors"] if one["of"] == str(other.id) and one["measure"] == "severity"
        )
        assert other.name not in text and SEVERITY.whole(theirs) not in text
    assert visit(me).get(f"/oordelen/{row.exam}").status_code == 404
    assert visit(me).get(f"/oordelen/{row.exam}/alles.csv").status_code == 404


def test_an_assessor_of_whom_nothing_is_known_reads_that(people, visit, pack):
    assert "Er zijn nog geen cijfers over uw oordelen" in visit(people.assessors[0]).get("/oordelen/eigen").text


def test_too_few_is_said_with_how_many_there_are_and_are_needed(session, people, visit, pack):
    row = judging_to_see.figures(session, people, pack.scheme, pack, NOW, candidates=12)
    session.commit()
    page = text_of(visit(people.committee_member).get(f"/oordelen/{row.exam}").text)
    assert "Er zijn 12 kandidaten. Nodig zijn er 30." in page
    assert "te weinig gegevens (" in page
    mine = text_of(visit(people.assessors[0]).get("/oordelen/eigen").text)
    assert "te weinig" in mine


def test_who_fetches_the_scores_is_noted_and_nobody_is_named(session, people, visit, pack):
    judged_crowd.fill(session, pack, 12, NOW)
    names, key, member = session.scalars(select(Person.name)).all(), pack.scheme.key, people.committee_member.id
    session.commit()
    answer = visit(people.committee_member).post(f"/oordelen/{key}/scores.csv")
    lines = read(answer)
    assert len({one["candidate"] for one in lines}) == 12 and {one["exam"] for one in lines} == {key}
    assert not [one for one in names if one in answer.text]
    (noted,) = session.scalars(select(AuditEvent).where(AuditEvent.verb == "scores_exported")).all()
    assert noted.actor == member and noted.facts == {"scores": len(lines)}


def test_figures_that_failed_say_so(session, people, visit, row):
    session.scalars(select(Job).where(Job.kind == judging.MAKE)).one().state = JobState.DEAD
    session.commit()
    page = visit(people.officer).get(f"/oordelen/{row.exam}")
    assert "Het berekenen is mislukt" in page.text and "Opnieuw berekenen" in page.text


@pytest.mark.parametrize("path", ["bestaat-niet", "bestaat-niet/alles.csv", "{}/bestaat-niet.csv"])
def test_what_is_not_there_is_a_404(people, visit, row, path):
    assert visit(people.officer).get(f"/oordelen/{path.format(row.exam)}").status_code == 404


def test_without_figures_there_is_no_file_and_without_an_exam_a_sentence(session, people, visit):
    assert "Er is nog geen examen" in visit(people.officer).get("/oordelen").text
    pack = cast.pack(session, NOW)
    session.commit()
    assert visit(people.officer).get(f"/oordelen/{pack.scheme.key}/alles.csv").status_code == 404


def test_whose_account_is_gone_is_called_nobody(session, people, visit, row):
    kept = session.get_one(JudgingFigures, row.id)
    figures = {part: [dict(one) for one in rows] for part, rows in kept.figures.items()}
    figures["assessors"][0]["of"] = "00000000-0000-4000-8000-000000000001"
    kept.figures = figures
    session.commit()
    assert "iemand die er niet meer is" in visit(people.officer).get(f"/oordelen/{row.exam}").text


@pytest.mark.parametrize(
    ("low", "high", "between", "axis"),
    [
        (-0.62, 0.87, None, (-1.0, 1.0, 0.5)),
        (0, 0.03, None, (0, 0.1, 0.02)),
        (0.4, 0.8, (0, 1), (0, 1, 0.2)),
        (-0.3, 0.8, (0, 1), (-0.5, 1.0, 0.5)),
        (0, 0, None, (0, 0.1, 0.02)),
    ],
)
def test_an_axis_has_round_numbers(low, high, between, axis):
    assert _axis(low, high, between) == pytest.approx(axis)


def test_a_figure_is_said_with_a_real_minus_and_never_minus_nothing():
    signed = Measure("", "", signed=True)
    assert [signed.said(one) for one in (-0.254, 0.254, -0.001, 0.0)] == ["−0,25", "+0,25", "0,00", "0,00"]
    assert Measure("", "", 100, 0).said(0.875) == "88 %"
