"""One search for the office: people, files, organisations, objections and certificates, by name, address or number."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from storage.certificates.certificates import Certificate
from storage.dossier.dossiers import Dossier
from storage.judging.objections import Objection
from storage.people.organisations import Organisation
from storage.people.people import Membership, Person, Role
from webapp import access
from webapp.context import g
from webapp.paging import called_so, matching, of_dossier, search

pages = Blueprint("searching", __name__)

MOST = 10
"""Of each kind; whoever needs more goes to the list of that kind."""


@pages.get("/bureau/zoeken")
@access.roles(Role.KSF_OFFICER)
def find() -> ResponseReturnValue:
    """What fits these words, of each kind the first few."""
    words = search()
    return render_template("office/found.html", words=words, most=MOST, **(_found(words) if words else {}))


def _found(words: str) -> dict[str, list[Any]]:
    number = words.upper()
    files = select(Dossier).where(of_dossier(words), access.others()).order_by(Dossier.created_at.desc(), Dossier.id)
    people = select(Person).where(called_so(words, Person.id)).order_by(Person.name, Person.id)
    homes = select(Organisation).where(matching(words, Organisation.name)).order_by(Organisation.name)
    objections = select(Objection).join(Objection.dossier).where(access.others())
    objections = objections.where(Objection.code.in_((number, f"B-{number}")))
    certificates = select(Certificate).where(Certificate.number.in_((words, number)))
    with_roles = selectinload(Person.memberships).joinedload(Membership.organisation)
    of_whom = (joinedload(Dossier.candidate), joinedload(Dossier.organisation))
    return {
        "files": list(g.db.scalars(files.options(*of_whom).limit(MOST))),
        "people": list(g.db.scalars(people.options(with_roles).limit(MOST))),
        "organisations": list(g.db.scalars(homes.limit(MOST))),
        "objections": list(g.db.scalars(objections.options(joinedload(Objection.dossier)).limit(MOST))),
        "certificates": list(g.db.scalars(certificates.limit(MOST))),
    }
