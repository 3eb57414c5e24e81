"""Which certificates the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid
from typing import TypeVar

from flask import abort, request
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from storage.certificates.certificates import Certificate, passed_without_certificate
from storage.certificates.changes import CertificateChange, open_changes
from storage.certificates.copies import CopyOrder
from storage.certificates.paper_lists import PaperList
from storage.judging.verdicts import Verdict
from webapp.access import me, others
from webapp.access.people import people_of_my_organisations
from webapp.context import g

Found = TypeVar("Found")


def _one(query: Select[Found]) -> Found:
    row: Found | None = g.db.scalars(query).first()
    return abort(404) if row is None else row


def my_certificates() -> list[Certificate]:
    """The own certificates, newest first; one that was replaced is shown by the one in its place."""
    mine = select(Certificate).where(Certificate.person_id == me().id)
    return list(g.db.scalars(mine.order_by(Certificate.issued_on.desc(), Certificate.issued_at.desc())))


def my_certificate(certificate_id: uuid.UUID) -> Certificate:
    """One of them. Who is about to change the link holds it, so that two pages change it one after the other."""
    query = select(Certificate).where(Certificate.id == certificate_id, Certificate.person_id == me().id)
    return _one(query.with_for_update() if request.method == "POST" else query)


def my_copy(order_id: uuid.UUID) -> CopyOrder:
    """A copy of an own certificate."""
    mine = CopyOrder.certificate.has(Certificate.person_id == me().id)
    return _one(select(CopyOrder).where(CopyOrder.id == order_id, mine))


def shared(secret: str) -> Certificate:
    """The certificate whose holder gave this link, and did not switch it off."""
    return _one(select(Certificate).where(Certificate.share == secret))


def to_issue() -> Select[Verdict]:
    """Those who passed and have no certificate yet, save where the one who asks is candidate or manager."""
    return passed_without_certificate().where(others())


def to_issue_by_me() -> Select[Verdict]:
    """Those of them whose result somebody else released."""
    return to_issue().where(Verdict.released_by_id != me().id)


def in_register() -> Select[Certificate]:
    """Every certificate but the own, which somebody else handles."""
    return select(Certificate).where(or_(Certificate.person_id.is_(None), Certificate.person_id != me().id))


def certificate_in_register(certificate_id: uuid.UUID) -> Certificate:
    return _one(in_register().where(Certificate.id == certificate_id))


def copy_in_register(order_id: uuid.UUID) -> CopyOrder:
    theirs = CopyOrder.certificate_id.in_(in_register().with_only_columns(Certificate.id))
    return _one(select(CopyOrder).where(CopyOrder.id == order_id, theirs))


def changes_waiting() -> Select[CertificateChange]:
    """What waits for a second officer, save about the own certificate."""
    theirs = CertificateChange.certificate_id.in_(in_register().with_only_columns(Certificate.id))
    return open_changes().where(theirs)


def changes_to_decide() -> Select[CertificateChange]:
    """Those of them that somebody else asked."""
    return changes_waiting().where(CertificateChange.asked_by_id != me().id)


def change_to_decide(change_id: uuid.UUID) -> CertificateChange:
    """A change of any certificate but the own, decided or not."""
    theirs = CertificateChange.certificate_id.in_(in_register().with_only_columns(Certificate.id))
    return _one(select(CertificateChange).where(CertificateChange.id == change_id, theirs))


def paper_list(list_id: uuid.UUID) -> PaperList:
    return _one(select(PaperList).where(PaperList.id == list_id))


def of_my_organisations() -> Select[Certificate]:
    """The certificates of whoever works in an organisation of the beheerder who asks; who left is not among them."""
    theirs = Certificate.person_id.in_(people_of_my_organisations())
    return select(Certificate).where(theirs).options(joinedload(Certificate.person))
