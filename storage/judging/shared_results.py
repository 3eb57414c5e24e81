"""A candidate lets the manager or the organisation read the own result: by choice, for each apart, until taken back.

What is shared is the result that counts, also when a later one took its place.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier
from storage.exam.consents import Consent, ConsentKind, allow, holding
from storage.exam.sittings import Sitting
from storage.judging.verdicts import Verdict, is_result

WITH = (ConsentKind.SHARE_MANAGER, ConsentKind.SHARE_ORGANISATION)
VERSION = "1"
"""Of the words under which somebody shares (`webapp/templates/results/_sharing.html`)."""


class Rule(StrEnum):
    """Why nothing is shared."""

    NO_RESULT = "no_result_to_share"


def share(session: Session, dossier: Dossier, kind: ConsentKind, now: datetime) -> Consent:
    """The candidate of this exam shares its result. Twice is once. Raises Refused while there is no result."""
    known = select(Verdict.id).join(Sitting).where(Sitting.dossier_id == dossier.id, is_result())
    if session.scalars(known.limit(1)).first() is None:
        raise Refused(Rule.NO_RESULT)
    return allow(session, dossier, kind, VERSION, now)


def keep_to_oneself(session: Session, dossier: Dossier, kind: ConsentKind, now: datetime) -> None:
    """Share it no more. Twice is once."""
    if (there := holding(session, dossier, kind)) is not None:
        there.take_back(now)


def shared(kind: ConsentKind) -> Select[Verdict]:
    """The results that their candidates share with this reader, as a query over verdict, sitting and dossier."""
    allowed = select(Consent.dossier_id).where(Consent.kind == kind, Consent.taken_back_at.is_(None))
    return select(Verdict).join(Sitting).join(Dossier).where(is_result(), Dossier.id.in_(allowed))
