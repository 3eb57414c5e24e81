"""Figures about the judging from real rows: who is strict comes out strict, and what is too little says so."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from support import cast, judged_crowd

from storage.base import jobs
from storage.base.audit import AuditEvent
from storage.base.jobs import Job, JobState
from storage.base.refusal import Refused
from storage.exam.sittings import Answer
from storage.figures import judging, judging_making, judging_parts
from storage.figures.judging import JudgingFigures
from storage.judging.purposes import Purpose
from storage.judging.ratings import Rating

NOW = datetime.now(UTC)


def made(session, exams, **more):
    pack = cast.pack(session, NOW)
    staff = judged_crowd.fill(session, pack, exams, NOW, **more) if exams else []
    row = judging.ask(session, pack.scheme.key, None, NOW)
    session.commit()
    row_id = row.id
    judging_making.run(row_id, lambda: NOW)
    session.expire_all()
    return session.get_one(JudgingFigures, row_id), staff


def figures(row, part, measure):
    return {one["of"]: one for one in row.figures[part] if one["measure"] == measure}


def test_forty_exams_say_what_was_put_in(session, people):
    row, staff = made(session, 40)
    assert (row.candidates, row.made_at) == (40, NOW)
    assert row.scores > 40 * 10 * 2
    severe = {who: figures(row, "assessors", "severity")[str(who)] for who in staff}
    assert max(severe, key=lambda who: severe[who]["value"]) in (staff[0], staff[judged_crowd.DRIFTS])
    for mild in staff[2:]:
        assert severe[staff[0]]["low"] > severe[mild]["high"]
    slopes = figures(row, "drift", "slope")
    assert slopes[str(staff[judged_crowd.DRIFTS])]["low"] > 0
    assert slopes[str(staff[judged_crowd.DRIFTS])]["value"] == pytest.approx(
        2 * judging_parts.WEEKS / judged_crowd.WEEKS, abs=0.25
    )
    icc = figures(row, "agreement", "icc1")[""]
    assert icc["n"] == 40 and 0 < icc["low"] < icc["value"] < icc["high"] < 1
    halo = figures(row, "dossier", "changed")[""]
    assert halo["low"] < 1 / 12 < halo["high"] + 0.02
    assert figures(row, "dossier", "lowered")[""]["value"] == 0
    scheme, pack = cast.scheme(session), cast.pack(session, NOW)
    assert set(figures(row, "competencies", "kappa")) == {one.key for one in scheme.content.competencies}
    assert set(figures(row, "situations", "kappa")) == {one.key for one in pack.content.scenarios}


def test_too_few_say_how_many_there_are_and_how_many_are_needed(session, people):
    row, _ = made(session, 12)
    icc = figures(row, "agreement", "icc1")[""]
    assert (icc["few"], icc["value"], icc["n"], icc["least"]) == (True, None, 12, 30)
    changed = figures(row, "dossier", "changed")[""]
    assert not changed["few"] and changed["value"] is not None
    assert any(one["few"] for one in figures(row, "assessors", "severity").values())


def test_an_exam_without_any_score_has_figures_too(session, people):
    row, _ = made(session, 0)
    assert (row.candidates, row.scores, row.figures["assessors"]) == (0, 0, [])
    assert all(one["few"] for one in row.figures["agreement"])


def test_nobody_is_named(session, people):
    row, _ = made(session, 12)
    kept = str(row.figures)
    for person in (*people.assessors, people.candidate):
        assert person.name not in kept and person.email not in kept


def test_what_is_judged_for_another_purpose_does_not_count(session, people):
    row, _ = made(session, 12)
    before, key = row.scores, row.exam
    (first, *_) = session.scalars(select(Rating.answer_id).order_by(Rating.id)).all()
    started = {"purpose": Purpose.START, "slot": None, "marking": 0}
    session.execute(update(Rating).where(Rating.answer_id == first).values(started))
    session.commit()
    judging_making.run(row.id, lambda: NOW)
    session.expire_all()
    after = judging.of_exam(session, key).scores
    number = session.get_one(Answer, first).number
    assert before - after == 2 * len(cast.pack(session, NOW).content.scenario(number).competencies)


def test_one_at_a_time_for_who_asks_and_each_exam_at_night(session, people):
    pack = cast.pack(session, NOW)
    cast.scheme_of_a(session, NOW)
    row = judging.ask(session, pack.scheme.key, people.officer, NOW)
    session.flush()
    with pytest.raises(Refused) as refused:
        judging.ask(session, pack.scheme.key, people.officer, NOW)
    assert refused.value.rule is judging.Rule.BUSY
    judging.ask_all(session, NOW)
    session.flush()
    kept = session.scalars(select(JudgingFigures)).all()
    assert [one.exam for one in kept] == [pack.scheme.key]
    waiting = session.scalars(select(Job).where(Job.kind == judging.MAKE)).all()
    assert [(one.subject, one.state, one.queue) for one in waiting] == [(row.id, JobState.WAITING, jobs.Queue.OFFICE)]
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == row.id)).all()
    assert verbs == ["judging_figures_asked"]
