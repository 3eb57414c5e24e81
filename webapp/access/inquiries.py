"""Who may ask KSF about which file, and read which inquiry. Like `access`: what is not yours does not exist."""

import uuid

from flask import abort
from sqlalchemy import ColumnElement, Select, or_, select

from storage.dossier.dossiers import Dossier
from storage.inquiries import SOON, WITH_FILE, Inquiry, InquiryState, of
from storage.people.people import Role
from storage.planning.practical_sessions import Participant, PracticalSession
from webapp.access import managed, me
from webapp.access import people as access_people
from webapp.access import practical as access_practical
from webapp.context import g

ASKERS = (Role.MANAGER, Role.ORGANISATION_ADMIN)


def dossier_to_ask_about(dossier_id: uuid.UUID) -> Dossier:
    """A file of which the one who asks is the manager, or of the organisation of the beheerder who asks."""
    theirs = access_people.dossiers_of_my_organisations().with_only_columns(Dossier.id)
    found = select(Dossier).where(Dossier.id == dossier_id, or_(managed(), Dossier.id.in_(theirs)))
    return g.db.scalars(found).first() or abort(404)


def session_to_ask_about(session_id: uuid.UUID) -> PracticalSession:
    """A practical session of the organisation of the beheerder who asks."""
    return access_practical.session_for_admin(session_id)


def mine() -> Select[Inquiry]:
    """The own inquiries, for as long as one works there as manager or beheerder; what changed last first."""
    own = [one for role in ASKERS for one in me().organisations(role, g.now)]
    theirs = select(Inquiry).where(Inquiry.asker_id == me().id, Inquiry.organisation_id.in_(own))
    return theirs.order_by(Inquiry.state_at.desc(), Inquiry.id)


def my_inquiry(inquiry_id: uuid.UUID) -> Inquiry:
    return _one(mine(), inquiry_id)


def mine_about(about: Dossier | PracticalSession) -> list[Inquiry]:
    """What the one who asks asked about this before."""
    return list(g.db.scalars(of(about).where(Inquiry.asker_id == me().id)))


def all_about(about: Dossier | PracticalSession) -> list[Inquiry]:
    """What anybody asked about this, except the officer who looks."""
    return list(g.db.scalars(of(about).where(Inquiry.asker_id != me().id)))


def open_inquiries() -> Select[Inquiry]:
    """Those that wait for KSF, longest waiting first."""
    return _in(InquiryState.OPEN).order_by(Inquiry.state_at, Inquiry.id)


def late_inquiries() -> Select[Inquiry]:
    """Those of them that wait longer than KSF means to take."""
    return open_inquiries().where(Inquiry.state_at < g.now - SOON)


def inquiries_in(state: InquiryState) -> Select[Inquiry]:
    """Those in this state: what waits longest first, else what changed last first."""
    if state is InquiryState.OPEN:
        return open_inquiries()
    return _in(state).order_by(Inquiry.state_at.desc(), Inquiry.id)


def inquiry_for_officer(inquiry_id: uuid.UUID) -> Inquiry:
    """Any inquiry, except the officer's own and those about a file in which this officer has a part."""
    return _one(select(Inquiry).where(_others()), inquiry_id)


def _in(state: InquiryState) -> Select[Inquiry]:
    return select(Inquiry).where(Inquiry.state == state, _others())


def _others() -> ColumnElement[bool]:
    mine_too = or_(Dossier.candidate_id == me().id, Dossier.manager_id == me().id)
    own_file = select(Dossier.id).where(Dossier.id == Inquiry.dossier_id, mine_too).exists()
    own_seat = (
        select(Participant.id)
        .where(Participant.session_id == Inquiry.session_id, Participant.candidate_id == me().id)
        .exists()
    )
    return (Inquiry.asker_id != me().id) & ~own_file & ~own_seat


def _one(query: Select[Inquiry], inquiry_id: uuid.UUID) -> Inquiry:
    return g.db.scalars(query.where(Inquiry.id == inquiry_id).options(*WITH_FILE)).unique().first() or abort(404)
