"""Mail that comes back: refused at once or told afterwards, and in both cases seen by whoever can do something."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select
from support import cast, mail_jobs, mailbox_server
from support.visitors import text_of

import webapp
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.base.jobs import Job, JobState
from storage.people import outbox
from storage.people.links import LinkKind, issue
from storage.people.outbox import MailMessage, MailState
from storage.people.people import Person
from storage.people.second_factor import SecondFactor, begin_second_factor
from webapp.mail.notify import notify

TEMPLATES = Path(webapp.__file__).parent / "templates" / "mail"


@pytest.fixture
def box(installation, environment):
    """A real mail server that this test's installation sends by."""
    with mailbox_server.listening() as found:
        environment(VIGNET_MAIL_URL=found.url)
        yield found


@pytest.fixture
def message(session, people):
    row = outbox.add(session, people.candidate, "invitation", "Uw examen", "Beste kandidaat,\n", cast.NOW)
    session.commit()
    return row


def read(message):
    with new_session(writes=False) as session:
        row = session.get(MailMessage, message.id)
        return row.state, row.error, row.person.bounced_at


def test_an_address_that_is_refused_is_not_tried_again_and_everybody_sees_it(people, visit, message, box):
    box.answer_to_address = "550 no such person"
    assert mail_jobs.send_due(cast.NOW) == 0
    assert read(message) == (MailState.BOUNCED, "SMTPRecipientsRefused 550", cast.NOW)
    assert mail_jobs.send_due(cast.NOW.replace(year=2030)) == 0
    assert "geweigerd" in visit(people.officer).get("/bureau/post").text
    assert "1 mail niet bezorgd" in text_of(visit(people.officer).get("/bureau").text)
    assert "mail komt niet aan" in visit(people.beheerder).get("/organisatie/mensen").text
    assert "mail komt niet aan" in visit(people.officer).get("/bureau/mensen").text


def test_a_mail_that_cannot_be_made_is_ours_and_nobodys_address(session, people, visit, message, box):
    broken = session.get(MailMessage, message.id)
    broken.calendar = "no calendar"
    other = outbox.add(session, people.manager, "invitation", "Uw examen", "Beste,\n", cast.NOW)
    session.commit()
    assert mail_jobs.send_due(cast.NOW) == 1
    state, error, bounced_at = read(message)
    assert (state, bounced_at, error.split()[0]) == (MailState.FAILED, None, "NotMade")
    assert read(other)[0] is MailState.SENT
    assert "1 mail niet bezorgd" in text_of(visit(people.officer).get("/bureau").text)
    assert "mail komt niet aan" not in visit(people.officer).get("/bureau/mensen").text
    with new_session(writes=False) as reader:
        verbs = set(reader.scalars(select(AuditEvent.verb).where(AuditEvent.subject == message.id)))
    assert verbs == {"mail_not_made"}


def test_an_address_that_is_busy_is_tried_again(people, message, box):
    box.answer_to_address = "450 later"
    mail_jobs.send_due(cast.NOW)
    assert read(message) == (MailState.WAITING, "SMTPRecipientsRefused 450", None)


def test_the_office_sends_again_what_came_back(people, visit, message, box):
    box.answer_to_address = "550 no"
    mail_jobs.send_due(cast.NOW)
    visitor, again = visit(people.officer), f"/bureau/post/{message.id}/opnieuw"
    visitor.post(again)
    assert "wacht nog op verzending" in visitor.post(again, follow_redirects=True).text
    with new_session(writes=False) as session:
        states = session.scalars(select(Job.state).where(Job.subject == message.id))
        assert sorted(states) == [JobState.DONE, JobState.WAITING]
    box.answer_to_address = "250 OK"
    assert mail_jobs.send_due(cast.NOW.replace(year=2030)) == 1
    assert read(message)[::2] == (MailState.SENT, None)


def test_what_comes_back_later_is_told_by_a_command(app, people, message, box):
    mail_jobs.send_due(cast.NOW)
    run = app.test_cli_runner().invoke
    assert run(args=["mail", "bounce", people.candidate.email.upper()]).exit_code == 0
    assert read(message)[:2] == (MailState.BOUNCED, "BouncedLater")
    assert run(args=["mail", "bounce", "niemand@voorbeeld.example"]).exit_code == 1
    assert run(args=["mail", "bounce", people.manager.email]).exit_code == 1
    with new_session(writes=False) as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "mail_bounced")).one()
    assert (event.subject, event.facts) == (message.id, {})


def test_a_personal_link_is_put_in_when_the_mail_goes(session, app, people, box):
    link = issue(session, people.candidate, LinkKind.RESET, None, cast.NOW)
    with app.test_request_context():
        row = notify(session, people.candidate, "password_reset", cast.NOW, link=link)
    session.commit()
    assert link.token not in row.text
    mail_jobs.send_due(cast.NOW)
    ((_, mail),) = box.received
    for part in mail.iter_parts():
        assert f"/welkom/{link.token}" in part.get_content()


MAY_LEAD_TO = {
    "",
    "/uitslag",
    "/online-toets",
    "/bezwaar",
    "/bezwaren",
    "/certificaat",
    "/klachten",
    "/beoordelen",
    "/kandidaten",
    "/organisatie",
    "/vragen-aan-ksf",
}


def test_no_mail_leads_to_a_recording():
    """Links in mail: the log-in page, own pages and lists, the page behind a personal link. Nothing else."""
    for template in TEMPLATES.glob("*.txt"):
        text = template.read_text()
        assert not re.search(r"media|opname[s]?/|recording\.|video_key|url_for", text), template
        found = set(re.findall(r"\{\{ origin \}\}(/[a-z-]+)?", text))
        assert found <= MAY_LEAD_TO, template


def test_the_first_log_in_of_a_new_installation_is_a_command(app, visit):
    run = app.test_cli_runner().invoke
    said = run(args=["invite", "Eerste@KSF.example", "Eerste Bureau", "ksf_officer"])
    link = "/welkom/" + said.output.strip().rpartition("/")[2]
    visitor, password = visit(), "vier losse lampen fietsen"
    assert visitor.post(link, {"password": password, "again": password}).status_code == 302
    assert visitor.get("/bureau").status_code == 200
    again = run(args=["invite", "eerste@ksf.example", "Eerste Bureau", "ksf_officer"])
    assert "heeft al een wachtwoord" in again.output
    link, new = "/welkom/" + again.output.strip().rpartition("/")[2], "vijf andere lampen lopen"
    assert visit().post(link, {"password": new, "again": new}).status_code == 302
    assert visit().post(link, {"password": new, "again": new}).status_code != 302
    assert visit().log_in("eerste@ksf.example", new).status_code == 302
    assert run(args=["invite", "geen adres", "X", "ksf_officer"]).exit_code == 1
    with new_session(writes=False) as session:
        assert session.scalars(select(Person)).one().email == "eerste@ksf.example"


def test_who_is_locked_out_loses_the_second_step_by_a_command_that_is_logged(app, session, people):
    factor = begin_second_factor(session, people.officer, cast.NOW)
    factor.confirmed_at = cast.NOW
    epoch, officer, address = people.officer.session_epoch, people.officer.id, people.officer.email
    session.commit()
    run = app.test_cli_runner().invoke
    assert run(args=["reset-second-factor", "niemand@ksf.example"]).exit_code == 1
    assert run(args=["reset-second-factor", "geen adres"]).exit_code == 1
    assert run(args=["reset-second-factor", address.upper()]).exit_code == 0
    again = run(args=["reset-second-factor", address])
    assert (again.exit_code, "geen tweede stap" in again.output) == (1, True)
    with new_session(writes=False) as after:
        assert not after.scalars(select(SecondFactor)).all()
        assert after.get_one(Person, officer).session_epoch == epoch + 1
        log = after.scalars(select(AuditEvent).where(AuditEvent.subject == officer)).all()
        assert {(one.verb, one.actor) for one in log} == {("second_factor_off", None), ("logged_out_everywhere", None)}
        (mail,) = after.scalars(select(MailMessage)).all()
        assert (mail.template, mail.person_id) == ("second_factor_off", officer)
