"""What everybody may ask without a log-in: whether a certificate is valid, what a holder shares, what verifiers need.

The check gives state and date for a number with the last name that belongs to it, and else one and the same answer.
There is nothing to browse.
"""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from review.certificate import read_number
from storage.certificates import signing_keys, status_lists
from storage.certificates.certificates import Certificate
from storage.certificates.status_lists import Purpose
from storage.people import institution
from webapp.access import certificates as access_certificates
from webapp.certificates.last_names import is_last_name
from webapp.context import g
from webapp.extensions import limiter
from webapp.forms import Form

pages = Blueprint("certificate_check", __name__)

LIMITS = "20/minute;200/hour"
"""For each address: who types does not notice, who tries names and numbers does."""


class CheckForm(Form):
    number = StringField("Nummer van het certificaat", [InputRequired("Vul het nummer in."), Length(max=60)])
    last_name = StringField("Achternaam van de houder", [InputRequired("Vul de achternaam in."), Length(max=120)])


@pages.get("/certificaat-controleren")
def ask() -> ResponseReturnValue:
    """The form. A QR code opens it with the number behind the #, which a script fills in."""
    return render_template("certificates/check.html", form=CheckForm(formdata=None))


@pages.post("/certificaat-controleren")
@limiter.limit(LIMITS, key_func=get_remote_address)
def check() -> ResponseReturnValue:
    """State and date, or one answer for all that does not belong together."""
    form = CheckForm()
    if not form.validate():
        return render_template("certificates/check.html", form=form), 422
    found = _find(_as_kept(form.number.data or ""))
    match = is_last_name(form.last_name.data or "", found["name"])
    return render_template("certificates/checked.html", found=found if match else None, now=g.now)


@pages.get("/gedeeld/<secret>")
@limiter.limit("60/minute", key_func=get_remote_address)
def shared(secret: str) -> ResponseReturnValue:
    """What a holder shows to whoever has the link, as long as it is on."""
    found = access_certificates.shared(secret)
    return render_template("certificates/shared.html", certificate=found, house=institution.of(g.db))


@pages.get("/.well-known/did.json")
def did_document() -> ResponseReturnValue:
    """The keys of this issuer (did:web)."""
    return _for_everybody(jsonify(signing_keys.did_document(g.db)), "application/did+ld+json", 300)


@pages.get("/status/<any(revocation, suspension):purpose>/<int(max=9999):number>")
def status_list(purpose: str, number: int) -> ResponseReturnValue:
    """A status list as a credential, signed now."""
    keys = signing_keys.told_keys(g.db)
    if not keys or not status_lists.there(g.db, number):
        abort(404)
    payload = status_lists.credential(g.db, Purpose(purpose), number, g.now)
    return _for_everybody(make_response(status_lists.signed(payload, keys[0], g.now)), "application/vc+jwt", 30)


def _for_everybody(answer: Response, kind: str, seconds: int) -> Response:
    """Programs of others read it, from any place, and may keep it for a while."""
    answer.content_type = kind
    answer.headers["Cache-Control"] = f"public, max-age={seconds}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _find(number: str) -> dict[str, Any]:
    """Name, state and dates under this number: always one row, empty when there is none."""
    columns = ("name", "state", "issued_on", "earned_on", "valid_until", "title")
    there = select(Certificate).where(Certificate.number == number)
    wanted = [there.with_only_columns(getattr(Certificate, name)).scalar_subquery().label(name) for name in columns]
    return dict(g.db.execute(select(*wanted)).one()._mapping)


def _as_kept(typed: str) -> str:
    """The number as it is kept, however it was typed; one from paper has a form of its own."""
    try:
        return str(read_number(typed))
    except ValueError:
        return typed.strip()
