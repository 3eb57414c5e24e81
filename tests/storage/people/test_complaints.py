"""A complaint: taken in with words, answered once by somebody else, and gone two years after that."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from support import cast

from storage.base.refusal import Refused
from storage.people.complaints import Complaint, Rule, Subject, complain
from storage.retention.expired import COMPLAINTS_KEPT, delete_expired

NOW = cast.NOW


def refused(rule):
    return pytest.raises(Refused, match=f"^{rule}:")


def test_it_is_answered_once_with_words_by_somebody_else(session, people):
    with refused(Rule.NO_TEXT):
        complain(session, people.officer, Subject.CONDUCT, "  ", NOW)
    made = complain(session, people.officer, Subject.CONDUCT, "Ik werd niet teruggebeld.", NOW)
    assert made.code.startswith("KL-")
    with refused(Rule.OWN):
        made.reply("Excuses.", people.officer, NOW)
    with refused(Rule.NO_TEXT):
        made.reply(" ", people.second_officer, NOW)
    made.reply("Excuses.", people.second_officer, NOW)
    session.flush()
    with refused(Rule.ANSWERED):
        made.reply("Nog eens.", people.second_officer, NOW)


def test_the_same_twice_is_one_complaint_until_it_is_answered(session, people):
    made = complain(session, people.manager, Subject.SERVICE, "Niemand nam op.", NOW)
    assert complain(session, people.manager, Subject.SERVICE, " Niemand nam op. ", NOW + timedelta(seconds=1)) is made
    assert complain(session, people.manager, Subject.CONDUCT, "Niemand nam op.", NOW) is not made
    assert complain(session, people.candidate, Subject.SERVICE, "Niemand nam op.", NOW) is not made
    made.reply("Excuses.", people.officer, NOW)
    session.flush()
    assert complain(session, people.manager, Subject.SERVICE, "Niemand nam op.", NOW) is not made


def test_the_database_refuses_an_answer_of_nobody_and_of_oneself(session, people):
    made = complain(session, people.manager, Subject.SERVICE, "Niemand nam op.", NOW)
    session.flush()
    for values in (
        {"answer": "Ja."},
        {"answer": "Ja.", "answered_at": NOW, "answered_by_id": made.person_id},
        {"answered_at": NOW, "answered_by_id": people.officer.id},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Complaint).values(**values))


def test_it_goes_two_years_after_the_answer_and_never_before_one(session, people):
    open_one = complain(session, people.manager, Subject.SERVICE, "Niemand nam op.", NOW)
    made = complain(session, people.manager, Subject.SERVICE, "Weer niet.", NOW)
    made.reply("Excuses.", people.officer, NOW)
    session.commit()
    assert delete_expired(session, NOW + COMPLAINTS_KEPT)["complaint"] == 0
    assert delete_expired(session, NOW + COMPLAINTS_KEPT + timedelta(seconds=1))["complaint"] == 1
    session.commit()
    session.expire_all()
    assert session.get(Complaint, open_one.id) is not None
