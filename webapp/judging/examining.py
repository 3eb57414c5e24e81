"""The examiner's own practical sessions: where to be and when, with the candidates and the terms to print."""

import uuid

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from storage.people.people import Role
from webapp import access
from webapp.access import practical as access_practical
from webapp.paging import page_of

pages = Blueprint("examining", __name__, url_prefix="/beoordelen/praktijktoetsen")


@pages.get("")
@access.roles(Role.ASSESSOR)
def home() -> ResponseReturnValue:
    """First what is to come."""
    page = page_of(access_practical.sessions_of_examiner(), *access_practical.OF_SESSION)
    return render_template("examining/home.html", page=page)


@pages.get("/<uuid:session_id>")
@access.roles(Role.ASSESSOR)
def one(session_id: uuid.UUID) -> ResponseReturnValue:
    """One session, made to be printed and taken along."""
    found = access_practical.session_for_examiner(session_id)
    content = found.scheme.content
    points = {term["key"]: term for term in content.pass_rule.get("terms", ())}
    return render_template("examining/one.html", found=found, content=content, points=points)
