"""One exam whole: what was known of the assessors when they began, and every event that belongs to it."""

from datetime import timedelta

from support import benchmarks, cast

from storage.audits.cases import case_of
from storage.base import audit
from storage.judging.progress import decide
from storage.people.examiners import CalibrationNote, Examiner, ExaminerState

NOW = cast.NOW
DAY = timedelta(days=1)


def calibrated(session, people, assessor, days):
    """Supplied as an examiner, and calibrated so many days before the exam was judged, the last one first."""
    row = Examiner(
        organisation=people.outsider_organisation,
        name=assessor.name,
        email=assessor.email,
        state=ExaminerState.ACCEPTED,
        proposed_at=NOW - 900 * DAY,
        proposed_by=people.outsider_beheerder,
        person=assessor,
        trained_on=(NOW - 800 * DAY).date(),
        active_from=(NOW - 800 * DAY).date(),
        calibrated_on=(NOW - days[0] * DAY).date(),
        reason="",
    )
    session.add(row)
    session.flush()
    for one in days:
        day = (NOW - one * DAY).date()
        session.add(CalibrationNote(examiner=row, day=day, noted_at=NOW, noted_by=people.officer))
    session.flush()


def test_calibration_is_told_as_it_was_when_the_work_began(session, people):
    sitting = cast.finished_sitting(session, people, NOW - DAY)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, now=NOW)
    calibrated(session, people, people.assessors[0], (-30, 100, 500))
    verdict = decide(session, sitting, NOW)
    session.flush()
    case = case_of(session, sitting.dossier)
    first, second = case.assessors
    assert (first.person, first.slot, first.calibrated_days) == (people.assessors[0], 1, 100), "not one of later"
    assert first.trained_on == (NOW - 800 * DAY).date()
    assert [(one.on, one.noted_by) for one in first.calibrations] == [
        ((NOW - days * DAY).date(), people.officer) for days in (100, 500)
    ]
    assert (second.trained_on, second.calibrated_on, second.calibrated_days) == (None, None, None)
    assert case.verdicts == [verdict]
    assert len(case.ratings) == 20 and len(case.recordings) == 10
    assert {one.answer.number for one in case.recordings} == set(range(1, 11))


def test_the_tests_of_this_exam_stand_in_its_case_as_they_were_then(session, people):
    norm = benchmarks.told_exam(session, people)
    benchmarks.live(session, people, norm, benchmarks.panel(session))
    one, two, _ = people.assessors
    benchmarks.calibrate(session, norm, one, 4, NOW)
    benchmarks.calibrate(session, norm, one, 3, NOW + 10 * DAY)
    sitting = cast.finished_sitting(session, people, NOW, people.second_candidate, norm.pack)
    for slot, assessor in enumerate((one, two), 1):
        cast.rate(session, sitting, assessor, slot, now=NOW + 20 * DAY)
    benchmarks.calibrate(session, norm, one, 5, NOW + 30 * DAY)
    first, second = case_of(session, sitting.dossier).assessors
    assert [(each.passed, each.exact) for each in first.calibrations] == [(True, 1), (False, 0)]
    assert (first.calibrated_days, second.calibrations) == (10, ())


def test_every_event_is_there_and_none_of_another_exam(session, people):
    pack = cast.pack(session, NOW)
    sitting = cast.finished_sitting(session, people, NOW - DAY, pack_row=pack)
    other = cast.finished_sitting(session, people, NOW - DAY, people.second_candidate, pack)
    subjects = [sitting, sitting.dossier, sitting.answers[0]]
    for number, one in enumerate([*subjects, other, other.dossier, other.answers[0]]):
        audit.record(session, NOW + number * timedelta(minutes=1), None, f"tried_{number}", one)
    session.flush()
    tried = [one.verb for one in case_of(session, sitting.dossier).events if one.verb.startswith("tried")]
    assert tried == ["tried_0", "tried_1", "tried_2"]


def test_a_file_without_an_exam_is_a_case_too(session, people):
    file = cast.dossier(session, people)
    session.flush()
    case = case_of(session, file)
    assert (case.sitting, case.recordings, case.verdicts, case.assessors) == (None, (), (), [])
