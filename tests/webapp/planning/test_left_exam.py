"""An exam that was begun and left, accommodations after the invitation, and the way to a second attempt."""

from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from scenarios.sitting import Stage
from storage.base.refusal import Refused
from storage.exam import accommodations
from storage.exam.accommodations import Accommodation
from storage.exam.sittings import Sitting
from storage.judging.progress import decide
from storage.people.outbox import MailMessage
from webapp.planning import planning

NOW = cast.NOW


@pytest.fixture(autouse=True)
def clock(app, session):
    """The app's clock, which a test may move; what the test looked up keeps nothing locked."""
    at = {"now": NOW + timedelta(hours=1)}

    @app.before_request
    def moment():
        session.commit()
        g.now = at["now"]

    return at


def tend(app, session, at):
    session.commit()
    with app.app_context():
        planning.tend_windows(at)
    session.expire_all()


def mails(session):
    found = [one.template for one in session.scalars(select(MailMessage).order_by(MailMessage.created_at))]
    session.commit()
    return found


def test_an_exam_that_was_left_is_an_incident_and_goes_on_where_it_was(app, session, visit, people, clock):
    sitting = cast.begin(cast.sitting(session, people))
    cast.record(session, sitting.answers[0], NOW)
    last = sitting.last_step_at
    tend(app, session, last + timedelta(hours=23, minutes=59))
    assert session.get(Sitting, sitting.id).stage is Stage.ANSWERING
    tend(app, session, last + timedelta(hours=24))
    assert session.get(Sitting, sitting.id).stage is Stage.EXPIRED and mails(session) == ["exam_left"]
    clock["now"] = last + timedelta(hours=25)
    officer = visit(people.officer)
    assert "1 examen niet gedaan of niet af" in text_of(officer.get("/bureau").text)
    assert people.candidate.name in officer.get("/bureau/dossiers?toon=niet-gedaan").text
    page = text_of(officer.get(f"/bureau/dossiers/{sitting.dossier_id}").text)
    assert "Dit examen is niet afgemaakt" in page and "1 situaties zijn bewaard" in page
    until = (clock["now"] + timedelta(days=5)).date().isoformat()
    answer = officer.post(f"/bureau/zittingen/{sitting.id}/verlengen", {"until": until, "reason": "Stroomstoring."})
    assert answer.status_code == 302
    session.expire_all()
    again = session.get(Sitting, sitting.id)
    assert again.stage is Stage.ANSWERING and again.current.number == 2
    session.commit()
    assert "Geen dossiers" in officer.get("/bureau/dossiers?toon=niet-gedaan").text or people.candidate.name not in (
        officer.get("/bureau/dossiers?toon=niet-gedaan").text
    )


def test_more_time_starts_the_clock_anew(app, session, people, clock):
    sitting = cast.begin(cast.sitting(session, people))
    cast.record(session, sitting.answers[0], NOW)
    tend(app, session, NOW + timedelta(hours=25))
    row = session.get(Sitting, sitting.id)
    row.extend(NOW + timedelta(days=9), "Ziek.", people.officer, NOW + timedelta(hours=26))
    session.commit()
    tend(app, session, NOW + timedelta(hours=27))
    assert session.get(Sitting, sitting.id).stage is Stage.ANSWERING
    tend(app, session, NOW + timedelta(days=10))
    assert session.get(Sitting, sitting.id).stage is Stage.EXPIRED


def test_an_answer_that_is_asked_again_is_not_left(app, session, people):
    sitting = cast.finished_sitting(session, people)
    sitting.answers[2].grant_take(NOW + timedelta(hours=1))
    tend(app, session, NOW + timedelta(days=9))
    assert session.get(Sitting, sitting.id).stage is Stage.ANSWERING


def test_an_accommodation_is_asked_after_the_invitation_and_deciding_takes_no_days(session, visit, people, clock):
    sitting = cast.sitting(session, people)
    session.commit()
    candidate, page = visit(people.candidate), f"/dossier/{sitting.dossier_id}/voorziening"
    assert f"/dossier/{sitting.dossier_id}" in candidate.get("/examen").text
    assert "Voorziening vragen" in candidate.get(page).text
    assert candidate.post(page, {"extra_time": "3/2", "wish": "Ik lees langzaam."}).status_code == 302
    officer = visit(people.officer)
    assert "1 voorziening gevraagd" in text_of(officer.get("/bureau").text)
    clock["now"] = NOW + timedelta(days=10)
    decision = {"extra_time": "3/2", "granted": "yes", "reason": "Akkoord."}
    assert officer.post(f"/bureau/dossiers/{sitting.dossier_id}/voorziening", decision).status_code == 302
    session.expire_all()
    after = session.get(Sitting, sitting.id)
    assert after.extra_time == "3/2" and after.closes_at == NOW + timedelta(days=24)


def test_the_office_enters_an_accommodation_that_was_asked_by_telephone(session, visit, people):
    sitting = cast.sitting(session, people)
    session.commit()
    officer, page = visit(people.officer), f"/bureau/dossiers/{sitting.dossier_id}"
    assert "Voorziening invoeren" in officer.get(page).text
    assert officer.post(f"{page}/voorziening", {"granted": "yes"}).status_code in (302, 409)
    assert session.scalars(select(Accommodation)).all() == []
    session.commit()
    entered = {"extra_time": "1", "replay": "y", "granted": "yes", "reason": "Gebeld op maandag."}
    assert officer.post(f"{page}/voorziening", entered).status_code == 302
    session.expire_all()
    assert session.get(Sitting, sitting.id).replay


def test_on_a_date_it_is_asked_in_time_and_never_once_the_exam_began(session, people):
    dated = cast.with_dates(session)
    row = cast.approved_dossier(session, people)
    row.scheme = dated
    session.flush()
    assert accommodations.may_ask(session, row, NOW)
    sitting = cast.sitting(session, people, NOW, people.second_candidate)
    sitting.dossier.scheme, sitting.opens_at = dated, NOW + timedelta(days=29)
    sitting.closes_at = sitting.opens_at + timedelta(hours=4)
    session.flush()
    assert accommodations.may_ask(session, sitting.dossier, NOW + timedelta(hours=23))
    with pytest.raises(Refused, match=accommodations.Rule.TOO_LATE):
        accommodations.require_in_time(session, sitting.dossier, NOW + timedelta(hours=25))
    begun = cast.begin(cast.sitting(session, people, NOW, people.outsider_candidate, sitting.pack))
    assert not accommodations.may_ask(session, begun.dossier, NOW)


def test_a_second_attempt_is_what_the_candidate_comes_for_and_the_old_result_stays(session, visit, people, clock):
    first = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, first, assessor, slot, 2)
    verdict = decide(session, first, NOW)
    verdict.confirm(people.officer, NOW)
    verdict.release(people.second_officer, NOW)
    session.commit()
    candidate = visit(people.candidate)
    assert "Ontvangstbewijs" in candidate.get("/examen").text
    again = cast.dossier(session, people, NOW + timedelta(weeks=5))
    session.commit()
    clock["now"] = NOW + timedelta(weeks=6)
    page = candidate.get("/examen").text
    assert f"/dossier/{again.id}" in page and f"/dossier/{first.dossier_id}" not in page
    assert f"/uitslag?uitslag={verdict.id}" in page
    assert "U bent niet geslaagd" in candidate.get(f"/uitslag?uitslag={verdict.id}").text
    assert candidate.get(f"/uitslag/brief.pdf?uitslag={verdict.id}").data.startswith(b"%PDF")
    assert candidate.get(f"/uitslag?uitslag={first.id}").status_code == 404
    assert visit(people.second_candidate).get(f"/uitslag?uitslag={verdict.id}").status_code == 404
