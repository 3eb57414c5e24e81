"""Which locations the one who asks may see. Like `access`: what is not yours does not exist."""

import uuid
from collections.abc import Sequence

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from storage.people.organisations import Organisation
from storage.planning.locations import Location
from webapp.access import people as access_people
from webapp.context import g


def locations_of_my_organisations() -> Select[Location]:
    """The locations of the beheerder's organisations: first those that are in use, by name."""
    own = access_people.my_organisation_ids()
    mine = select(Location).where(Location.organisation_id.in_(own))
    return mine.order_by(Location.closed_at.is_not(None), Location.name, Location.room, Location.id)


def open_locations() -> Sequence[Location]:
    """Those that the beheerder who asks may choose now."""
    chosen = locations_of_my_organisations().where(Location.closed_at.is_(None))
    return g.db.scalars(chosen.options(joinedload(Location.organisation))).all()


def location_for_admin(location_id: uuid.UUID) -> Location:
    """A location of an organisation of the beheerder who asks."""
    return g.db.scalars(locations_of_my_organisations().where(Location.id == location_id)).first() or abort(404)


def location_for_officer(location_id: uuid.UUID) -> Location:
    """Any location: KSF sees them all."""
    return g.db.scalars(_all().where(Location.id == location_id)).first() or abort(404)


def locations_for_officer() -> Select[Location]:
    """The locations that are in use, by organisation and name."""
    ordered = _all().where(Location.closed_at.is_(None))
    return ordered.order_by(Organisation.name, Location.name, Location.room, Location.id)


def _all() -> Select[Location]:
    return select(Location).join(Organisation, Location.organisation_id == Organisation.id)
