"""Exam dates and bookings: who is on turn, what is refused, and that nothing is ever booked twice."""

import threading
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from support import cast

from scenarios.sitting import Stage
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import invite
from storage.people.people import Person, Role
from storage.planning import bookings, exam_dates
from storage.planning.bookings import LIVE, STEPS, Booking, BookingState, lapse_past, request, withdraw
from storage.planning.exam_dates import ExamDate, ExamPlace, publish, to_come
from storage.planning.places_held import taken, withdraw_date

NOW = cast.NOW
SOON = NOW + timedelta(days=10)


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.rule is rule


@pytest.fixture
def scheme(session):
    return cast.with_dates(session)


@pytest.fixture
def waiting(session, people, scheme):
    """`waiting(n)`: so many approved files of candidates who wait for a date."""

    def make(number):
        rows = []
        for _ in range(number):
            local = f"wacht-{uuid.uuid4().hex[:6]}"
            person = cast.person(session, local, "Wachtende Kandidaat", Role.CANDIDATE, people.organisation)
            row = cast.approved_dossier(session, people, candidate=person)
            row.scheme = scheme
            rows.append(row)
        session.flush()
        return rows

    return make


@pytest.fixture
def asked(session, people, scheme, waiting):
    """A place was asked, on a date with two, and nobody has answered."""
    (dossier,) = waiting(1)
    booking = request(session, dossier, cast.exam_date(session, people, SOON, 2, scheme), people.beheerder, NOW)
    session.commit()
    return booking


@pytest.fixture
def other(session, people, scheme):
    """Another date with one place, a week later."""
    made = cast.exam_date(session, people, SOON + timedelta(days=7), 1, scheme)
    session.commit()
    return made


def test_a_date_is_published_with_its_places(session, people, scheme):
    made = cast.exam_date(session, people, SOON, 3, scheme)
    session.commit()
    assert [place.number for place in made.places] == [1, 2, 3]
    assert to_come(session, {scheme.key}, NOW) == [made]
    assert to_come(session, {"praktijktoets_a"}, NOW) == to_come(session, {scheme.key}, SOON) == []
    made.withdraw(people.officer, 0, NOW)
    assert to_come(session, {scheme.key}, NOW) == []


def test_what_is_no_date_is_not_published(session, people, scheme):
    hour, officer = timedelta(hours=1), people.officer
    refused(exam_dates.Rule.IN_PAST, publish, session, scheme, NOW, NOW + hour, 1, officer, NOW)
    refused(exam_dates.Rule.PAST_MIDNIGHT, publish, session, scheme, SOON, SOON + 15 * hour, 1, officer, NOW)
    refused(exam_dates.Rule.NO_DATES, publish, session, cast.scheme(session), SOON, SOON + hour, 1, officer, NOW)


def test_asked_and_confirmed(session, people, asked):
    assert (asked.state, asked.live, asked.date.starts_at) == (BookingState.REQUESTED, True, SOON)
    assert taken(session, [asked.date]) == {asked.date.id: 1}
    asked.confirm(people.officer, NOW)
    session.commit()
    assert (asked.state, asked.answered_at) == (BookingState.CONFIRMED, NOW)
    verbs = list(session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == asked.dossier_id)))
    assert {"booking_requested", "booking_confirmed"} <= set(verbs)
    refused(exam_dates.Rule.IN_USE, withdraw_date, session, asked.date, people.officer, NOW)


def test_a_decline_has_a_reason_and_frees_the_place(session, people, asked):
    refused(bookings.Rule.NO_REASON, asked.decline, "  ", people.officer, NOW)
    asked.decline("De examiner is ziek.", people.officer, NOW)
    session.commit()
    assert (asked.state, asked.reason, taken(session, [asked.date])) == (
        BookingState.DECLINED,
        "De examiner is ziek.",
        {},
    )
    assert request(session, asked.dossier, asked.date, people.beheerder, NOW).live


def test_a_counter_moves_the_place_and_is_answered(session, people, asked, other):
    first = asked.date
    refused(bookings.Rule.NO_REASON, asked.counter, other, "", people.officer, NOW)
    refused(bookings.Rule.SAME_DATE, asked.counter, first, "Nee.", people.officer, NOW)
    asked.counter(other, "Die dag is er geen examiner.", people.officer, NOW)
    session.commit()
    assert (asked.date, asked.asked, asked.day) == (other, first, other.day)
    assert taken(session, [first, other]) == {other.id: 1}
    refused(StepRule.NOT_ALLOWED, asked.counter, first, "Toch.", people.officer, NOW)
    refused(StepRule.NOT_ALLOWED, asked.confirm, people.officer, NOW)
    asked.accept(people.beheerder, NOW)
    session.commit()
    assert asked.state is BookingState.CONFIRMED


def test_a_counter_may_be_refused_and_another_date_asked(session, people, asked, other):
    first = asked.date
    asked.counter(other, "Die dag is vol.", people.officer, NOW)
    asked.refuse(people.beheerder, NOW)
    session.commit()
    assert taken(session, [first, other]) == {}
    refused(StepRule.NOT_ALLOWED, asked.confirm, people.officer, NOW)
    assert request(session, asked.dossier, first, people.beheerder, NOW).live


def test_a_counter_to_a_full_date_changes_nothing(session, people, asked, other, waiting):
    request(session, waiting(1)[0], other, people.beheerder, NOW)
    first = asked.date
    refused(bookings.Rule.FULL, asked.counter, other, "Die dag is er geen examiner.", people.officer, NOW)
    assert (asked.state, asked.date) == (BookingState.REQUESTED, first)


@pytest.mark.parametrize("state", BookingState)
def test_only_the_steps_of_the_table_are_taken(session, people, asked, other, state):
    asked.state, asked.reason = state, "Vol."
    session.commit()
    acts = {
        BookingState.CONFIRMED: lambda: (asked.accept if state is BookingState.COUNTERED else asked.confirm)(
            people.officer, NOW
        ),
        BookingState.COUNTERED: lambda: asked.counter(other, "Vol.", people.officer, NOW),
        BookingState.DECLINED: lambda: asked.decline("Vol.", people.officer, NOW),
        BookingState.REFUSED: lambda: asked.refuse(people.beheerder, NOW),
        BookingState.WITHDRAWN: lambda: asked.withdraw(people.beheerder, NOW),
        BookingState.LAPSED: lambda: asked.lapse(NOW),
    }
    for wanted, act in acts.items():
        if wanted in STEPS[state]:
            act()
            session.flush()
            assert asked.state is wanted
        else:
            refused(StepRule.NOT_ALLOWED, act)
        session.rollback()


def test_who_has_no_approved_file_of_this_exam_gets_no_date(session, people, asked, waiting, other):
    mine = waiting(1)[0]
    refused(exam_dates.Rule.OVER, request, session, mine, asked.date, people.beheerder, SOON)
    mine.state = DossierState.SUBMITTED
    refused(bookings.Rule.NOT_APPROVED, request, session, mine, asked.date, people.beheerder, NOW)
    mine.state, mine.scheme = DossierState.APPROVED, cast.scheme(session)
    refused(bookings.Rule.NO_DATES, request, session, mine, asked.date, people.beheerder, NOW)
    mine.scheme = cast.with_dates(session, key="ander_examen")
    refused(exam_dates.Rule.OTHER_EXAM, request, session, mine, asked.date, people.beheerder, NOW)
    other.withdraw(people.officer, 0, NOW)
    refused(exam_dates.Rule.OVER, request, session, waiting(1)[0], other, people.beheerder, NOW)


def test_nobody_has_two_dates_for_one_exam_or_two_exams_on_one_day(session, people, asked, other, waiting):
    refused(bookings.Rule.TWICE, request, session, asked.dossier, other, people.beheerder, NOW)
    second = cast.approved_dossier(session, people, candidate=asked.dossier.candidate)
    second.scheme = cast.with_dates(session, key="ander_examen")
    session.flush()
    same_day = cast.exam_date(session, people, SOON + timedelta(hours=2), 5, second.scheme)
    refused(bookings.Rule.SAME_DAY, request, session, second, same_day, people.beheerder, NOW)
    next_day = cast.exam_date(session, people, SOON + timedelta(days=1), 5, second.scheme)
    assert request(session, second, next_day, people.beheerder, NOW).live


def row_like(booking, **different):
    values = {column.key: getattr(booking, column.key) for column in Booking.__table__.columns}
    return values | {"id": uuid.uuid4()} | different


def test_the_database_refuses_what_no_verb_would_do(session, people, asked, other, waiting):
    """Rows put in past every rule: the keys hold by themselves."""
    free = asked.date.places[1]
    stranger, elsewhere = waiting(1)[0], other.places[0]
    theirs = {"dossier_id": stranger.id, "candidate_id": stranger.candidate_id}
    wrong = {
        "the same place": theirs,
        "the same file": {"place_id": elsewhere.id, "day": other.day},
        "a day that is not that of the place": theirs | {"place_id": free.id, "day": other.day},
        "a candidate who is not that of the file": theirs | {"candidate_id": asked.candidate_id, "place_id": free.id},
        "a place that is not there": theirs | {"place_id": uuid.uuid4()},
        "no such state": theirs | {"place_id": free.id, "state": "perhaps"},
        "no reason": theirs | {"place_id": free.id, "state": "declined", "reason": ""},
    }
    second = cast.approved_dossier(session, people, candidate=asked.dossier.candidate)
    session.commit()
    wrong["the same person on that day"] = {"dossier_id": second.id, "place_id": free.id}
    table = Booking.__table__
    for what, values in wrong.items():
        given = row_like(asked, **values)
        with pytest.raises((IntegrityError, LookupError)):
            session.execute(insert(table).values(given | {"state": given["state"]}))
        session.rollback()
        assert what
    session.execute(insert(table).values(row_like(asked, **theirs, place_id=free.id)))
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(insert(ExamPlace).values(id=uuid.uuid4(), date_id=other.id, day=asked.day, number=7))


def together(number, act):
    """What `number` threads answer that call `act(place)` at the same moment, each on a connection of its own."""
    barrier, answers = threading.Barrier(number), [None] * number

    def run(place):
        barrier.wait()
        try:
            with new_session() as own:
                answers[place] = act(own, place)
                own.commit()
        except (Refused, IntegrityError, StaleDataError) as error:
            answers[place] = getattr(error, "rule", type(error).__name__)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_many_who_ask_at_once_get_no_more_than_there_is(session, people, scheme, waiting):
    """Eight ask three places at the same moment: three have one each, five hear that it is full."""
    made = cast.exam_date(session, people, SOON, 3, scheme)
    ids = [row.id for row in waiting(8)]
    session.commit()

    def ask(own, place):
        wanted, actor = own.get(ExamDate, made.id), own.get(Person, people.beheerder.id)
        return request(own, own.get(Dossier, ids[place]), wanted, actor, NOW).state

    answers = together(8, ask)
    assert sorted(answers) == [bookings.Rule.FULL] * 5 + [BookingState.REQUESTED] * 3
    held = session.scalars(select(Booking.place_id).where(Booking.state.in_(LIVE))).all()
    assert sorted(held) == sorted(place.id for place in made.places)


def test_a_date_that_is_taken_back_while_somebody_asks_is_full_or_gone(session, people, scheme, waiting):
    made, dossier = cast.exam_date(session, people, SOON, 1, scheme), waiting(1)[0].id
    session.commit()

    def act(own, place):
        wanted = own.get(ExamDate, made.id)
        if place:
            return request(own, own.get(Dossier, dossier), wanted, own.get(Person, people.beheerder.id), NOW).state
        return withdraw_date(own, wanted, own.get(Person, people.officer.id), NOW)

    assert together(2, act) in (
        [None, exam_dates.Rule.OVER],
        [exam_dates.Rule.IN_USE, BookingState.REQUESTED],
    )


def test_one_candidate_who_is_asked_for_at_once_has_one_date(session, people, scheme, waiting):
    dates = [cast.exam_date(session, people, SOON + timedelta(days=n), 4, scheme) for n in range(4)]
    dossier = waiting(1)[0].id
    session.commit()

    def ask(own, place):
        wanted, actor = own.get(ExamDate, dates[place].id), own.get(Person, people.beheerder.id)
        return request(own, own.get(Dossier, dossier), wanted, actor, NOW).state

    answers = together(4, ask)
    assert sorted(answers) == [bookings.Rule.TWICE] * 3 + [BookingState.REQUESTED]


def test_of_two_answers_at_once_one_holds(session, people, asked):
    booking = asked.id
    session.commit()

    def answer(own, _place):
        found = own.get(Booking, booking)
        found.confirm(own.get(Person, people.officer.id), NOW)
        own.flush()
        return found.state

    first, second = sorted(together(2, answer))
    assert first in ("StaleDataError", BookingState.CONFIRMED) and {first, second} & {
        "StaleDataError",
        StepRule.NOT_ALLOWED,
    }
    assert BookingState.CONFIRMED in (first, second)


@pytest.fixture
def planned(session, asked, people):
    """Confirmed, with the exam that follows from it."""
    asked.confirm(people.officer, NOW)
    sitting = invite(session, asked.dossier, cast.pack(session), asked.date.starts_at, NOW, asked.date.ends_at)
    session.commit()
    return sitting


def test_the_window_is_that_of_the_date(asked, planned):
    assert (planned.opens_at, planned.closes_at) == (asked.date.starts_at, asked.date.ends_at)


def test_giving_the_place_back_closes_the_exam_until_another_date(session, people, asked, planned, other):
    refused(bookings.Rule.TWICE, request, session, asked.dossier, other, people.beheerder, NOW)
    asked.withdraw(people.beheerder, NOW)
    session.commit()
    assert (planned.stage, taken(session, [asked.date])) == (Stage.EXPIRED, {})
    request(session, asked.dossier, other, people.beheerder, NOW).confirm(people.officer, NOW)
    planned.replan(other.starts_at, other.ends_at, NOW)
    session.commit()
    assert (planned.stage, planned.opens_at) == (Stage.INVITED, other.starts_at)


def test_once_begun_the_date_stands(session, people, asked, planned):
    cast.begin(planned, SOON)
    refused(bookings.Rule.BEGUN, asked.withdraw, people.beheerder, SOON)
    refused(bookings.Rule.BEGUN, asked.decline, "Toch niet.", people.officer, SOON)


def test_who_withdraws_from_the_exam_frees_the_place(session, people, asked, planned):
    withdraw(session, asked.dossier, asked.dossier.candidate, "Andere baan.", NOW)
    session.commit()
    assert (asked.state, planned.stage, taken(session, [asked.date])) == (BookingState.WITHDRAWN, Stage.EXPIRED, {})


def test_a_day_that_passes_ends_what_nobody_answered_or_did(session, people, scheme, waiting, asked, planned):
    unanswered = request(session, waiting(1)[0], asked.date, people.beheerder, NOW)
    session.commit()
    assert lapse_past(session, SOON - timedelta(hours=1)) == []
    assert lapse_past(session, SOON) == [unanswered]
    assert (unanswered.state, asked.state) == (BookingState.LAPSED, BookingState.CONFIRMED)
    planned.expire(SOON + timedelta(hours=4))
    session.flush()
    assert lapse_past(session, SOON + timedelta(hours=4)) == []
    assert asked.state is BookingState.LAPSED


def test_a_second_answer_from_an_old_page_fails(session, asked):
    with new_session() as other:
        other.execute(update(Booking).where(Booking.id == asked.id).values(state=BookingState.WITHDRAWN))
        other.commit()
    asked.state = BookingState.CONFIRMED
    with pytest.raises(StaleDataError):
        session.flush()
