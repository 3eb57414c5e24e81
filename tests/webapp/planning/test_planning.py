"""From approval to the first clip: accommodations, invitation and calendar file, identity, windows, reminders."""

import email
import email.policy
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from icalendar import Calendar
from sqlalchemy import select
from support import cast
from support.part_one import decide
from support.visitors import text_of

from scenarios.sitting import Stage, reminder
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.dossier import qualifications
from storage.dossier.dossiers import Dossier, DossierState
from storage.dossier.revisions import hand_in
from storage.exam import accommodations
from storage.exam.accommodations import Accommodation
from storage.exam.sittings import Sitting
from storage.people.outbox import MailMessage
from storage.people.people import Person, release
from storage.schemes import add_scheme
from webapp.mail import deliver
from webapp.planning import planning

NOW = cast.NOW
HALF_MORE = (Fraction(3, 2), True, True)


@pytest.fixture
def handed_in(session, people):
    cast.pack(session)
    row = cast.dossier(session, people)
    session.flush()
    qualifications.enter(session, people.candidate, "theory_test_a", "", date(2026, 1, 5), people.officer, NOW)
    hand_in(session, row, people.candidate, NOW)
    session.commit()
    return row


def one_of(noun):
    with new_session(writes=False) as session:
        return session.scalars(select(noun)).one()


def verbs():
    with new_session(writes=False) as session:
        return set(session.scalars(select(AuditEvent.verb)))


WISH = {"extra_time": "3/2", "replay": "y", "text_prompt": "y", "wish": "Ik lees langzaam."}


def test_what_was_granted_holds_in_the_exam(people, visit, handed_in):
    candidate, officer = visit(people.candidate), visit(people.officer)
    address = f"/dossier/{handed_in.id}/voorziening"
    assert candidate.post(address, WISH).status_code == 302
    assert "U vroeg: 1,5 keer de tijd, het filmpje twee keer, de tekst van het filmpje" in candidate.get(address).text
    assert "Het besluit over de voorziening" in candidate.get(f"/dossier/{handed_in.id}").text
    refused = decide(officer, handed_in, "approved")
    assert (refused.status_code, "Beslis daar eerst over" in refused.text) == (409, True)
    assert "Ik lees langzaam." in officer.get(f"/bureau/dossiers/{handed_in.id}").text
    granted = {"extra_time": "3/2", "replay": "y", "text_prompt": "y", "granted": "yes", "reason": "Akkoord."}
    assert officer.post(f"/bureau/dossiers/{handed_in.id}/voorziening", granted).status_code == 302
    assert decide(officer, handed_in, "approved").status_code == 302
    with new_session(writes=False) as session:
        sitting = session.scalars(select(Sitting)).one()
        assert (sitting.extra_time, sitting.replay, sitting.text_prompt) == ("3/2", True, True)
        assert (sitting.times.preparation_s, sitting.times.answer_s, sitting.times.clip_plays) == (45, 135, 2)
    page = text_of(candidate.get("/examen").text)
    assert "U hebt een voorziening" in page and "45 seconden" in page
    seat = {"X-Seat": "s" * 20}
    candidate.post("/examen/toestemming", {"agreed": "y"})
    candidate.post("/examen/plaats", headers={**seat, "X-CSRFToken": candidate.token})
    assert "lunch" in candidate.get("/examen/stap").json["situation"]["text_prompt"]


def test_nobody_else_sees_it(session, people, visit):
    sitting = cast.finished_sitting(session, people)
    asked = Accommodation(dossier=sitting.dossier, wish="Ik lees langzaam.", asked_at=NOW)
    asked.granted, asked.decided_at, asked.reason, asked.extra_time = True, NOW, "Akkoord met meer tijd.", "3/2"
    session.add(asked)
    accommodations.apply(session, sitting)
    ratings = cast.rate(session, sitting, people.assessors[0], 1)
    session.commit()
    assessor = visit(people.assessors[0])
    pages = [assessor.get(f"/beoordelen/{ratings[0].id}"), assessor.get("/beoordelen")]
    pages += [
        visit(people.manager).get(f"/kandidaten/{sitting.dossier_id}"),
        visit(people.beheerder).get("/organisatie"),
    ]
    for page in pages:
        assert page.status_code == 200
        for word in ("voorziening", "Ik lees langzaam", "Akkoord met meer tijd", "extra tijd"):
            assert word not in page.text


def test_a_request_can_change_until_it_is_decided(people, visit, handed_in):
    candidate, address = visit(people.candidate), f"/dossier/{handed_in.id}/voorziening"
    candidate.post(address, WISH)
    assert candidate.post(address, {"extra_time": "5/4"}).status_code == 302
    assert (one_of(Accommodation).extra_time, one_of(Accommodation).replay) == ("5/4", False)
    officer = visit(people.officer)
    for wrong in ({}, {"granted": "maybe"}):
        officer.post(f"/bureau/dossiers/{handed_in.id}/voorziening", {"extra_time": "5/4", "reason": "x", **wrong})
        assert one_of(Accommodation).granted is None
    no_reason = {"extra_time": "1", "granted": "no", "reason": " "}
    assert officer.post(f"/bureau/dossiers/{handed_in.id}/voorziening", no_reason).status_code == 409
    refusal = {"extra_time": "1", "granted": "no", "reason": "Niet nodig bij dit examen."}
    assert officer.post(f"/bureau/dossiers/{handed_in.id}/voorziening", refusal).status_code == 302
    assert "Niet nodig bij dit examen." in candidate.get(address).text
    assert candidate.post(address, WISH).status_code == 409
    assert "Niet nodig bij dit examen." in one_of(MailMessage).text


@pytest.mark.parametrize(
    "typed, status", [({"extra_time": "1"}, 409), ({"extra_time": "9"}, 422), ({"wish": "x" * 2001}, 422), ({}, 409)]
)
def test_what_is_not_offered_is_not_asked(people, visit, handed_in, typed, status):
    answer = visit(people.candidate).post(f"/dossier/{handed_in.id}/voorziening", typed)
    assert answer.status_code == status
    with new_session(writes=False) as session:
        assert session.scalars(select(Accommodation)).all() == []


def test_after_the_beginning_nothing_changes_any_more(session, people):
    sitting = cast.sitting(session, people)
    asked = Accommodation(dossier=sitting.dossier, asked_at=NOW)
    session.add(asked)
    session.flush()
    asked.decide(True, HALF_MORE, "Akkoord.", people.officer, NOW)
    assert sitting.extra_time == "3/2"
    cast.begin(sitting)
    with pytest.raises(accommodations.Refused):
        asked.decide(False, HALF_MORE, "Toch niet.", people.officer, NOW)


def test_the_invitation_brings_a_calendar_file(people, visit, handed_in):
    assert decide(visit(people.officer), handed_in, "approved").status_code == 302
    sitting, message = one_of(Sitting), one_of(MailMessage)
    with new_session(writes=False) as session:
        sent = deliver._as_email(session.get(MailMessage, message.id), NOW)
    parsed = email.message_from_bytes(sent.as_bytes(), policy=email.policy.default)
    (file,) = parsed.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "examen.ics")
    assert file.get_param("method") == "REQUEST"
    for text in (file.get_content(), visit(people.candidate).get("/examen/agenda.ics").text):
        (event,) = Calendar.from_ical(text).walk("VEVENT")
        assert event.decoded("dtstart") == sitting.opens_at.replace(microsecond=0)
        assert event.decoded("dtend") == sitting.closes_at.replace(microsecond=0)
        assert people.candidate.name not in text


@pytest.mark.parametrize(
    "left, reminded, due",
    [(8, None, None), (7, None, 7), (6, 7, None), (3, 7, 3), (2, None, 3), (0.5, 3, 1), (0.5, 1, None), (-1, 3, None)],
)
def test_a_reminder_is_due_at_seven_three_and_one_days(left, reminded, due):
    assert reminder((7, 3, 1), reminded, NOW + timedelta(days=left), NOW) == due


def test_reminders_go_out_once_and_stop_when_done(session, people, app):
    sitting = cast.sitting(session, people)
    session.commit()

    def tend(days_left):
        with app.app_context():
            planning.tend_windows(sitting.closes_at - timedelta(days=days_left))
        with new_session(writes=False) as fresh:
            return [one.template for one in fresh.scalars(select(MailMessage))]

    assert tend(10) == []
    assert tend(6.9) == tend(6) == ["reminder"]
    assert len(tend(2)) == 2
    with new_session() as other:
        cast.begin(other.get(Sitting, sitting.id))
        other.commit()
    # Begun and left for two weeks: that is told once, and no reminder is sent.
    assert tend(0.5)[2:] == tend(-1)[2:] == ["exam_left"]


def test_who_never_began_is_a_no_show_and_may_get_more_time(session, people, visit, app):
    sitting = cast.sitting(session, people, datetime.now(UTC) - timedelta(days=20))
    session.commit()
    with app.app_context():
        planning.tend_windows(datetime.now(UTC))
        planning.tend_windows(datetime.now(UTC))
    assert one_of(Sitting).stage is Stage.EXPIRED
    assert one_of(MailMessage).template == "no_show"
    officer, address = visit(people.officer), f"/bureau/zittingen/{sitting.id}/verlengen"
    later = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    for wrong, status in (({"until": later}, 302), ({"until": "2020-01-01", "reason": "Ziek."}, 409), ({}, 302)):
        assert officer.post(address, wrong).status_code == status
        assert one_of(Sitting).stage is Stage.EXPIRED
    assert officer.post(address, {"until": later, "reason": "Ziek."}).status_code == 302
    after = one_of(Sitting)
    assert (after.stage, after.extension_reason) == (Stage.INVITED, "Ziek.")
    assert visit(people.candidate).get("/examen").status_code == 200
    assert "sitting_extended" in verbs()


def test_who_withdraws_can_no_longer_do_the_exam(session, people, visit):
    sitting = cast.sitting(session, people, datetime.now(UTC))
    session.commit()
    candidate, address = visit(people.candidate), f"/dossier/{sitting.dossier_id}/terugtrekken"
    assert candidate.post(address, {"reason": " "}).status_code == 409
    assert candidate.post(address, {"reason": "Andere baan."}).status_code == 302
    assert (one_of(Dossier).state, one_of(Sitting).stage) == (DossierState.WITHDRAWN, Stage.EXPIRED)
    assert "gesloten" in candidate.get("/examen").text
    assert candidate.post(address, {"reason": "Nog eens."}).status_code == 409


def test_after_the_exam_nobody_withdraws(session, people, visit):
    sitting = cast.finished_sitting(session, people)
    session.commit()
    address = f"/dossier/{sitting.dossier_id}/terugtrekken"
    assert visit(people.candidate).post(address, {"reason": "Spijt."}).status_code == 409
    assert one_of(Dossier).state is DossierState.APPROVED


@pytest.fixture
def watched(session, people):
    """An exam for which somebody of the organisation says who sits there."""
    data = (cast.CONTENT / "scheme.toml").read_bytes()
    strict = add_scheme(session, data.replace(b'identity_check = "none"', b'identity_check = "code"'), NOW)
    session.flush()
    row = cast.approved_dossier(session, people, NOW)
    row.scheme = strict
    session.flush()
    with_code = planning.make_sitting(session, row, cast.pack(session), datetime.now(UTC), datetime.now(UTC))
    session.commit()
    return with_code


def go_on(candidate):
    candidate.post("/examen/toestemming", {"agreed": "y"})
    return candidate.get("/examen")


def test_the_code_that_is_read_out_opens_the_exam(people, visit, watched):
    candidate, beheerder = visit(people.candidate), visit(people.beheerder)
    assert go_on(candidate).location == "/examen/identiteit"
    code = one_of(Sitting).identity_code
    assert f"{code[:3]} {code[3:]}" in beheerder.get("/organisatie/identiteit").text
    assert code[:3] + " " not in visit(people.outsider_beheerder).get("/organisatie/identiteit").text
    wrong = f"{(int(code) + 1) % 10**6:06}"
    page = candidate.post("/examen/identiteit", {"code": wrong}, follow_redirects=True)
    assert "Deze code klopt niet" in page.text
    assert candidate.post("/examen/identiteit", {"code": "12"}).status_code == 422
    assert candidate.post("/examen/identiteit", {"code": f" {code} "}).location == "/examen"
    assert candidate.get("/examen").status_code == 200
    assert "sitting_identified" in verbs()
    assert "Er wacht niemand" in beheerder.get("/organisatie/identiteit").text


def test_after_five_wrong_codes_only_the_supervisor_helps(people, visit, watched):
    candidate, beheerder = visit(people.candidate), visit(people.beheerder)
    go_on(candidate)
    code = one_of(Sitting).identity_code
    for number in range(5):
        assert (
            candidate.post("/examen/identiteit", {"code": f"{(int(code) + 1 + number) % 10**6:06}"}).status_code == 302
        )
    refused = candidate.post("/examen/identiteit", {"code": code})
    assert (refused.status_code, "te vaak een verkeerde code" in refused.text) == (409, True)
    assert beheerder.post(f"/organisatie/identiteit/{watched.id}").status_code == 302
    assert one_of(Sitting).identified_by_id == people.beheerder.id
    assert candidate.get("/examen").status_code == 200
    assert beheerder.post(f"/organisatie/identiteit/{watched.id}").status_code == 404


def test_ksf_helps_whom_no_organisation_can(people, visit, watched, session):
    release(session, session.get(Person, people.candidate.id), {people.organisation.id}, people.beheerder.id, NOW)
    session.commit()
    assert visit(people.beheerder).post(f"/organisatie/identiteit/{watched.id}").status_code == 404
    officer, page = visit(people.officer), f"/bureau/dossiers/{watched.dossier_id}"
    assert "Zelf bevestigen wie er zit" in officer.get(page).text
    for _ in range(2):
        assert officer.post(f"/bureau/zittingen/{watched.id}/identiteit").status_code == 302
    assert one_of(Sitting).identified_by_id == people.officer.id
    assert "Zelf bevestigen wie er zit" not in officer.get(page).text


def test_without_it_the_clock_does_not_start(session, people, watched):
    sitting = session.get(Sitting, watched.id)
    with pytest.raises(accommodations.Refused) as refused:
        cast.begin(sitting)
    assert refused.value.rule == "not_identified"
