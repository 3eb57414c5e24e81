"""The holder's own page: the certificate as PDF and as badge, its supplement, a link that can be switched off."""

import secrets
import uuid
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scenarios.chapters import Supplement
from storage.base import audit
from storage.base.config import config
from storage.certificates import changes, copies
from storage.certificates.certificates import Certificate
from storage.fees.prices import copy_price
from storage.people import institution
from storage.people.people import Role
from storage.schemes import current_scheme
from webapp import access
from webapp.access import certificates as access_certificates
from webapp.access import fees as access_fees
from webapp.certificates import pdf
from webapp.context import g
from webapp.dutch import formats

pages = Blueprint("own_certificates", __name__, url_prefix="/certificaat")

LINKEDIN = "https://www.linkedin.com/profile/add"


@pages.get("")
@access.roles(Role.CANDIDATE)
def home() -> ResponseReturnValue:
    """Every certificate of one's own, with what happened to it."""
    mine = access_certificates.my_certificates()
    return render_template(
        "certificates/own.html",
        certificates=mine,
        history={one.id: [line for line in changes.history(g.db, one) if line.granted] for one in mine},
        invoices=g.db.scalars(access_fees.my_invoices()).all(),
        prices={one.id: copy_price(g.db, one.scheme, formats.day_of(g.now)) for one in mine},
        copies={one.id: copies.copies_of(g.db, one) for one in mine},
        links={one.id: _link(one) for one in mine if one.share},
        linkedin={one.id: _linkedin(one) for one in mine if one.share},
        supplements={one.id: _supplements(one) for one in mine},
    )


@pages.get("/<uuid:certificate_id>/certificaat.pdf")
@access.roles(Role.CANDIDATE)
def file(certificate_id: uuid.UUID) -> ResponseReturnValue:
    found = _issued(certificate_id)
    return pdf.answer(pdf.certificate(g.db, found), f"certificaat-{found.number}.pdf")


@pages.get("/<uuid:certificate_id>/badge.jwt")
@access.roles(Role.CANDIDATE)
def badge(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """The badge as Open Badges asks it: a file .jwt of plain text."""
    found = _issued(certificate_id)
    headers = {"Content-Disposition": f'attachment; filename="badge-{found.number}.jwt"'}
    return Response(found.badge, content_type="text/plain; charset=utf-8", headers=headers)


@pages.get("/<uuid:certificate_id>/supplement-<any(nl, en, fr):language>.pdf")
@access.roles(Role.CANDIDATE)
def supplement(certificate_id: uuid.UUID, language: str) -> ResponseReturnValue:
    found = _issued(certificate_id)
    wanted = next((one for one in _supplements(found) if one.language == language), None) or abort(404)
    return pdf.answer(pdf.supplement(g.db, found, wanted), f"supplement-{found.number}-{language}.pdf")


@pages.post("/<uuid:certificate_id>/delen")
@access.roles(Role.CANDIDATE)
def share(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Switch the link on. It is another one each time, so that an old one never works again."""
    found = access_certificates.my_certificate(certificate_id)
    if found.share is None:
        found.share = secrets.token_urlsafe(32)
        audit.record(g.db, g.now, access.me().id, "certificate_shared", found)
    flash("Wie deze link heeft, ziet uw naam en uw certificaat. U kunt de link altijd uitzetten.", "ok")
    return redirect(url_for("own_certificates.home"))


@pages.post("/<uuid:certificate_id>/niet-delen")
@access.roles(Role.CANDIDATE)
def stop_sharing(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Switch the link off, for good."""
    found = access_certificates.my_certificate(certificate_id)
    if found.share is not None:
        found.share = None
        audit.record(g.db, g.now, access.me().id, "certificate_share_ended", found)
    flash("De link werkt niet meer.", "ok")
    return redirect(url_for("own_certificates.home"))


@pages.post("/<uuid:certificate_id>/afschrift")
@access.roles(Role.CANDIDATE)
def copy(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Order a copy with today's date."""
    found = access_certificates.my_certificate(certificate_id)
    made = copies.order(g.db, found, access.me(), copy_price(g.db, found.scheme, formats.day_of(g.now)), g.now)
    flash(f"Uw afschrift staat klaar. U krijgt een rekening van {formats.money(made.cents)}.", "ok")
    return redirect(url_for("own_certificates.home"))


@pages.get("/afschriften/<uuid:order_id>.pdf")
@access.roles(Role.CANDIDATE)
def copy_file(order_id: uuid.UUID) -> ResponseReturnValue:
    found = access_certificates.my_copy(order_id)
    return pdf.answer(pdf.certificate(g.db, found.certificate, found), f"afschrift-{found.certificate.number}.pdf")


def _issued(certificate_id: uuid.UUID) -> Certificate:
    """An own certificate that was issued here: of one from paper there is nothing to fetch."""
    found = access_certificates.my_certificate(certificate_id)
    return abort(404) if found.taken_over else found


def _supplements(found: Certificate) -> tuple[Supplement, ...]:
    """Those of the scheme it was earned under, or of the newest one when that had none yet."""
    if found.scheme is None:
        return ()
    newest = current_scheme(g.db, found.scheme.key) or found.scheme
    return found.scheme.content.supplements or newest.content.supplements


def _link(found: Certificate) -> str:
    return f"{config().origin}{url_for('certificate_check.shared', secret=found.share)}"


def _linkedin(found: Certificate) -> str:
    """The plain form by which LinkedIn adds a certificate; nothing is sent before somebody presses it."""
    values = {
        "startTask": "CERTIFICATION_NAME",
        "name": found.title,
        "organizationName": institution.of(g.db).name,
        "issueYear": found.issued_on.year,
        "issueMonth": found.issued_on.month,
        "certUrl": _link(found),
        "certId": found.number,
    }
    if found.valid_until:
        values |= {"expirationYear": found.valid_until.year, "expirationMonth": found.valid_until.month}
    return f"{LINKEDIN}?{urlencode(values)}"
