"""The demo: somebody of each role, and a dossier in each of the states that one wants to show."""

import base64
import uuid
from collections import Counter

import pytest
from sqlalchemy import func, select
from support import cast

from demo import example
from scenarios.sitting import AnswerStage, Stage
from storage.assessing.assessments import Assessment
from storage.base.config import config
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import Sitting
from storage.people.people import Person, Role, person_by_email
from storage.planning.practical_sessions import PracticalSession
from storage.schemes import Scheme
from webapp import create_app


@pytest.fixture
def made(session):
    """The demo in this test's installation, with a pack that has no films."""
    scheme = example.schemes(session, cast.NOW)
    assert not example.has_pack(session, scheme)
    cast.pack(session)
    session.flush()
    assert example.has_pack(session, scheme)
    example.people_and_dossiers(session, cast.NOW)
    session.commit()


def test_there_is_somebody_of_each_role_and_all_can_log_in(session, made, visit):
    people = session.scalars(select(Person)).all()
    assert {role for person in people for role in person.roles(cast.NOW)} == set(Role)
    assert {person.email for person in people} == {email for email, _, _ in example.PEOPLE}
    session.commit()
    assert visit().log_in("bureau@ksf.example", example.PASSWORD).status_code == 302


def test_there_is_something_to_do_for_everybody(session, made, visit):
    states = Counter(session.scalars(select(Dossier.state)))
    assert states == {DossierState.APPROVED: 1, DossierState.SUBMITTED: 1, DossierState.WRITING: 1}
    assert session.scalars(select(Sitting.stage)).all() == [Stage.INVITED]
    manager, officer = (
        person_by_email(session, "leidinggevende@voorbeeld.example"),
        person_by_email(session, "bureau@ksf.example"),
    )
    session.commit()
    assert "Onderbouwing schrijven" in visit(manager).get("/kandidaten").text
    assert "Karin Kandidaat" in visit(officer).get("/bureau/dossiers?staat=submitted").text


def test_the_practical_test_has_a_session_that_stands_and_one_that_waits(session, made, visit):
    assert Counter(session.scalars(select(PracticalSession.state))) == {"confirmed": 1, "requested": 1}
    examiner = person_by_email(session, "assessor2@ksf.example")
    session.commit()
    assert "Voorbeeld Klantcontact" in visit(examiner).get("/beoordelen/praktijktoetsen").text


def test_one_assessment_waits_for_its_assessors_and_one_has_a_result(session, made, visit):
    assert Counter(session.scalars(select(Assessment.state))) == {"planned": 1, "released": 1}
    assessor, candidate = (
        person_by_email(session, email) for email in ("assessor@ksf.example", "kandidaat2@voorbeeld.example")
    )
    session.commit()
    assert "in te vullen" in visit(assessor).get("/beoordelen/assessments").text
    assert "niet behaald" in visit(candidate).get("/examen").text


def test_it_refuses_in_production_and_where_people_work_already(environment, session):
    session.add(
        Person(id=uuid.uuid4(), email="iemand@ksf.example", name="Iemand", created_at=cast.NOW, session_epoch=0)
    )
    session.commit()
    run = create_app().test_cli_runner()
    for command in (["demo"], ["ticket"]):
        refused = run.invoke(args=command)
        assert refused.exit_code == 1
        assert "Hier werken al mensen" in refused.output
    told = run.invoke(args=["demo", "--unless-in-use"])
    assert (told.exit_code, told.output.strip()) == (0, f"Vignet: {config().origin}")
    assert "demo" not in told.output
    production = {
        "VIGNET_ENV": "production",
        "VIGNET_ORIGIN": "https://examen.voorbeeld.example",
        "VIGNET_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "VIGNET_S3_SECRET_KEY": "s",
        "VIGNET_SECRET_KEY": "s",
        "VIGNET_DATABASE_URL": "postgresql+psycopg://vignet@127.0.0.1:1/none",
        "VIGNET_MAIL_URL": "smtp://mail.voorbeeld.example:587",
    }
    environment(**production)
    refused = create_app().test_cli_runner().invoke(args=["demo"])
    assert (refused.exit_code, refused.output) == (1, "Error: In productie is er geen demo.\n")


def test_a_second_time_changes_nothing(session, made):
    before = [session.scalar(select(func.count()).select_from(noun)) for noun in (Person, Dossier, Sitting, Scheme)]
    example.schemes(session, cast.NOW)
    example.people_and_dossiers(session, cast.NOW)
    session.commit()
    after = [session.scalar(select(func.count()).select_from(noun)) for noun in (Person, Dossier, Sitting, Scheme)]
    assert before == after


def test_every_dossier_that_is_handed_in_is_whole(session, made):
    for dossier in session.scalars(select(Dossier).where(Dossier.state != DossierState.WRITING)):
        assert dossier.missing() == ()
        assert dossier.manager_done_at


def test_a_ticket_opens_a_situation_of_an_invented_person(session, made):
    first, second = (example.answer_for_ticket(session, 4, cast.NOW) for _ in range(2))
    assert (first.number, first.stage) == (4, AnswerStage.PREPARING)
    assert first.sitting_id != second.sitting_id
    assert first.sitting.dossier.candidate.password_hash is None


def test_the_welcome_names_everybody_and_where_to_begin():
    text = example.welcome("http://localhost:8000")
    assert "http://localhost:8000" in text
    assert example.PASSWORD in text
    for email, name, _ in example.PEOPLE:
        assert email in text
        assert name in text
