"""Work shared out over assessors, kept as it was, and what spread work, leaving and a third assessor make of it."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from support import cast

from review.batch import Cause, Mode
from review.conflicts import Conflict
from review.rating import Phase
from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.judging import absences, allocations, assignments, workload
from storage.judging.allocations import batch_of, propose
from storage.judging.assignments import appoint, give, mode_of, open_answers, open_slots
from storage.judging.conflicts import affiliations, assessors, set_affiliations
from storage.judging.eligibility import conflicts_of
from storage.judging.progress import decide, disagreement, look_again, sign_dossier
from storage.judging.ratings import Rating, Return, own_ratings, ratings_of
from storage.judging.scores import Score
from storage.judging.verdicts import Verdict
from storage.judging.workload import take_back
from storage.people.people import Membership, Role

NOW = cast.NOW
UNTIL = date(2026, 3, 16)


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.rule == rule
    return caught.value


@pytest.fixture
def sittings(session, people):
    pack = cast.pack(session)
    extra = cast.person(session, "kandidaat3", "Kandidaat Drie", Role.CANDIDATE, people.organisation)
    rows = [
        cast.finished_sitting(session, people, candidate=one, pack_row=pack)
        for one in (people.candidate, people.second_candidate, extra)
    ]
    session.commit()
    return rows


@pytest.fixture
def judges(session, people):
    """Three more assessors: six in all."""
    names = ("Vier", "Vijf", "Zes")
    more = [cast.person(session, f"a{name}".lower(), f"Assessor {name}", Role.ASSESSOR, None) for name in names]
    session.commit()
    return [*people.assessors, *more]


def shared_out(session, people, sittings, mode=Mode.WHOLE, limit=100):
    made = propose(session, sittings, mode, limit, UNTIL, people.officer, NOW)
    made.make_final(people.officer, NOW)
    session.commit()
    return made


def judge(session, sitting, person, level=3):
    """Score and sign phase 1 of all own answers of a sitting, and then phase 2; answers the verdict, if it came."""
    for rating in own_ratings(session, sitting, person):
        if rating.signed is None:
            cast.score(rating, level)
    session.flush()
    for rating in own_ratings(session, sitting, person):
        if rating.signed is None:
            rating.sign(Phase.BLIND, NOW)
    session.flush()
    return sign_dossier(session, sitting, person, NOW)


# Proposals


@pytest.mark.parametrize("mode", Mode)
def test_a_proposal_gives_nothing_and_becomes_what_it_said(session, people, sittings, judges, mode):
    made = propose(session, sittings, mode, 100, UNTIL, people.officer, NOW)
    session.commit()
    assert session.scalar(select(func.count(Rating.id))) == 0
    plan = made.plan
    assert len(plan.assignments) == 60 and plan.shortages == ()
    made.make_final(people.officer, NOW)
    session.commit()
    session.expire_all()
    given = {
        (str(r.answer_id), r.slot, str(r.assessor_id)) for sitting in sittings for r in ratings_of(session, sitting)
    }
    assert given == {(one.answer, one.slot, one.assessor) for one in plan.assignments}
    assert {mode_of(ratings_of(session, sitting)) for sitting in sittings} == {mode}
    assert [open_slots(session, sitting) for sitting in sittings] == [()] * 3
    stored, again = made.explain()
    assert stored == again
    refused(allocations.Rule.FINAL, made.make_final, people.officer, NOW)
    refused(allocations.Rule.FINAL, made.draw_again, people.officer, NOW)
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.verb == "allocation_made"))
    assert event.facts == {"mode": mode, "seed": made.seed, "places": 60, "empty": 0}


def test_spread_work_keeps_the_rules_of_the_scheme(session, people, sittings, judges):
    shared_out(session, people, sittings, Mode.SPREAD)
    for sitting in sittings:
        each = Counter(rating.assessor_id for rating in ratings_of(session, sitting))
        assert len(each) >= 4 and max(each.values()) <= 5
    assert max(allocations.loads(session, judges).values()) - min(allocations.loads(session, judges).values()) <= 1


def test_another_draw_is_another_seed_and_replaces_the_proposal(session, people, sittings, judges):
    made = propose(session, sittings, Mode.WHOLE, 100, UNTIL, people.officer, NOW)
    session.commit()
    first, seed = made.plan, made.seed
    made.draw_again(people.officer, NOW)
    assert made.seed != seed and len(made.plan.assignments) == len(first.assignments)
    propose(session, sittings[:1], Mode.WHOLE, 100, UNTIL, people.officer, NOW)
    session.commit()
    assert session.scalar(select(func.count(allocations.Allocation.id))) == 1


def test_a_place_that_was_taken_meanwhile_refuses_the_whole(session, people, sittings, judges):
    made = propose(session, sittings, Mode.WHOLE, 100, UNTIL, people.officer, NOW)
    appoint(session, sittings[2], {1: judges[0], 2: judges[1]}, people.officer, NOW)
    session.commit()
    refused(assignments.Rule.SLOT_TAKEN, made.make_final, people.officer, NOW)
    session.rollback()
    assert not ratings_of(session, sittings[0]) and made.final_at is None
    made.draw_again(people.officer, NOW)
    assert made.make_final(people.officer, NOW) == 40


def test_who_is_no_assessor_any_more_refuses_the_whole(session, people, sittings, judges):
    made = propose(session, sittings, Mode.WHOLE, 100, UNTIL, people.officer, NOW)
    for person in judges:
        person.memberships[0].until = NOW
    session.commit()
    refused(assignments.Rule.NO_ASSESSOR, made.make_final, people.officer, NOW)


def test_nothing_to_share_out(session, people, sittings, judges):
    empty = propose(session, sittings, Mode.WHOLE, 9, UNTIL, people.officer, NOW)
    refused(allocations.Rule.NOTHING_FOUND, empty.make_final, people.officer, NOW)
    refused(allocations.Rule.NOTHING_TO_DO, propose, session, [], Mode.WHOLE, 100, UNTIL, people.officer, NOW)
    shared_out(session, people, sittings)
    refused(allocations.Rule.NOTHING_TO_DO, propose, session, sittings, Mode.WHOLE, 100, UNTIL, people.officer, NOW)


def test_leave_limits_and_waiting_work_are_honoured(session, people, sittings):
    one, two, three = people.assessors
    absences.enter(session, one, NOW.date(), UNTIL, one, NOW)
    gone = absences.enter(session, two, NOW.date(), UNTIL, people.officer, NOW)
    gone.cancel(people.officer, NOW)
    gone.cancel(people.officer, NOW)
    session.commit()
    made = propose(session, sittings, Mode.WHOLE, 20, UNTIL, people.officer, NOW)
    assert Counter(one.assessor for one in made.plan.assignments) == {str(two.id): 20, str(three.id): 20}
    assert {shortage.cause for shortage in made.plan.shortages} == {Cause.LOAD_LIMITS}
    made.make_final(people.officer, NOW)
    session.commit()
    waiting = sittings[next(i for i, sitting in enumerate(sittings) if open_slots(session, sitting))]
    batch = batch_of(session, [waiting], Mode.WHOLE, 30, (NOW.date(), UNTIL), NOW)
    assert {person.key: person.load for person in batch.assessors} == {
        str(one.id): 0,
        str(two.id): 20,
        str(three.id): 20,
    }


def test_absences_in_the_wrong_order_or_over_are_refused(session, people):
    one = people.assessors[0]
    refused(absences.Rule.ENDS_BEFORE, absences.enter, session, one, UNTIL, NOW.date(), one, NOW)
    past = NOW.date() - timedelta(days=3)
    refused(absences.Rule.OVER, absences.enter, session, one, past, past, one, NOW)


# Ties


def test_a_shared_client_or_group_is_a_tie(session, people, sittings):
    one, two, _ = people.assessors
    set_affiliations(session, people.organisation, ["Bank  Noord", "Groep Zuid"], people.officer, NOW)
    set_affiliations(session, one, ["bank noord"], people.officer, NOW)
    two.memberships.append(
        Membership(role=Role.MANAGER, organisation=people.outsider_organisation, since=NOW - timedelta(days=9))
    )
    set_affiliations(session, people.outsider_organisation, ["GROEP ZUID"], people.officer, NOW)
    session.commit()
    everybody = assessors(session, NOW)
    assert conflicts_of(session, sittings[0], everybody, NOW) == dict.fromkeys(
        (one.id, two.id), (Conflict.CLIENT_OR_GROUP,)
    )
    set_affiliations(session, one, [], people.officer, NOW)
    set_affiliations(session, people.organisation, ["Bank Noord", "", "Groep Oost"], people.officer, NOW)
    session.commit()
    assert affiliations(session, people.organisation) == ["Bank  Noord".replace("  ", " "), "Groep Oost"]
    assert conflicts_of(session, sittings[0], everybody, NOW) == {}


def test_who_had_a_part_in_an_earlier_exam_of_the_candidate_judges_no_later_one(session, people, sittings):
    one, two, _ = people.assessors
    appoint(session, sittings[1], {1: one}, people.officer, NOW)
    sittings[1].dossier.candidate = people.candidate
    sittings[1].dossier.decided_by_id = two.id
    session.commit()
    found = conflicts_of(session, sittings[0], people.assessors, NOW)
    assert found == dict.fromkeys((one.id, two.id), (Conflict.INVOLVED_EARLIER,))
    assert one.id not in conflicts_of(session, sittings[1], people.assessors, NOW)


# Spread work, from the first signature to the verdict


def test_phase_two_opens_for_each_when_the_own_answers_are_signed(session, people, sittings, judges):
    shared_out(session, people, sittings, Mode.SPREAD)
    sitting = sittings[0]
    mine = sorted({rating.assessor for rating in ratings_of(session, sitting)}, key=lambda one: one.name)
    verdicts = [judge(session, sitting, person) for person in mine]
    assert verdicts[:-1] == [None] * (len(mine) - 1)
    assert verdicts[-1].passed is True
    assert {len(mark) for mark in verdicts[-1].inputs["marks"]} == {5} and len(verdicts[-1].inputs["marks"]) == 80


def test_spread_assessors_who_differ_need_a_third_who_did_not_judge_that_answer(session, people, sittings, judges):
    more = [cast.person(session, f"b{n}", f"Assessor B{n}", Role.ASSESSOR, None) for n in range(2)]
    sitting = sittings[0]
    session.commit()
    shared_out(session, people, [sitting], Mode.SPREAD)
    ratings = ratings_of(session, sitting)
    for rating in ratings:
        cast.score(rating, 5 if rating.slot == 1 else 3)
    session.flush()
    for phase in Phase:
        for rating in ratings:
            rating.sign(phase, NOW)
        session.flush()
    look_again(session, sitting)
    assert disagreement(sitting, ratings)
    assert set(open_answers(session, sitting).values()) == {(3,)}
    made = propose(session, [sitting], Mode.SPREAD, 100, UNTIL, people.officer, NOW)
    assert {one.slot for one in made.plan.assignments} == {3} and made.plan.shortages == ()
    places = {str(answer.id): answer for answer in sitting.answers}
    some = [one for one in made.plan.assignments if one.assessor == made.plan.assignments[0].assessor]
    known = {str(one.id): one for one in (*judges, *more)}
    give(session, sitting, [(places[one.answer], 3, known[one.assessor]) for one in some], people.officer, NOW)
    session.commit()
    # A third for a part of the answers is no third yet: nothing is decided, and the others still wait.
    assert judge(session, sitting, known[some[0].assessor], 4) is None
    assert len(open_answers(session, sitting)) == 10 - len(some)
    rest = propose(session, [sitting], Mode.SPREAD, 100, UNTIL, people.officer, NOW)
    rest.make_final(people.officer, NOW)
    session.commit()
    verdict = None
    for person in {
        rating.assessor for rating in ratings_of(session, sitting) if rating.slot == 3 and not rating.signed
    }:
        verdict = judge(session, sitting, person, 4)
    assert verdict.passed is True
    assert {result["mean"] for result in verdict.decision["competencies"]} == {"4/1"}


def test_spread_work_is_not_given_away_as_a_whole(session, people, sittings, judges):
    sitting = sittings[0]
    shared_out(session, people, [sitting], Mode.SPREAD)
    someone = ratings_of(session, sitting)[0].assessor
    back = take_back(session, sitting, someone, people.officer, NOW)
    spare = next(one for one in judges if one.id not in {r.assessor_id for r in ratings_of(session, sitting)})
    refused(assignments.Rule.SLOT_TAKEN, appoint, session, sitting, {1: spare}, people.officer, NOW)
    taken = [r for r in ratings_of(session, sitting) if r.answer_id not in {b.answer_id for b in back}]
    assert taken
    refused(allocations.Rule.OTHER_MODE, propose, session, [sitting], Mode.WHOLE, 100, UNTIL, people.officer, NOW)
    again = propose(session, [sitting], Mode.SPREAD, 100, UNTIL, people.officer, NOW)
    assert {one.answer for one in again.plan.assignments} == {str(rating.answer_id) for rating in back}
    assert str(someone.id) not in {one.assessor for one in again.plan.assignments}


def test_more_than_the_scheme_allows_of_one_candidate_is_refused(session, people, sittings):
    person = people.assessors[0]
    places = [(answer, 1, person) for answer in sittings[0].answers[:6]]
    assert refused(assignments.Rule.TOO_MUCH, give, session, sittings[0], places, people.officer, NOW).needed == 5
    twice = [(sittings[0].answers[0], slot, person) for slot in (1, 2)]
    refused(assignments.Rule.TWICE, give, session, sittings[0], twice, people.officer, NOW)


# Leases


def test_work_that_lies_still_may_be_taken_back_and_nothing_is_lost(session, people, sittings):
    sitting, (one, two, three) = sittings[0], people.assessors
    appoint(session, sitting, {1: one, 2: two}, people.officer, NOW)
    rating = own_ratings(session, sitting, one)[0]
    cast.score(rating)
    rating.resume_from(4.5, NOW)
    session.commit()
    session.expire_all()
    hours = sitting.dossier.scheme.content.assessment.lease_hours
    later = NOW + timedelta(hours=hours)
    assert rating.is_at_work(later - timedelta(seconds=1)) and not rating.has_lapsed(later - timedelta(seconds=1))
    refused(workload.Rule.AT_WORK, take_back, session, sitting, one, people.officer, later - timedelta(seconds=1))
    assert rating.has_lapsed(later)
    # Who comes back before the office has acted simply goes on.
    rating.resume_from(5.0, later)
    session.commit()
    session.expire_all()
    refused(workload.Rule.AT_WORK, take_back, session, sitting, one, people.officer, later + timedelta(hours=1))
    later += timedelta(hours=hours)
    assert len(take_back(session, sitting, one, people.officer, later)) == 10
    session.commit()
    assert own_ratings(session, sitting, one) == [] and open_slots(session, sitting) == (1,)
    assert (rating.slot, rating.declined_because, len(rating.scores)) == (None, Return.TAKEN_BACK, 4)
    refused(workload.Rule.NOTHING, take_back, session, sitting, one, people.officer, later)
    # It goes to somebody else, whose ratings are new; the first keeps the own ones.
    appoint(session, sitting, {1: three}, people.officer, later)
    session.commit()
    assert own_ratings(session, sitting, three)[0].scores == []
    assert session.scalar(select(func.count(Score.id))) == 4
    take_back(session, sitting, three, people.officer, later)
    appoint(session, sitting, {1: one}, people.officer, later)
    session.commit()
    mine = own_ratings(session, sitting, one)
    assert mine[0].id == rating.id and len(mine[0].scores) == 4 and len(mine) == 10
    assert not mine[0].has_lapsed(later)


def test_final_work_is_not_taken_back(session, people, sittings):
    cast.rate(session, sittings[0], people.assessors[0], 1)
    refused(workload.Rule.FINAL, take_back, session, sittings[0], people.assessors[0], people.officer, NOW)


def test_evidence_beyond_the_end_of_the_recording_cannot_be_signed(session, people, sittings):
    appoint(session, sittings[0], {1: people.assessors[0]}, people.officer, NOW)
    rating = own_ratings(session, sittings[0], people.assessors[0])[0]
    cast.score(rating)
    rating.scores[0].evidence = [{"seconds": 40.1}]
    session.flush()
    assert [gap.gap for gap in rating.missing(Phase.BLIND)] == ["evidence_not_there"]
    rating.scores[0].evidence = [{"seconds": 40.0}]
    assert rating.missing(Phase.BLIND) == ()


def test_a_verdict_counts_only_who_holds_the_work(session, people, sittings):
    sitting, (one, two, three) = sittings[0], people.assessors
    appoint(session, sitting, {1: one, 2: two}, people.officer, NOW)
    for rating in own_ratings(session, sitting, one):
        cast.score(rating, 1)
    session.flush()
    take_back(session, sitting, one, people.officer, NOW)
    appoint(session, sitting, {1: three}, people.officer, NOW)
    session.flush()
    assert judge(session, sitting, two) is None
    verdict = judge(session, sitting, three)
    assert verdict.passed is True and {mark[1] for mark in verdict.inputs["marks"]} == {str(two.id), str(three.id)}
    assert session.scalars(select(Verdict)).all() == [verdict]
    refused("verdict_decided_already", decide, session, sitting, NOW)
