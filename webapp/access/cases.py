"""Which exams an auditor may read whole, and by which names. Like `access`: what is not yours does not exist."""

import uuid
from datetime import UTC, date, datetime, time

from flask import abort
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from review.certificate import read_number
from storage.audits.packs import AuditPack
from storage.audits.samples import AuditSample
from storage.base.clock import AMSTERDAM
from storage.certificates.certificates import Certificate
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Answer, Sitting
from storage.judging.ratings import Rating
from storage.judging.verdicts import Verdict
from storage.people.organisations import Organisation
from storage.people.people import Role
from webapp.access import me, others
from webapp.context import g

NAMELESS = set(Role) - {Role.AUDITOR, Role.EXAM_COMMITTEE, Role.KSF_OFFICER}
"""Who has one of these roles too reads no names: a candidate's assessors, an assessor's candidates stay unknown."""


def named() -> bool:
    """True when the one who asks reads the names of people."""
    return not me().roles(g.now) & NAMELESS


def _readable() -> ColumnElement[bool]:
    """Exams in which the one who asks is neither candidate nor manager nor assessor."""
    judged = (
        select(Sitting.dossier_id)
        .join(Answer, Answer.sitting_id == Sitting.id)
        .join(Rating, Rating.answer_id == Answer.id)
        .where(Rating.assessor_id == me().id)
    )
    return others() & Dossier.id.not_in(judged)


def exam(dossier_id: uuid.UUID) -> Dossier:
    """An exam that the auditor who asks may read whole."""
    return g.db.scalars(select(Dossier).where(Dossier.id == dossier_id, _readable())).first() or abort(404)


def exams(codes: list[str]) -> dict[str, Dossier]:
    """Those of the exams with these codes that are there and may be read, by code."""
    found = select(Dossier).where(Dossier.code.in_(codes), _readable())
    return {one.code: one for one in g.db.scalars(found)}


def exam_called(words: str) -> Dossier | None:
    """The exam with this certificate number or number of a file, however it is written; None when there is none."""
    text = words.strip().upper()
    try:
        number = str(read_number(text))
    except ValueError:
        number = text
    by_number = (
        select(Sitting.dossier_id)
        .join(Verdict, Verdict.sitting_id == Sitting.id)
        .join(Certificate, Certificate.verdict_id == Verdict.id)
        .where(Certificate.number == number)
    )
    wanted = Dossier.code.in_((text, f"K-{text}")) | Dossier.id.in_(by_number)
    return g.db.scalars(select(Dossier).where(wanted, _readable()).order_by(Dossier.id)).first()


def samples() -> Select[AuditSample]:
    """Every sample that was drawn, the newest first."""
    return select(AuditSample).order_by(AuditSample.drawn_at.desc(), AuditSample.id)


def sample(sample_id: uuid.UUID) -> AuditSample:
    return g.db.get(AuditSample, sample_id) or abort(404)


OF_PACK = (joinedload(AuditPack.organisation), joinedload(AuditPack.sample))


def codes_of(organisation: Organisation, year: int) -> list[str]:
    """The codes of the exams of this organisation that were finished in this year and may be read."""
    first, last = (datetime.combine(date(one, 1, 1), time(), AMSTERDAM).astimezone(UTC) for one in (year, year + 1))
    theirs = select(Dossier.code).join(Sitting, Sitting.dossier_id == Dossier.id)
    finished = theirs.where(Sitting.finished_at >= first, Sitting.finished_at < last)
    mine = finished.where(Dossier.organisation_id == organisation.id, _readable())
    return list(g.db.scalars(mine.order_by(Dossier.code)))


def my_packs() -> Select[AuditPack]:
    """The packs of the auditor who asks, the newest first; nobody else fetches one. Who reads no names makes none."""
    if not named():
        abort(404)
    mine = select(AuditPack).where(AuditPack.asked_by_id == me().id)
    return mine.order_by(AuditPack.asked_at.desc(), AuditPack.id)


def my_pack(pack_id: uuid.UUID) -> AuditPack:
    """One of them."""
    found = my_packs().where(AuditPack.id == pack_id).options(*OF_PACK)
    return g.db.scalars(found).first() or abort(404)
