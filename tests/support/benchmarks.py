"""Answers that became benchmarks, for tests: a told exam of a candidate who allows it, scored and agreed on."""

from datetime import timedelta

from support import cast

from review.rating import Phase
from storage.exam.consents import ConsentKind, allow
from storage.exam.sittings import Judging
from storage.judging import calibrating, start_rounds
from storage.judging.calibrations import Calibration, CalibrationKind
from storage.judging.purposes import Purpose
from storage.judging.start_rounds import Agreed
from storage.people.people import Role

NOW = cast.NOW


def panel(session):
    """Three assessors who judged nothing yet."""
    names = ("Zeven", "Acht", "Negen")
    more = tuple(
        cast.person(session, f"panel{name}".lower(), f"Assessor {name}", Role.ASSESSOR, None) for name in names
    )
    session.flush()
    return more


def told_exam(session, people, pack_row=None, candidate=None, now=NOW):
    """A finished exam of which the candidate knows the result and allows that it trains assessors."""
    sitting = cast.finished_sitting(session, people, now, candidate=candidate, pack_row=pack_row)
    sitting.told_at, sitting.judging = now, Judging.DECIDED
    session.flush()
    allow(session, sitting.dossier, ConsentKind.BENCHMARK, "1", now)
    session.flush()
    return sitting


def sign(rating, levels, now=NOW):
    """Score an answer with these levels (one for all, or by competency; None is not observable) and sign it."""
    by_key = levels if isinstance(levels, dict) else dict.fromkeys(rating.visible, levels)
    cast.score(rating)
    for one in rating.scores:
        one.level = by_key[one.competency]
        one.not_observable, one.reason = one.level is None, "" if one.level else "Dat is niet te zien."
    rating.sign(Phase.BLIND, now)


def scored(session, people, answer, judges, levels=(3, 3, 3), now=NOW):
    """A start round of which all three signed, each with one level for everything."""
    row = start_rounds.choose(session, answer, judges, people.officer, now)
    for rating, level in zip(start_rounds.panel_of(session, row), levels, strict=True):
        sign(rating, level, now)
    session.flush()
    return row


def live(session, people, sitting, judges, count=10, level=3):
    """So many benchmarks of the answers of this exam, on which all agree."""
    rows = []
    for answer in sitting.answers[:count]:
        row = scored(session, people, answer, judges, (level,) * 3)
        agreed = {one: Agreed(level) for one in answer.scenario.competencies}
        start_rounds.agree(session, row, agreed, people.committee_member, NOW)
        rows.append(row)
    session.flush()
    return rows


def to_see(session, people, pack_row, now):
    """A benchmark, an answer on which the first assessor practised, and an answer that may be chosen.

    None of the first situation, whose clip belongs to who judges it in the exam of the world.
    """
    somebody = cast.person(session, "kandidaat9", "Kandidaat Negen", Role.CANDIDATE, people.organisation, now)
    sitting = told_exam(session, people, pack_row, somebody, now - timedelta(hours=2))
    row = scored(session, people, sitting.answers[3], people.assessors, (2, 3, 3), now)
    practised = scored(session, people, sitting.answers[4], people.assessors, (2, 3, 3), now)
    why = {one: Agreed(3, "Vat samen en vraagt door.") for one in practised.answer.scenario.competencies}
    start_rounds.agree(session, practised, why, people.committee_member, now)
    work = start_rounds.put(session, practised, people.assessors[0], Purpose.TRAINING)
    work.calibration = Calibration(
        assessor=people.assessors[0], exam=sitting.dossier.scheme.key, kind=CalibrationKind.TRAINING, begun_at=now
    )
    sign(work.rating, 4, now)
    session.flush()
    calibrating.signed(session, work.rating, now)
    session.flush()
    return row, work.rating, sitting.answers[5]


def calibrate(session, sitting, assessor, level=3, now=NOW):
    """A test of this assessor on the benchmarks of an exam with the same scheme, everything at one level."""
    row = calibrating.begin(session, assessor, sitting.dossier.scheme, CalibrationKind.TEST, now)
    for work in row.works:
        sign(work.rating, level, now)
        session.flush()
        calibrating.signed(session, work.rating, now)
    session.flush()
    return row
