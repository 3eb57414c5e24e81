"""The cast itself: what other tests start from is true."""

from support import cast

from review.rating import Phase
from storage.judging.progress import decide
from storage.people.people import Role


def test_everybody_holds_the_role_of_the_name(people):
    assert people.candidate.roles(cast.NOW) == {Role.CANDIDATE}
    assert people.candidate.has_password(cast.PASSWORD)
    assert people.outsider_beheerder.organisations(Role.ORGANISATION_ADMIN, cast.NOW) == {
        people.outsider_organisation.id
    }


def test_a_sitting_goes_from_invitation_to_verdict(session, people):
    sitting = cast.finished_sitting(session, people)
    session.commit()
    for slot, assessor in enumerate(people.assessors[:2], 1):
        ratings = cast.rate(session, sitting, assessor, slot)
        assert {rating.signed for rating in ratings} == {Phase.DOSSIER}
    assert decide(session, sitting, cast.NOW).passed is True
    session.commit()
