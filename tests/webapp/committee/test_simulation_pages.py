"""The committee asks for a simulation, a worker makes it, and it is read as table, plot and CSV."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select
from support import cast, simulated
from support.visitors import text_of

from review.rules import CompetencyRule
from review.simulated_people import Spreads
from storage.base import jobs
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.base.jobs import Job, JobState, Queue
from storage.base.refusal import Refused
from storage.committee import panel_settings, simulating, simulations
from storage.committee.simulations import SIMULATE, Simulation
from webapp import worker

NOW = datetime.now(UTC)
ASKED = {"candidates": "3000", "mean": "3,1", "error": "0,7", "drift": "0", "unseen": "0"}


@pytest.fixture
def pack(session, people):
    made = cast.pack(session, NOW - timedelta(days=1))
    session.commit()
    return made


def asked(exam, **some):
    return {**ASKED, "pack": str(exam.id), **some}


def test_what_is_asked_is_made_by_the_worker_and_read(session, people, visit, pack, monkeypatch):
    monkeypatch.setattr(simulating, "ALLOCATIONS", 1)
    member = visit(people.committee_member)
    answer = member.post("/simulaties", asked(pack, cut="2,0", situations="9"))
    assert answer.status_code == 302
    row = session.scalars(select(Simulation)).one()
    assert row.supposed == {"mean": 3.1, "error": 0.7, "drift": 0.0, "unseen": 0.0, "cut": "2.00", "situations": 9}
    job = session.scalars(select(Job).where(Job.kind == SIMULATE)).one()
    assert (job.queue, job.subject, job.state) == (Queue.OFFICE, row.id, JobState.WAITING)
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.actor == people.committee_member.id)).all()
    assert "simulation_asked" in verbs
    row.candidates = 120
    session.commit()
    waits = text_of(member.get(f"/simulaties/{row.id}").text)
    assert "wordt gemaakt: 0 %" in waits
    assert member.get(f"/simulaties/{row.id}/cijfers.csv").status_code == 404

    job_id, row_id = job.id, row.id
    session.rollback()
    jobs.perform(job_id, worker.simulate_panel)
    page = text_of(member.get(f"/simulaties/{row_id}").text)
    assert "Manieren van beoordelen" in page and "Twee, een derde als zij verschillen" in page
    assert "beginwaarde" in page and "2,00" in page
    read = csv.DictReader(
        io.StringIO(member.get(f"/simulaties/{row_id}/cijfers.csv").data.decode("utf-8-sig")), delimiter=";"
    )
    right = [one for one in read if one["cijfer"] == "Uitslag klopt (%)"]
    assert len(right) == 16
    assert all(10 < float(one["waarde"].replace(",", ".")) <= 100 for one in right)
    with new_session(writes=False) as other:
        done = other.get_one(Job, job_id)
    assert (done.state, done.progress, done.result) == (JobState.DONE, 100, {"candidates": 120})


def test_what_was_supposed_reaches_the_simulation(session, people, pack):
    usual = panel_settings.setting(pack.scheme.content, pack.content)
    assert usual.form.cells and isinstance(usual.rule, CompetencyRule)
    assert usual.panel.slots == 2 and usual.triggers.mean_gap == Fraction(3, 2)
    found = simulating.suppose(
        usual, {"mean": 3.3, "error": 0.5, "drift": 0.4, "unseen": 0.1, "cut": "2.00", "situations": 12}
    )
    assert found.spreads == Spreads(mean=3.3, drift=0.4, unseen=0.1).with_error(0.5)
    assert (found.rule.competency_min, found.meant.competency_min) == (2, usual.rule.competency_min)
    assert len(found.form.situations) == 12
    assert simulating.suppose(usual, {}) == usual


def test_one_at_a_time(session, people, visit, pack):
    member = visit(people.committee_member)
    assert member.post("/simulaties", asked(pack)).status_code == 302
    again = member.post("/simulaties", asked(pack))
    assert again.status_code == 409 and "Er wordt al een simulatie gemaakt" in again.text
    assert len(session.scalars(select(Simulation)).all()) == 1


@pytest.mark.parametrize(
    ("some", "said"),
    [
        ({"mean": "6"}, "Vul een getal in van 1 tot en met 5"),
        ({"error": "veel"}, "Vul een getal in, bijvoorbeeld 6,5"),
        ({"candidates": "40000"}, "Kies een van de mogelijkheden"),
        ({"cut": "0,5"}, "Vul een getal in van 1 tot en met 5"),
        ({"situations": "60"}, "Vul een getal in van 8 tot en met 24"),
        ({"drift": "nan"}, "Vul een getal in"),
        ({"unseen": ""}, "Vul een heel getal in"),
    ],
)
def test_what_cannot_be_asked_is_said(session, people, visit, pack, some, said):
    answer = visit(people.committee_member).post("/simulaties", asked(pack, **some))
    assert answer.status_code == 422 and said in text_of(answer.text)
    assert not session.scalars(select(Simulation)).all()


def test_a_competency_that_is_asked_too_seldom_is_refused(session, people, pack):
    usual = panel_settings.setting(pack.scheme.content, pack.content)
    shown = [one.competencies for one in pack.content.scenarios]
    counts = {n: Counter(k for each in shown[:n] for k in each) for n in range(1, 11)}
    least = next(n for n, seen in counts.items() if len(seen) == 8 and min(seen.values()) >= usual.rule.observed_min)
    with pytest.raises(Refused):
        simulations.ask(session, pack, 120, {"situations": least - 1}, 1, "x", people.committee_member, NOW)
    made = simulations.ask(session, pack, 120, {"situations": least}, 1, "x", people.committee_member, NOW)
    assert len(simulating.suppose(usual, made.supposed).form.situations) == least


def test_a_simulation_that_failed_says_so(session, people, visit, pack):
    member, wanted = visit(people.committee_member), asked(pack)
    member.post("/simulaties", wanted)
    job = session.scalars(select(Job).where(Job.kind == SIMULATE)).one()
    job.state = JobState.DEAD
    session.commit()
    row = session.scalars(select(Simulation)).one()
    assert "De simulatie is mislukt" in member.get(f"/simulaties/{row.id}").text
    session.rollback()
    assert member.post("/simulaties", wanted).status_code == 302


def test_an_installation_without_an_exam_says_so(people, visit):
    assert "Er is nog geen examen" in visit(people.committee_member).get("/simulaties").text


def test_which_way_is_recommended_stands_above_the_table(session, people, visit, pack):
    row = simulated.finished(session, pack, people.committee_member, NOW)
    session.commit()
    page = visit(people.committee_member).get(f"/simulaties/{row.id}")
    session.refresh(row)
    assert row.figures["recommended"] in row.figures["ways"] and row.figures["recommended"] != "no_error"
    assert page.text.count("<svg") >= 2 and "nan" not in page.text
