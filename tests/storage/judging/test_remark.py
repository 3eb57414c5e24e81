"""A blind re-mark: new assessors, never a lower result, and the ruling that makes it known."""

import pytest
from support import cast

from review.conflicts import Conflict
from review.objection import Ground, Obstacle, Ruling, Term
from storage.base.refusal import Refused
from storage.exam.sittings import Judging
from storage.judging import objections, verdicts
from storage.judging.assignments import Rule as Assigning
from storage.judging.assignments import give, open_answers
from storage.judging.eligibility import conflicts_of
from storage.judging.objections import object_to
from storage.judging.progress import decide
from storage.judging.ratings import ratings_of
from storage.judging.verdicts import Cause, pending_of, result_of, verdicts_of
from storage.people.people import Role
from storage.schemes import add_scheme

NOW = cast.NOW
WHY = "De kandidaat noemt fouten in drie situaties."


def refused(rule):
    return pytest.raises(Refused, match=f"^{rule}:")


@pytest.fixture
def others(session, people):
    """Two assessors who had no part in it, an officer and a member to rule."""
    found = [cast.person(session, f"nieuw{n}", f"Assessor Nieuw {n}", Role.ASSESSOR, None) for n in (1, 2)]
    session.flush()
    return found


def objected(session, people, level):
    """A result of this level everywhere, and an objection to it that the committee has."""
    sitting = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, level)
    verdict = decide(session, sitting, NOW)
    verdict.confirm(people.officer, NOW)
    verdict.release(people.second_officer, NOW)
    session.flush()
    made = object_to(session, sitting.dossier, Term(NOW.date(), 6), "Het klopt niet.", "", NOW, NOW.date())
    session.flush()
    third = cast.person(session, "bureau3", "Bureau Drie", Role.KSF_OFFICER, None)
    session.flush()
    made.classify(third, Ground.CONTENT, False, NOW)
    session.flush()
    return made, third


def remark(session, made, others, level, member):
    sitting = made.order_remark(member, WHY, NOW)
    for slot, assessor in enumerate(others, 1):
        cast.rate(session, sitting, assessor, slot, level)
    return decide(session, sitting, NOW)


def test_a_fail_becomes_a_pass_and_both_verdicts_are_kept(session, people, others):
    made, third = objected(session, people, 2)
    sitting, member = made.sitting, people.committee_member
    first = result_of(session, sitting)
    assert made.order_remark(member, WHY, NOW) is sitting and sitting.judging is Judging.OPEN
    assert not ratings_of(session, sitting) and len(ratings_of(session, sitting, 1)) == 20
    assert len(open_answers(session, sitting)) == 10
    with refused(Obstacle.REMARK_GOES_ON):
        made.rule(member, Ruling.UPHELD, "Nee.", NOW)
    for slot, assessor in enumerate(others, 1):
        cast.rate(session, sitting, assessor, slot, 4)
    found = decide(session, sitting, NOW)
    assert (found.cause, found.marking, found.replaces, found.passed) == (Cause.REMARK, 2, first, True)
    assert result_of(session, sitting) is first and pending_of(session, sitting) is found
    with refused(Obstacle.REMARK_FOUND_HIGHER):
        made.rule(member, Ruling.UPHELD, "Nee.", NOW)
    with refused(verdicts.Rule.NOT_CONFIRMED):
        made.rule(member, Ruling.REVISED, "Ja.", NOW)
    found.confirm(third, NOW)
    with refused(verdicts.Rule.BY_RULING):
        found.release(member, NOW)
    assert made.rule(member, Ruling.REVISED, "Ja.", NOW) is found
    session.flush()
    assert result_of(session, sitting) is found and first.ended_at == NOW and not first.passed
    assert [one.passed for one in verdicts_of(session, sitting)] == [False, True]
    assert len(ratings_of(session, sitting, 1)) == 20


def test_it_never_lowers_a_result(session, people, others):
    made, _third = objected(session, people, 3)
    first = result_of(session, made.sitting)
    found = remark(session, made, others, 1, people.committee_member)
    assert found.passed is False and found.ended_at == NOW and made.sitting.judging is Judging.DECIDED
    with refused(Obstacle.NOTHING_NEW):
        made.rule(people.committee_member, Ruling.REVISED, "Ja.", NOW)
    made.rule(people.committee_member, Ruling.UPHELD, "De uitslag blijft.", NOW)
    session.flush()
    assert result_of(session, made.sitting) is first and first.ended_at is None


def test_a_scheme_may_say_that_it_lowers(session, people, others):
    made, _third = objected(session, people, 3)
    data = made.dossier.scheme.data.replace(b"remark_may_lower = false", b"remark_may_lower = true")
    made.dossier.scheme = add_scheme(session, data, NOW)
    assert made.dossier.scheme.content.terms.remark_may_lower
    found = remark(session, made, others, 1, people.committee_member)
    assert found.passed is False and pending_of(session, made.sitting) is found


def test_who_judged_it_before_is_not_asked_again(session, people, others):
    made, third = objected(session, people, 2)
    sitting = made.order_remark(people.committee_member, WHY, NOW)
    tied = conflicts_of(session, sitting, [*people.assessors, *others], NOW)
    assert tied == {one.id: (Conflict.INVOLVED_EARLIER,) for one in people.assessors[:2]}
    with refused(Assigning.CONFLICT):
        give(session, sitting, [(one, 1, people.assessors[0]) for one in sitting.answers], third, NOW)


def test_it_is_ordered_once_by_somebody_without_a_part_and_only_about_a_result(session, people, others):
    made, third = objected(session, people, 2)
    for person in (people.officer, people.second_officer, people.assessors[0]):
        with refused(objections.Rule.INVOLVED):
            made.order_remark(person, WHY, NOW)
    with refused(objections.Rule.NO_REASON):
        made.order_remark(third, "  ", NOW)
    made.order_remark(third, WHY, NOW)
    with refused(objections.Rule.REMARKED):
        made.order_remark(third, WHY, NOW)


def test_without_recordings_nothing_can_be_judged_anew(session, people):
    made, third = objected(session, people, 2)
    from storage.exam.recordings import counting_take

    counting_take(session, made.sitting.answers[4]).erased_at = NOW
    session.flush()
    with refused(objections.Rule.NO_RECORDINGS):
        made.order_remark(third, WHY, NOW)


def test_a_rejection_that_is_revised_is_judged_anew_by_somebody_else(session, people):
    from review.portfolio import Mark, Outcome
    from storage.admission import part_one
    from storage.admission.part_one import claim, criteria_of
    from storage.dossier.dossiers import DossierState

    dossier = cast.dossier(session, people)
    dossier.submit(people.candidate.id, NOW)
    session.flush()
    review = claim(session, dossier, people.officer, NOW)
    marks = {key: Mark(False, "Te weinig.") for key in criteria_of(dossier)}
    review.judge(marks, "Te weinig ervaring.", people.officer, NOW)
    review.decide(Outcome.REJECTED, people.officer, NOW)
    session.flush()
    made = object_to(session, dossier, Term(NOW.date(), 6), "Ik heb die ervaring.", "", NOW, NOW.date())
    session.flush()
    made.classify(people.second_officer, Ground.PROCEDURAL, False, NOW)
    session.flush()
    with refused(objections.Rule.NO_RESULT):
        made.order_remark(people.second_officer, WHY, NOW)
    with refused(Obstacle.NO_ANSWERS):
        made.rule(people.second_officer, Ruling.RESIT, "Opnieuw.", NOW)
    made.rule(people.second_officer, Ruling.REVISED, "De ervaring is er wel.", NOW)
    session.flush()
    assert dossier.state is DossierState.SUBMITTED and dossier.rounds == 2
    with refused(part_one.Rule.REJECTED_BEFORE):
        claim(session, dossier, people.officer, NOW)
    assert claim(session, dossier, people.second_officer, NOW).round == 2


def test_a_resit_asks_answers_again_while_the_result_stays(session, people):
    made, _third = objected(session, people, 2)
    sitting, result = made.sitting, result_of(session, made.sitting)
    made.rule(people.committee_member, Ruling.RESIT, "Situatie 3 hapert.", NOW, [sitting.answers[2]])
    session.flush()
    assert result_of(session, sitting) is result and result.asked_until is not None
    cast.record(session, sitting.answers[2], NOW)
    sitting.finish(NOW, lambda _answer: True)
    for rating in [one for one in ratings_of(session, sitting) if one.answer.number == 3]:
        cast.score(rating, 2)
        session.flush()
    from review.rating import Phase

    for phase in Phase:
        for rating in [one for one in ratings_of(session, sitting) if one.answer.number == 3]:
            rating.sign(phase, NOW)
        session.flush()
    found = decide(session, sitting, NOW)
    assert found.cause is Cause.RESIT and found.ended_at == NOW and result.asked_until is None
    assert result_of(session, sitting) is result


def test_an_outsider_handles_one_objection_when_everybody_had_a_part(session, people):
    made, third = objected(session, people, 2)
    handlers = made.handlers(NOW)
    assert handlers[Role.KSF_OFFICER] == [third] and people.assessors[2] in handlers[Role.ASSESSOR]
    with refused(objections.Rule.INVOLVED):
        made.appoint(people.assessors[0], "Niemand anders.", people.officer, NOW)
    with refused(objections.Rule.NO_REASON):
        made.appoint(people.auditor, " ", people.officer, NOW)
    made.appoint(people.auditor, "Niemand anders.", people.officer, NOW)
    session.flush()
    assert made.is_outsider(people.auditor) and not made.is_outsider(third)
    assert made.appoint(people.auditor, "Nog eens.", people.officer, NOW) is made.outsiders[0]
