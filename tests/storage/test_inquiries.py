"""What organisations ask KSF: the steps, who may take them, the limits, and how long it is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from support import cast

from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.inquiries import LONGEST, MOST_A_DAY, SOON, Inquiry, InquiryPost, InquiryState, Rule, ask
from storage.people.people import Person
from storage.planning.practical_sessions import SessionState
from storage.retention.erasing import _forget_dossier
from storage.retention.expired import INQUIRIES_KEPT, TESTS_KEPT, delete_expired

NOW = cast.NOW
LATER = NOW + timedelta(minutes=5)


def refused(rule):
    return pytest.raises(Refused, match=f"^{rule}:")


@pytest.fixture
def asked(session, people):
    return ask(session, cast.dossier(session, people), people.manager, " Kan dit eerder? ", NOW)


def said(row):
    return [(one.number, one.by_office, one.text) for one in row.posts]


def test_it_is_asked_answered_asked_on_and_closed(session, people, asked):
    assert asked.code.startswith("VR-") and asked.state is InquiryState.OPEN
    asked.answer("Nee, helaas.", people.officer, LATER)
    assert asked.state is InquiryState.ANSWERED and not asked.late(NOW + timedelta(days=99))
    asked.ask_more("Waarom niet?", LATER + timedelta(minutes=1))
    assert asked.late(LATER + timedelta(minutes=1) + SOON + timedelta(seconds=1))
    assert not asked.late(LATER + timedelta(minutes=1) + SOON)
    with refused(Rule.UNANSWERED):
        asked.close(people.officer, LATER)
    asked.answer("De dag is vol.", people.second_officer, LATER + timedelta(minutes=2))
    asked.close(people.officer, LATER + timedelta(minutes=3))
    with refused(StepRule.NOT_ALLOWED):
        asked.close(people.officer, LATER + timedelta(minutes=4))
    asked.reopen(people.officer, LATER + timedelta(minutes=5))
    assert asked.state is InquiryState.OPEN
    assert said(asked) == [
        (1, False, "Kan dit eerder?"),
        (2, True, "Nee, helaas."),
        (3, False, "Waarom niet?"),
        (4, True, "De dag is vol."),
    ]
    session.flush()
    log = select(AuditEvent).where(AuditEvent.subject == asked.id).order_by(AuditEvent.at, AuditEvent.verb)
    verbs = [one.verb for one in session.scalars(log)]
    assert verbs == [f"inquiry_{verb}" for verb in ("asked", "answered", "open", "answered", "closed", "open")]
    assert "helaas" not in str([one.facts for one in session.scalars(log)])


def test_its_asker_may_close_it_unanswered_and_nobody_answers_the_own_one(session, people):
    own = ask(session, cast.dossier(session, people), people.officer, "Mag dit?", NOW)
    with refused(Rule.OWN):
        own.answer("Ja.", people.officer, NOW)
    own.close(people.officer, NOW)
    assert own.state is InquiryState.CLOSED
    with refused(Rule.ANSWERED):
        own.answer("Ja.", people.second_officer, NOW)


@pytest.mark.parametrize("text, rule", [(" \n", Rule.NO_TEXT), ("x" * (LONGEST + 1), Rule.TOO_LONG)])
def test_a_text_has_something_in_it_and_an_end(session, people, asked, text, rule):
    for act in (
        lambda: ask(session, asked.dossier, people.manager, text, NOW),
        lambda: asked.ask_more(text, NOW),
        lambda: asked.answer(text, people.officer, NOW),
    ):
        with refused(rule):
            act()
    assert len(asked.posts) == 1 and asked.state is InquiryState.OPEN
    asked.answer("x" * LONGEST, people.officer, NOW)


def test_the_same_twice_is_there_once(session, people, asked):
    assert ask(session, asked.dossier, people.manager, "Kan dit eerder?", LATER) is asked
    assert ask(session, asked.dossier, people.beheerder, "Kan dit eerder?", LATER) is not asked
    asked.ask_more("Kan dit eerder?", LATER)
    asked.ask_more("Graag maandag.", LATER)
    asked.ask_more("Graag maandag. ", LATER)
    assert [text for _, _, text in said(asked)] == ["Kan dit eerder?", "Graag maandag."]


def test_a_day_has_a_limit_for_each_person_that_answers_do_not_count_to(session, people, asked):
    for number in range(MOST_A_DAY - 1):
        asked.ask_more(f"Bericht {number}", NOW + timedelta(minutes=number))
    last = NOW + timedelta(hours=23)
    for act in (
        lambda: asked.ask_more("Nog een", last),
        lambda: ask(session, asked.dossier, people.manager, "N", last),
    ):
        with refused(Rule.TOO_MANY):
            act()
    ask(session, asked.dossier, people.beheerder, "Van mij de eerste", last)
    asked.answer("Rustig aan.", people.officer, last)
    asked.ask_more("Dank u.", NOW + timedelta(days=1))


@pytest.mark.both_databases
def test_of_two_answers_the_second_is_refused(session, people, asked):
    session.commit()
    row, officer = asked.id, people.second_officer.id
    other = new_session(True)
    seen = other.get_one(Inquiry, row)
    assert seen.state is InquiryState.OPEN
    other.rollback()
    asked.answer("De eerste.", people.officer, LATER)
    session.commit()
    with refused(Rule.ANSWERED):
        seen.answer("De tweede.", other.get_one(Person, officer), LATER)
    other.rollback()
    other.close()
    session.expire_all()
    assert [text for _, _, text in said(session.get_one(Inquiry, row))] == ["Kan dit eerder?", "De eerste."]


@pytest.mark.both_databases
def test_the_database_keeps_it_about_one_thing_and_its_posts_in_order(session, people, asked):
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Inquiry).values(dossier_id=None))
    values = {"inquiry_id": asked.id, "author_id": people.officer.id, "by_office": True, "text": "x"}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(InquiryPost(number=1, written_at=NOW, **values))
        session.flush()


def left(session):
    return [session.scalar(select(func.count()).select_from(noun)) for noun in (Inquiry, InquiryPost)]


def test_it_goes_two_years_after_the_answer_and_never_while_it_waits(session, people, asked):
    other = ask(session, asked.dossier, people.beheerder, "En nu?", NOW)
    other.answer("Nu wel.", people.officer, NOW)
    session.commit()
    delete_expired(session, NOW + INQUIRIES_KEPT)
    assert left(session) == [2, 3]
    delete_expired(session, NOW + INQUIRIES_KEPT + timedelta(seconds=1))
    session.expire_all()
    assert left(session) == [1, 1] and session.get(Inquiry, asked.id) is not None


def test_it_goes_with_the_practical_session_that_it_is_about(session, people):
    day = cast.practical_date(session, people, NOW + timedelta(days=20))
    about = cast.practical_session(session, people, day, people.candidate)
    ask(session, about, people.beheerder, "Is er een parkeerplaats?", NOW)
    about.state, about.answered_at, about.reason = SessionState.DECLINED, NOW, "Er is niemand vrij."
    for one in about.participants:
        one.freed_at = NOW
    session.commit()
    delete_expired(session, NOW + TESTS_KEPT + timedelta(seconds=1))
    assert left(session) == [0, 0]


def test_it_goes_with_the_file_that_it_is_about(session, asked):
    _forget_dossier(session, asked.dossier, NOW)
    assert left(session) == [0, 0]
