"""A result is shared by choice: with the manager, with the organisation, and until it is taken back."""

import uuid
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from support import cast, told_exam
from support.visitors import text_of

from storage.base.audit import AuditEvent
from storage.exam.consents import Consent
from storage.people.outbox import MailMessage
from storage.people.people import Membership


@pytest.fixture
def exam(app, session, people, object_store):
    # What a test itself looked up must not keep the database locked while the app works.
    app.before_request(session.commit)
    return told_exam.told(session, people, films=0)


def share(visitor, exam, who, answer="ja"):
    return visitor.post(f"/uitslag/{exam.id}/delen", {"met": who, "antwoord": answer})


def test_nobody_reads_a_result_until_its_candidate_says_who(session, people, visit, exam):
    candidate, manager, beheerder = visit(people.candidate), visit(people.manager), visit(people.beheerder)
    for_manager, for_organisation = f"/kandidaten/{exam.id}/uitslag", f"/organisatie/dossiers/{exam.id}/uitslag"
    assert manager.get(for_manager).status_code == beheerder.get(for_organisation).status_code == 404
    assert "deelt de uitslag" not in text_of(manager.get(f"/kandidaten/{exam.id}").text)
    assert "Delen met" in text_of(candidate.get("/uitslag").text)

    answer = share(candidate, exam, "leidinggevende")
    assert (answer.status_code, answer.location) == (302, "/uitslag#delen")
    shown = text_of(manager.get(for_manager).text)
    assert f"{people.candidate.name} is geslaagd" in shown and "Analyse en oordeelsvorming" in shown
    assert "deelt de uitslag met u" in text_of(manager.get(f"/kandidaten/{exam.id}").text)
    assert beheerder.get(for_organisation).status_code == 404, "each for itself"
    (mail,) = session.scalars(select(MailMessage).where(MailMessage.template == "result_shared"))
    assert mail.person_id == people.manager.id and for_manager in mail.text and "geslaagd" not in mail.text

    assert share(candidate, exam, "organisatie").status_code == 302
    assert f"{people.candidate.name} is geslaagd" in text_of(beheerder.get(for_organisation).text)
    assert for_organisation in beheerder.get(f"/organisatie/mensen/{people.candidate.id}").text
    assert people.candidate.name in text_of(beheerder.get("/organisatie?toon=gedeeld").text)
    for somebody in (people.outsider_manager, people.outsider_beheerder, people.second_candidate, people.officer):
        assert visit(somebody).get(for_manager).status_code == 404
        assert visit(somebody).get(for_organisation).status_code == 404


def test_what_was_shared_is_taken_back_and_twice_is_once(session, people, visit, exam):
    candidate, manager = visit(people.candidate), visit(people.manager)
    for answer in ("ja", "ja", "nee", "nee", "ja"):
        assert share(candidate, exam, "leidinggevende", answer).status_code == 302
        found = manager.get(f"/kandidaten/{exam.id}/uitslag").status_code
        assert found == (200 if answer == "ja" else 404)
    session.expire_all()
    assert len(session.scalars(select(Consent)).all()) == 2, "one that was taken back, one that holds"
    assert len(session.scalars(select(MailMessage).where(MailMessage.template == "result_shared")).all()) == 1
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.verb.startswith("consent")))
    assert sorted(verbs) == ["consent_given", "consent_given", "consent_taken_back"]


def test_a_reader_who_is_gone_reads_no_more(session, people, visit, exam):
    share(visit(people.candidate), exam, "leidinggevende")
    page = f"/kandidaten/{exam.id}/uitslag"
    assert visit(people.manager).get(page).status_code == 200
    session.expire_all()
    for membership in session.scalars(select(Membership).where(Membership.person_id == people.manager.id)):
        membership.until = datetime.now(UTC)
    session.commit()
    assert visit(people.manager).get(page).status_code == 404


@pytest.mark.parametrize("values", [{}, {"met": "iedereen", "antwoord": "ja"}, {"met": "organisatie", "antwoord": "?"}])
def test_what_no_form_sends_is_refused(session, people, visit, exam, values):
    assert visit(people.candidate).post(f"/uitslag/{exam.id}/delen", values).status_code == 400
    assert session.scalars(select(Consent)).all() == []


def test_only_the_own_exam_and_only_with_a_result(app, session, people, visit, object_store):
    app.before_request(session.commit)
    going_on = cast.sitting(session, people).dossier
    session.commit()
    refused = share(visit(people.candidate), going_on, "organisatie")
    assert refused.status_code == 409 and "nog geen uitslag" in refused.text
    assert share(visit(people.second_candidate), going_on, "organisatie").status_code == 404
    gone = visit(people.candidate).post(f"/uitslag/{uuid.uuid4()}/delen", {"met": "organisatie", "antwoord": "ja"})
    assert gone.status_code == 404
    assert session.scalars(select(Consent)).all() == []


@pytest.mark.parametrize("width, scheme", [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_on_a_shared_result(people, exam, visit, app, chromium, served, width, scheme):
    share(visit(people.candidate), exam, "leidinggevende")
    share(visit(people.candidate), exam, "organisatie")
    pages = {people.manager: f"/kandidaten/{exam.id}/uitslag", people.candidate: "/uitslag"}
    pages[people.beheerder] = f"/organisatie/dossiers/{exam.id}/uitslag"
    name = app.config["SESSION_COOKIE_NAME"]
    for who, path in pages.items():
        visitor = visit(who)
        value = visitor.client.get_cookie(name).value
        window = chromium.new_context(
            base_url=served, color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
        )
        window.add_cookies([{"name": name, "value": value, "url": served}])
        page = window.new_page()
        page.goto(path)
        assert page.get_by_role("heading", level=1).count() == 1
        found = Axe().run(page).response["violations"]
        assert [(path, one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []
        wide = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        assert page.evaluate(f"{wide}.map(e => e.outerHTML.slice(0, 90))") == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        window.close()
