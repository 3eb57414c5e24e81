"""A case on the screen: opened by the office, heard, decided by two members, and read by whom it is about."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from support import cast
from support.certified import certified
from support.visitors import text_of

from storage.base.database import new_session
from storage.certificates.certificates import Certificate, CertificateState
from storage.committee.irregularities import Irregularity, IrregularityState
from storage.judging.verdicts import result_of
from storage.people.outbox import MailMessage
from storage.people.people import Role

HOME = "/onregelmatigheden"
SECRET = "Er sprak iemand anders voor."


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def second(session, people, now):
    return cast.person(session, "lid2", "Lid Twee", Role.EXAM_COMMITTEE, None, now)


@pytest.fixture
def third(session, people, now):
    return cast.person(session, "lid3", "Lid Drie", Role.EXAM_COMMITTEE, None, now)


@pytest.fixture
def certificate(session, people, second, third, now):
    made = certified(session, people, now=now - timedelta(days=3))
    session.commit()
    return made


def case():
    with new_session(writes=False) as session:
        return session.scalars(select(Irregularity)).one()


def state_of(certificate):
    with new_session(writes=False) as session:
        return session.get(Certificate, certificate.id).state


def opened(officer, about):
    made = officer.post(f"{HOME}/nieuw", {"kind": "fraud", "about": about, "facts": SECRET})
    assert made.status_code == 302
    return f"{HOME}/{case().id}"


def heard(session, officer, where, now):
    """Invited for a day that has been by now, since nobody waits a week in a test, and heard."""
    day = (now + timedelta(days=9)).date()
    values = {"day": day.isoformat(), "at": "10:00", "place": "Utrecht"}
    assert officer.post(f"{where}/uitnodigen", values).status_code == 302
    session.rollback()
    session.execute(update(Irregularity).values(hearing_at=now - timedelta(hours=1)))
    session.commit()
    told = {"came": "yes", "words": "De kandidaat zei dat het een broer was."}
    assert officer.post(f"{where}/horen", told).status_code == 302


def decided(session, people, visit, where, effect, second):
    values = {"effect": effect, "reasons": "Dit staat vast door de opname."}
    assert visit(people.committee_member).post(f"{where}/voorstellen", values).status_code == 302
    assert visit(people.committee_member).post(f"{where}/akkoord").status_code == 409, "one's own proposal"
    assert visit(second).post(f"{where}/akkoord").status_code == 302


def mails_to(person):
    with new_session(writes=False) as session:
        rows = session.scalars(select(MailMessage).where(MailMessage.person_id == person.id))
        return [one for one in rows if one.template == "irregularity_news"]


def test_a_certificate_is_suspended_by_two_members_and_valid_again_after_an_objection(
    session, people, visit, certificate, second, third, now
):
    officer, candidate = visit(people.officer), visit(people.candidate)
    where = opened(officer, certificate.number)
    assert "Mijn zaak" not in candidate.get("/examen").text, "nobody is told before the invitation"
    heard(session, officer, where, now)
    decided(session, people, visit, where, "suspended", second)
    assert state_of(certificate) is CertificateState.SUSPENDED
    mails = mails_to(people.candidate)
    assert len(mails) == 2
    for one in mails:
        assert SECRET not in one.text and "broer" not in one.text and "schors" not in one.text
    own = f"/mijn-zaak/{case().id}"
    read = text_of(candidate.get(own).text)
    assert SECRET in read and "Het certificaat wordt geschorst" in read and "een broer" in read
    assert own in candidate.get(own).text
    for name in (second.name, people.committee_member.name, people.officer.name):
        assert name not in read
    assert candidate.post(own, {"grounds": "Het was de buurman, op tv."}).status_code == 302
    assert visit(second).post(f"{where}/antwoord", {"granted": "yes", "words": "Goed punt."}).status_code == 409
    assert visit(third).post(f"{where}/antwoord", {"granted": "yes", "words": "Goed punt."}).status_code == 302
    decided(session, people, visit, where, "nothing", second)
    assert state_of(certificate) is CertificateState.VALID


def test_a_result_becomes_a_fail_and_is_objected_to_as_any_result(
    session, people, visit, certificate, second, third, now
):
    officer, candidate = visit(people.officer), visit(people.candidate)
    dossier = certificate.verdict.sitting.dossier
    session.commit()
    where = opened(officer, dossier.code.lower())
    heard(session, officer, where, now)
    decided(session, people, visit, where, "not_passed", second)
    with new_session(writes=False) as reading:
        result = result_of(reading, reading.get(Certificate, certificate.id).verdict.sitting)
        assert result.passed is False
        assert {result.confirmed_by_id, result.released_by_id} == {people.committee_member.id, second.id}
    assert state_of(certificate) is CertificateState.WITHDRAWN
    own = f"/mijn-zaak/{case().id}"
    assert "zoals tegen elke uitslag" in text_of(candidate.get(own).text)
    assert candidate.get(f"/bezwaar/{dossier.id}").status_code == 200


def test_who_had_a_part_in_the_exam_decides_nothing_and_sees_why(session, people, visit, certificate, now):
    officer = visit(people.officer)
    where = opened(officer, people.candidate.email)
    heard(session, officer, where, now)
    session.rollback()
    member = session.merge(people.assessors[0])
    member.memberships.append(cast.Membership(role=Role.EXAM_COMMITTEE, since=now - timedelta(days=1)))
    session.commit()
    judged = visit(people.assessors[0])
    assert "U had een aandeel" in judged.get(where).text
    refused = judged.post(f"{where}/voorstellen", {"effect": "warned", "reasons": "Zo."})
    assert refused.status_code == 409


def test_it_is_nobody_elses_and_not_about_oneself(session, people, visit, certificate, now):
    officer = visit(people.officer)
    assert (
        visit(people.officer)
        .post(f"{HOME}/nieuw", {"kind": "other", "about": people.officer.email, "facts": "X"})
        .status_code
        == 422
    )
    where = opened(officer, people.candidate.email)
    own = f"/mijn-zaak/{case().id}"
    assert visit(people.candidate).get(own).status_code == 404, "not told yet"
    for stranger in (people.second_candidate, people.manager, people.beheerder, people.assessors[0]):
        assert visit(stranger).get(own).status_code == 404
        assert visit(stranger).get(where).status_code == 404
    assert officer.post(f"{where}/akkoord").status_code == 404, "the committee decides"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": "fraud", "facts": " "},
        {"kind": "moord", "facts": "X"},
        {"kind": "fraud", "about": "K-NIEMAND", "facts": "X"},
        {"kind": "fraud", "about": "x" * 300, "facts": "X"},
        {"kind": "fraud", "facts": "x" * 9000},
    ],
)
def test_what_cannot_be_a_case_is_asked_again(people, visit, values):
    assert visit(people.officer).post(f"{HOME}/nieuw", values).status_code == 422


def test_a_leak_about_nobody_is_closed_by_two(session, people, visit, second, now):
    session.commit()
    where = opened(visit(people.officer), "")
    assert "nog niemand" in visit(people.officer).get(where).text
    decided(session, people, visit, where, "nothing", second)
    assert case().state is IrregularityState.DECIDED
    assert mails_to(people.candidate) == []
