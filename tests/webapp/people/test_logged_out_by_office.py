"""An officer ends all sessions of somebody, as when a laptop was stolen; nobody else does, and not the own ones so."""

import pytest
from sqlalchemy import select

from storage.base.audit import AuditEvent
from storage.base.database import new_session

pytestmark = pytest.mark.one_database


def test_an_officer_ends_every_session_of_somebody(people, visit):
    office, stolen, desk = visit(people.officer), visit(people.manager), visit(people.manager)
    other = visit(people.second_candidate)
    manager, officer = people.manager.id, people.officer.id
    assert stolen.get("/kandidaten").status_code == 200
    assert office.post(f"/bureau/mensen/{manager}/uitloggen").status_code == 302
    for browser in (stolen, desk):
        assert browser.get("/kandidaten").location.startswith("/inloggen")
    assert other.get("/examen").status_code == 200
    with new_session(writes=False) as fresh:
        (event,) = fresh.scalars(select(AuditEvent).where(AuditEvent.verb == "logged_out_everywhere"))
        assert (event.actor, event.subject) == (officer, manager)
    assert office.post(f"/bureau/mensen/{officer}/uitloggen").status_code == 404
    assert other.post(f"/bureau/mensen/{manager}/uitloggen").status_code == 404
