"""Which sittings a supervisor of an organisation may say something about. Like `access`: else 404."""

import uuid

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.accommodations import BEFORE
from storage.exam.sittings import Sitting
from webapp.access import others
from webapp.access import people as access_people
from webapp.context import g


def to_identify() -> list[Sitting]:
    """Open sittings of the own people that wait for somebody to say who sits there; never the own one."""
    own = access_people.my_organisation_ids()
    found = (
        select(Sitting)
        .join(Dossier)
        .where(
            Dossier.organisation_id.in_(own),
            Dossier.candidate_id.in_(access_people.people_of_my_organisations()),
            Dossier.state == DossierState.APPROVED,
            Sitting.stage.in_(BEFORE),
            Sitting.identity_code.is_not(None),
            Sitting.identified_at.is_(None),
            Sitting.opens_at <= g.now,
            Sitting.closes_at > g.now,
            others(),
        )
        .order_by(Sitting.opens_at)
        .options(joinedload(Sitting.dossier).joinedload(Dossier.candidate))
    )
    return list(g.db.scalars(found))


def sitting_to_identify(sitting_id: uuid.UUID) -> Sitting:
    return next((one for one in to_identify() if one.id == sitting_id), None) or abort(404)
