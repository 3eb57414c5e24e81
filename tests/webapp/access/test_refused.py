"""What is refused to somebody who is logged in stands in the audit log, and a loop does not fill it."""

import json
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast

from storage.base.audit import AuditEvent
from storage.base.database import new_session, session_scope
from storage.dossier.dossiers import DossierState
from webapp.access import refused

pytestmark = pytest.mark.one_database


@pytest.fixture
def dossier(session, people):
    row = cast.dossier(session, people)
    session.commit()
    return row


def lines() -> list[AuditEvent]:
    with new_session(writes=False) as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.verb == "refused").order_by(AuditEvent.at)))


def told(event: AuditEvent) -> tuple:
    return event.actor, event.subject_kind, event.subject, event.facts


def test_who_tries_what_is_not_theirs_stands_in_the_log_without_a_word_about_others(people, dossier, visit):
    visitor = visit(people.outsider_candidate)
    assert visitor.get(f"/dossier/{dossier.id}").status_code == 404
    (event,) = lines()
    me = people.outsider_candidate.id
    facts = {"endpoint": "motivation.own", "status": 404, "rule": "http_404"}
    assert told(event) == (me, "person", me, facts)
    written = json.dumps(event.line())
    for hidden in (dossier.id, dossier.code, people.candidate.id, people.outsider_candidate.email):
        assert str(hidden) not in written


def test_a_refusal_of_a_rule_names_the_rule_and_changes_nothing(session, people, dossier, visit):
    dossier.state = DossierState.SUBMITTED
    session.commit()
    answer = visit(people.candidate).post(f"/dossier/{dossier.id}/functieomschrijving")
    assert answer.status_code == 409
    (event,) = lines()
    facts = {"endpoint": "role_document.attach", "status": 409, "rule": "dossier_closed"}
    assert told(event) == (people.candidate.id, "person", people.candidate.id, facts)


def test_a_loop_leaves_one_line_a_minute_for_each_person_and_route(people, dossier, visit):
    visitor, colleague = visit(people.outsider_candidate), visit(people.outsider_manager)
    for _ in range(5):
        assert visitor.get(f"/dossier/{uuid.uuid4()}").status_code == 404
    assert len(lines()) == 1
    visitor.get(f"/dossier/{dossier.id}/functieomschrijving")
    colleague.get(f"/dossier/{dossier.id}")
    assert {(one.actor, one.facts["endpoint"]) for one in lines()} == {
        (people.outsider_candidate.id, "motivation.own"),
        (people.outsider_candidate.id, "role_document.own"),
        (people.outsider_manager.id, "motivation.own"),
    }
    with session_scope() as other:
        for event in other.scalars(select(AuditEvent).where(AuditEvent.verb == "refused")):
            event.at -= refused.WITHIN + timedelta(seconds=1)
    visitor.get(f"/dossier/{dossier.id}")
    assert len(lines()) == 4


def test_a_person_who_tries_every_route_fills_no_log_either(people, dossier, visit, monkeypatch):
    monkeypatch.setattr(refused, "MOST", 3)
    visitor = visit(people.outsider_candidate)
    paths = ("dossier/{}", "dossier/{}/functieomschrijving", "bureau/dossiers/{}", "bureau/zittingen/{}/noodbestand")
    assert {visitor.get(f"/{path.format(dossier.id)}").status_code for path in paths} == {404}
    assert len(lines()) == 3


def test_strangers_and_addresses_that_name_nothing_leave_no_line(people, dossier, visit):
    assert visit().get(f"/dossier/{dossier.id}").status_code == 302
    assert visit(people.candidate).get("/bureau").status_code == 404
    assert visit(people.candidate).get("/bestaat-niet").status_code == 404
    assert visit(people.candidate).get(f"/dossier/{dossier.id}").status_code == 200
    assert lines() == []


def test_who_may_not_wait_for_the_log_gets_the_same_answer(session, people, dossier, visit, caplog, monkeypatch):
    monkeypatch.setattr(refused, "PATIENCE_S", 0.05)
    visitor = visit(people.outsider_candidate)
    session.merge(people.candidate).name = "Iemand schrijft nog"
    session.flush()
    assert visitor.get(f"/dossier/{dossier.id}").status_code == 404
    session.rollback()
    assert "a refusal is not in the audit log" in caplog.text
    assert lines() == []


def test_the_auditor_reads_route_and_rule(people, dossier, visit):
    visit(people.outsider_candidate).get(f"/dossier/{dossier.id}")
    page = visit(people.auditor).get("/controle/logboek").text
    assert "Niet toegelaten" in page
    assert "motivation.own, http_404" in page


def test_who_passes_by_a_form_stands_in_the_log(people, visit):
    """No token, a value that the form does not offer, more tries than anybody needs (OWASP ASVS 16.3.3)."""
    visitor, me = visit(people.beheerder), people.beheerder.id
    visitor.client.post("/organisatie/locaties/nieuw", data={"name": "x"})
    visitor.post("/account/gegevens/verwijderen", {"wanted": ["een ander"]})
    found = {(one.facts["endpoint"], one.facts["rule"], one.facts["status"]) for one in lines()}
    assert found == {("locations.new", "csrf", 400), ("own_choices.ask", "not_offered", 422)}
    assert all(one.actor == me for one in lines())
    assert "een ander" not in json.dumps([one.line() for one in lines()])


def test_what_was_only_left_empty_is_nobodys_attempt(people, visit):
    visitor = visit(people.beheerder)
    assert visitor.post("/organisatie/locaties/nieuw", {}).status_code == 422
    assert lines() == []
