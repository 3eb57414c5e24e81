"""Who may look at a recording, with which reason; that each look is noted, and told to the candidate."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from support import cast, rights
from support.told_exam import PDF
from support.visitors import text_of

from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.dossier import role_documents
from storage.dossier.dossiers import Dossier
from storage.exam.looks import LASTS, Look
from storage.exam.sittings import Sitting
from storage.people.people import Role

REASON = "Bezwaar over het geluid in het midden."


@pytest.fixture
def world(session, people):
    made = rights.world(session, people, datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def recording(world):
    return world.things["recording"]


def looks():
    with new_session(writes=False) as session:
        return [(one.role, one.reason) for one in session.scalars(select(Look).order_by(Look.at))]


def logged(verb="recording_looked_at"):
    with new_session(writes=False) as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.verb == verb)))


@pytest.mark.parametrize("who", ["officer", "committee_member", "auditor"])
def test_ksf_opens_one_recording_with_a_reason_and_the_log_tells_no_word_of_it(world, visit, recording, who, session):
    visitor, address = visit(world.people[who]), f"/opnames/{recording.id}"
    assert visitor.get(f"/media/{recording.id}").status_code == 404
    for bad in ("", "   ", "kort", "x" * 501):
        assert visitor.post(address, {"reason": bad}).status_code == 422
        assert visitor.get(f"/media/{recording.id}").status_code == 404
    assert "<video" not in visitor.get(address).text
    assert visitor.post(address, {"reason": REASON}).status_code == 302
    assert "<video" in visitor.get(address).text
    assert [visitor.get(f"/media/{recording.id}").status_code for _ in range(3)] == [200] * 3
    ((role, reason),) = looks()
    assert (reason, role in (Role.KSF_OFFICER, Role.EXAM_COMMITTEE, Role.AUDITOR)) == (REASON, True)
    (event,) = logged()
    assert (event.actor, event.subject, event.facts) == (world.people[who].id, recording.id, {"role": role})
    # No other recording of the same candidate is open by it.
    other = session.merge(recording).answer.sitting.answers[1]
    with new_session(writes=False) as own:
        take = own.scalars(select(type(recording)).where(type(recording).answer_id == other.id)).first()
    assert visitor.get(f"/media/{take.id}").status_code == 404


def test_a_look_ends_after_an_hour(world, visit, recording, session):
    visitor = visit(world.people["officer"])
    visitor.post(f"/opnames/{recording.id}", {"reason": REASON})
    session.execute(update(Look).values(at=datetime.now(UTC) - LASTS - timedelta(seconds=1)))
    session.commit()
    assert visitor.get(f"/media/{recording.id}").status_code == 404
    assert "Waarom bekijkt u deze opname?" in visitor.get(f"/opnames/{recording.id}").text


def test_a_role_that_ended_closes_what_its_reason_opened(world, visit, recording, session):
    officer = world.people["officer"]
    visitor = visit(officer)
    visitor.post(f"/opnames/{recording.id}", {"reason": REASON})
    session.merge(officer).memberships[0].until = datetime.now(UTC)
    session.commit()
    assert visitor.get(f"/media/{recording.id}").status_code == 404


def test_an_officer_opens_nothing_in_the_own_case(world, visit, recording, session):
    dossier = session.get(Dossier, session.merge(recording).answer.sitting.dossier_id)
    dossier.manager_id = world.people["officer"].id
    session.commit()
    visitor = visit(world.people["officer"])
    assert visitor.get(f"/opnames/{recording.id}").status_code == 404
    assert visitor.post(f"/opnames/{recording.id}", {"reason": REASON}).status_code == 404
    assert looks() == []


def test_a_candidate_sees_the_own_recordings_after_the_exam_and_who_else_looked(world, visit, recording, people):
    candidate = visit(people.candidate)
    assert str(recording.id) in candidate.get("/account/gegevens").text
    assert candidate.get(f"/media/{recording.id}").status_code == 200
    for name in ("outsider_candidate", "second_candidate"):
        visitor = visit(world.people[name])
        assert visitor.get(f"/media/{recording.id}").status_code == 404
        assert str(recording.id) not in visitor.get("/account/gegevens").text
    visit(world.people["assessor_1"]).get(f"/media/{recording.id}")
    visit(people.auditor).post(f"/opnames/{recording.id}", {"reason": REASON})
    shown = text_of(candidate.get("/account/gegevens").text)
    table = shown.partition("Wie keek er naar mijn opnames")[2]
    assert REASON in table and "om te beoordelen" in table
    for name in ("assessor_1", "auditor"):
        assert world.people[name].name not in shown


def test_an_exam_that_goes_on_shows_its_candidate_no_recording(world, visit, recording, session):
    sitting = session.get(Sitting, session.merge(recording).answer.sitting_id)
    sitting.stage = "answering"
    session.commit()
    assert visit(world.people["candidate"]).get(f"/media/{recording.id}").status_code == 404


def test_an_assessor_sees_it_while_judging_and_no_longer(world, visit, recording, session):
    visitor = visit(world.people["assessor_1"])
    assert [visitor.get(f"/media/{recording.id}").status_code for _ in range(2)] == [200, 200]
    assert [role for role, _ in looks()] == [Role.ASSESSOR], "what a player fetches within the hour is one look"
    assert len(logged()) == 1
    session.execute(update(Sitting).values(told_at=cast.NOW))
    session.commit()
    assert visitor.get(f"/media/{recording.id}").status_code == 404


def test_a_file_that_is_fetched_is_a_look_too(session, people, visit, world, object_store):
    dossier = session.merge(world.things["own_case"])
    document = role_documents.put(dossier, "functie.pdf", PDF, datetime.now(UTC))
    dossier.documents.append(document)
    session.commit()
    address = f"/bureau/dossiers/{dossier.id}/functieomschrijving"
    got = visit(people.officer).get(address)
    assert (got.status_code, got.data) == (200, PDF)
    (event,) = logged("role_document_looked_at")
    assert (event.actor, event.subject) == (people.officer.id, document.id)
    assert visit(people.auditor).get(address).status_code == 404
    assert len(logged("role_document_looked_at")) == 1


def test_nobody_who_may_not_look_leaves_a_look(world, visit, recording):
    for name, person in world.people.items():
        if name not in ("candidate", "assessor_1", "assessor_2"):
            assert visit(person).get(f"/media/{recording.id}").status_code == 404
    with new_session(writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Look)) == 0
