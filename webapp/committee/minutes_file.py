"""What stands in minutes, in words, and the minutes as PDF: the same bytes whenever they are asked for."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from storage.base.present import present
from storage.committee.content import ContentLook
from storage.committee.irregularities import Irregularity
from storage.committee.minutes import DecisionMinutes
from storage.exam.sittings import Sitting
from storage.judging.objections import Objection
from storage.judging.verdicts import Verdict
from storage.people import institution
from storage.people.people import Membership, Role
from storage.retention.holds import Hold
from webapp import letter_pdf
from webapp.dutch import formats, terms
from webapp.dutch.committee import CONTENT_ONE, EFFECTS, LOOK_OUTCOMES

LETTER = Path(__file__).parent / "letters" / "minutes.typ"


def sections(session: Session, since: datetime | None, until: datetime) -> list[dict[str, Any]]:
    """What the committee decided after `since` and up to `until`: a title and lines in words for each kind.

    Cases stand in it by their codes; who they are about, and the reasons, are read in the case.
    """
    found = {
        "Uitspraken op bezwaren": _objections(session, since, until),
        "Eindoordelen waarvoor te weinig te zien was": _settled(session, since, until),
        "Onregelmatigheden": _cases(session, since, until),
        "Wat de examens vragen": _looks(session, since, until),
        "Uitstel van vernietigen": _holds(session, since, until),
    }
    return [{"title": title, "lines": lines} for title, lines in found.items()]


def made(session: Session, found: DecisionMinutes) -> bytes:
    """The PDF of minutes that are signed."""
    house, signed_at = institution.of(session), present(found.signed_at)
    kept: dict[str, Any] = {
        "title": f"Besluitenlijst {found.label} van de examencommissie",
        "date": {"year": found.held_on.year, "month": found.held_on.month, "day": found.held_on.day},
        "issuer": house.name,
        "colour": house.colour,
        "opening": opening(found),
        "sections": found.content,
        "signed": [
            f"Opgesteld door {found.made_by.name} op {formats.moment(found.made_at)}.",
            f"Akkoord van {present(found.signed_by).name} op {formats.moment(signed_at)}.",
        ],
        "digest": f"Controlegetal van de inhoud (SHA-256): {found.sha256}",
    }
    return letter_pdf.make(LETTER, kept, int(signed_at.timestamp()))


def opening(found: DecisionMinutes) -> list[str]:
    since = f"na {formats.moment(found.since)} " if found.since else ""
    return [
        f"Vergadering van {formats.date_only(found.held_on)}.",
        f"Dit zijn de besluiten {since}tot en met {formats.moment(found.until)}. De redenen staan in de zaak zelf.",
    ]


def _within(column: InstrumentedAttribute[Any], since: datetime | None, until: datetime) -> ColumnElement[bool]:
    later: ColumnElement[bool] = column <= until
    return later & (column > since) if since else later


def _objections(session: Session, since: datetime | None, until: datetime) -> list[str]:
    members = select(Membership.person_id).where(Membership.role == Role.EXAM_COMMITTEE)
    ruled = select(Objection).where(_within(Objection.ruled_at, since, until), Objection.ruled_by_id.in_(members))
    rows = session.scalars(ruled.options(joinedload(Objection.dossier)).order_by(Objection.ruled_at, Objection.code))
    return [f"Bezwaar {one.code} (dossier {one.dossier.code}): {terms.RULINGS[present(one.ruling)]}." for one in rows]


def _settled(session: Session, since: datetime | None, until: datetime) -> list[str]:
    settled = select(Verdict).where(_within(Verdict.settled_at, since, until)).order_by(Verdict.settled_at, Verdict.id)
    rows = session.scalars(settled.options(joinedload(Verdict.sitting).joinedload(Sitting.dossier)))
    return [f"Dossier {one.sitting.dossier.code}: {'geslaagd' if one.passed else 'niet geslaagd'}." for one in rows]


def _cases(session: Session, since: datetime | None, until: datetime) -> list[str]:
    about = [
        _within(column, since, until)
        for column in (Irregularity.decided_at, Irregularity.answered_at, Irregularity.ended_at)
    ]
    rows = session.scalars(select(Irregularity).where(or_(*about)).order_by(Irregularity.opened_at, Irregularity.code))
    return [f"Zaak {one.code}: {words}." for one in rows for words in _of_case(one, since, until)]


def _of_case(one: Irregularity, since: datetime | None, until: datetime) -> list[str]:
    def now(at: datetime | None) -> bool:
        return at is not None and at <= until and (since is None or at > since)

    found = []
    if one.decided_at and one.effect and now(one.decided_at):
        found.append(EFFECTS[one.effect])
    if now(one.answered_at):
        found.append("bezwaar gegrond, er wordt opnieuw besloten" if one.granted else "bezwaar ongegrond")
    if one.dropped_because and now(one.ended_at):
        found.append("gesloten zonder gevolg")
    return found


def _looks(session: Session, since: datetime | None, until: datetime) -> list[str]:
    looked = select(ContentLook).where(_within(ContentLook.at, since, until))
    rows = session.scalars(looked.order_by(ContentLook.at, ContentLook.id))
    return [
        f"{CONTENT_ONE[one.kind]} {one.part} ({one.version}): {LOOK_OUTCOMES[one.outcome]}."
        + (f" {one.remark}" if one.remark else "")
        for one in rows
    ]


def _holds(session: Session, since: datetime | None, until: datetime) -> list[str]:
    placed = select(Hold).where(_within(Hold.placed_at, since, until)).options(joinedload(Hold.dossier))
    rows = session.scalars(placed.order_by(Hold.placed_at, Hold.id))
    return [f"Dossier {one.dossier.code}: bewaard tot en met {formats.date_only(one.until)}." for one in rows]
