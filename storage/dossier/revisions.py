"""Versions of a motivation file, field by field: read it, write it, and keep what it was before.

Each side (the manager's, the candidate's) has its own row of versions. Saves of one person within ten minutes make one
version, since pages save every few seconds; a version that was handed in, or that an old one was brought back over, is
never written over.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios.chapters import FilePart
from storage.base import audit
from storage.base.database import Base, Identified, one_of
from storage.dossier.dossiers import Dossier, SelfAssessment, Star, StarKind
from storage.people.people import Person

TOGETHER = timedelta(minutes=10)
BOXES = ("situation", "tasks", "activities", "result")


class Side(StrEnum):
    """Whose part of the file it is."""

    MANAGER = "manager"
    CANDIDATE = "candidate"


class Revision(Identified, Base):
    """One version of one side. `round` is set when it was handed in: the file as KSF judged it that time."""

    __tablename__ = "dossier_revision"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Dossier.id))
    side: Mapped[Side] = mapped_column(one_of(Side))
    number: Mapped[int]
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    began_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    round: Mapped[int | None]
    restored_from: Mapped[int | None]

    dossier: Mapped[Dossier] = relationship()
    author: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("dossier_id", "side", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    def grows(self, author: Person, now: datetime) -> bool:
        """True when what this person saves now still belongs to this version."""
        fixed = self.round is not None or self.restored_from is not None
        return not fixed and self.author_id == author.id and now - self.began_at <= TOGETHER


MANAGER_FIELDS = ("tasks", "reason", "example_role", "alike_reason")
OWN_FIELDS = ("job_title", "role_description", "motivation", "goal", "years")


def part_of(field: str) -> FilePart:
    """The part of the file that a field belongs to."""
    if field in (*MANAGER_FIELDS, "shared_facts"):
        return FilePart.SUBSTANTIATION
    if field in ("job_title", "role_description", "years", "document"):
        return FilePart.ROLE
    if field in ("motivation", "goal"):
        return FilePart.MOTIVATION
    kind, _, box = field.partition("_")
    return FilePart(f"star_{kind}") if box in BOXES else FilePart.SELF_ASSESSMENT


def content(dossier: Dossier, side: Side) -> dict[str, Any]:
    """Everything that this side has written and chosen, by the name of its field; plain JSON values."""
    if side is Side.MANAGER:
        return {name: getattr(dossier, name) for name in (*MANAGER_FIELDS, "shared_facts")}
    found = {name: getattr(dossier, name) for name in OWN_FIELDS}
    stars = {star.kind: star for star in dossier.stars}
    found |= {f"{kind}_{box}": getattr(stars.get(kind), box, "") for kind in StarKind for box in BOXES}
    judged = {one.competency: one for one in dossier.assessments}
    for competency in dossier.scheme.content.competencies:
        one = judged.get(competency.key)
        found[f"level_{competency.key}"] = one.level if one else None
        found[f"star_{competency.key}"] = str(one.star) if one and one.star else None
    return found


def write(
    session: Session,
    dossier: Dossier,
    side: Side,
    values: Mapping[str, Any],
    author: Person,
    now: datetime,
    restored_from: int | None = None,
) -> None:
    """Take over these values as far as their parts are open, and keep the version. The side's number goes up.

    Raises Refused when nothing of this side may change any more.
    """
    dossier.require_open(*{part_of(name) for name in content(dossier, side)})
    work = dossier.work
    for name, value in values.items():
        if dossier.is_open(part_of(name)):
            _set(dossier, name, value)
    if dossier.work != work:
        dossier.work_changed()
    if side is Side.MANAGER:
        dossier.manager_version += 1
    else:
        dossier.candidate_version += 1
    session.flush()
    keep(session, dossier, side, author, now, restored_from)


def keep(
    session: Session, dossier: Dossier, side: Side, author: Person, now: datetime, restored_from: int | None = None
) -> Revision:
    """The version of what is written now: the last one when it is the same or may still grow, else a new one."""
    written, last = content(dossier, side), newest(session, dossier, side)
    if last is not None and last.content == written:
        return last
    if last is None or restored_from or not last.grows(author, now):
        number = last.number + 1 if last else 1
        last = Revision(dossier=dossier, side=side, number=number, author=author, began_at=now)
        last.restored_from = restored_from
        session.add(last)
    last.content, last.saved_at = written, now
    session.flush()
    return last


def restore(session: Session, old: Revision, author: Person, now: datetime) -> None:
    """Bring an old version back, as far as its parts are open. What was written till now stays a version of its own."""
    keep(session, old.dossier, old.side, author, now)
    write(session, old.dossier, old.side, old.content, author, now, restored_from=old.number)
    audit.record(session, now, author.id, "dossier_restored", old.dossier, side=old.side, number=old.number)


def hand_in(session: Session, dossier: Dossier, actor: Person, now: datetime) -> None:
    """Hand the file in, and keep both sides as KSF gets them. Raises Refused while a part is missing."""
    dossier.submit(actor.id, now)
    for side in Side:
        version = keep(session, dossier, side, dossier.manager if side is Side.MANAGER else actor, now)
        version.round = version.round or dossier.rounds


def newest(session: Session, dossier: Dossier, side: Side) -> Revision | None:
    return session.scalars(_of(dossier, side).limit(1)).first()


def history(session: Session, dossier: Dossier, side: Side) -> list[Revision]:
    """All versions of one side, newest first."""
    return list(session.scalars(_of(dossier, side)))


def authors(session: Session, dossier: Dossier, side: Side) -> list[Person]:
    """Whoever wrote a version of this side, in the order in which they began; a text keeps its author."""
    return list(dict.fromkeys(one.author for one in reversed(history(session, dossier, side))))


def handed_in(session: Session, dossier: Dossier, side: Side, round: int) -> Revision | None:
    """This side as it was handed in at that round, whichever later rounds it served too."""
    found = _of(dossier, side).where(Revision.round.is_not(None), Revision.round <= round)
    return session.scalars(found.limit(1)).first()


def _of(dossier: Dossier, side: Side) -> Select[Revision]:
    mine = select(Revision).where(Revision.dossier_id == dossier.id, Revision.side == side)
    return mine.order_by(Revision.number.desc())


def _set(dossier: Dossier, name: str, value: Any) -> None:
    if hasattr(Dossier, name):
        setattr(dossier, name, value)
        return
    kind, _, rest = name.partition("_")
    if rest in BOXES:
        star = next((one for one in dossier.stars if one.kind == kind), None)
        if star is None:
            star = Star(kind=StarKind(kind))
            dossier.stars.append(star)
        setattr(star, rest, value or "")
        return
    one = next((one for one in dossier.assessments if one.competency == rest), None)
    if one is None and value is None:
        return
    if one is None:
        one = SelfAssessment(competency=rest)
        dossier.assessments.append(one)
    if kind == "level":
        one.level = value
    else:
        one.star = StarKind(value) if value else None
