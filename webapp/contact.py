"""Who the institution is and where to ask, for every page: in the footer, beside an error, in the exam."""

from flask import Flask, g, render_template

from storage.people import institution
from storage.people.institution import Institution


def register(app: Flask) -> None:
    """Let templates say `institution()` and `contact()`."""
    app.jinja_env.globals.update(institution=_institution, contact=_contact)


def _contact() -> str:
    """Where to ask, as one sentence, the same as in mail; empty before anybody said so."""
    return render_template("mail/contact.txt", institution=_institution())


def forget() -> None:
    """What failed may be the database itself: then no page asks it again who the institution is."""
    g.institution = institution.unknown()


def _institution() -> Institution:
    if "institution" not in g:
        g.institution = institution.of(g.db) if "db" in g else institution.unknown()
    found: Institution = g.institution
    return found
