"""A panel that sets the cut of a theory test: who sat in it, when, and what each judge estimated of each item.

Each judge works alone. What the others estimated is shown when the panel is closed. What follows from the estimates is
in `review.standard_setting`; the cut itself is a value of the scheme.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from review.standard_setting import Panel, angoff
from scenarios.theory.forms import Blueprint
from storage.base import audit
from storage.base.database import Base, Identified, session_of
from storage.base.present import present
from storage.base.refusal import Refused
from storage.people.people import Person
from storage.schemes import Scheme
from storage.theory.items import TheoryItem, live_items


class Rule(StrEnum):
    """Why a panel cannot be opened, closed, or given estimates."""

    NO_ITEMS = "panel_without_items"
    NO_JUDGES = "panel_without_judges"
    CLOSED = "panel_closed"
    NOBODY_READY = "panel_nobody_ready"


class AngoffPanel(Identified, Base):
    """`items` are the ids of the items that are judged, by number; a judge sees them in this order."""

    __tablename__ = "angoff_panel"

    scheme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Scheme.id))
    items: Mapped[list[Any]]
    opened_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    opened_at: Mapped[datetime]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    closed_at: Mapped[datetime | None]

    scheme: Mapped[Scheme] = relationship()
    opened_by: Mapped[Person] = relationship(foreign_keys=opened_by_id)
    closed_by: Mapped[Person | None] = relationship(foreign_keys=closed_by_id)
    judges: Mapped[list["AngoffJudge"]] = relationship(back_populates="panel", cascade="all, delete-orphan")

    __table_args__ = (CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed"),)

    @property
    def judged(self) -> list["AngoffJudge"]:
        """The judges who estimated every item: the others do not count. By name."""
        return sorted((one for one in self.judges if one.complete), key=lambda one: one.person.name)

    def judge(self, person: uuid.UUID) -> "AngoffJudge | None":
        """The place of this person in the panel."""
        return next((one for one in self.judges if one.person_id == person), None)

    def close(self, actor: Person, now: datetime) -> None:
        """No estimate changes any more, and the cut is shown. Raises Refused twice, and while no judge is ready."""
        if self.closed_at:
            raise Refused(Rule.CLOSED)
        if not self.judged:
            raise Refused(Rule.NOBODY_READY)
        self.closed_by, self.closed_by_id, self.closed_at = actor, actor.id, now
        audit.record(session_of(self), now, actor.id, "panel_closed", self, judges=len(self.judged))

    def result(self, rows: Sequence[TheoryItem]) -> Panel:
        """What the estimates come to; judges by the id of their place, items by their id. `rows` are its items."""
        estimates = {
            str(one.id): {item: Fraction(share, 100) for item, share in one.estimates.items()} for one in self.judged
        }
        return angoff(estimates, {str(one.id): one.content.maximum for one in rows})


class AngoffJudge(Identified, Base):
    """One member. `estimates`: by the id of the item, how many of 100 who are just good enough have it right."""

    __tablename__ = "angoff_judge"

    panel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(AngoffPanel.id))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    estimates: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime | None]

    panel: Mapped[AngoffPanel] = relationship(back_populates="judges")
    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("panel_id", "person_id"),)

    @property
    def complete(self) -> bool:
        """True when every item has an estimate."""
        return self.estimates.keys() == set(self.panel.items)

    def save(self, estimates: Mapping[str, int], now: datetime) -> None:
        """Keep these estimates of items, 0 to 100, besides those of before. Raises Refused in a closed panel.

        Raises ValueError for another item or number: the form asked that.
        """
        if self.panel.closed_at:
            raise Refused(Rule.CLOSED)
        if estimates.keys() - set(self.panel.items) or any(not 0 <= one <= 100 for one in estimates.values()):
            raise ValueError("an item of no panel, or no share of a hundred")
        self.estimates, self.saved_at = {**self.estimates, **estimates}, now


def open_panel(session: Session, scheme: Scheme, people: Sequence[Person], actor: Person, now: datetime) -> AngoffPanel:
    """A panel of these people over all items that are in use for this scheme. Raises Refused without either."""
    blueprint: Blueprint = present(scheme.content.theory.blueprint)
    rows = live_items(session, [term for quota in blueprint.quotas for term in quota.terms])
    if not rows:
        raise Refused(Rule.NO_ITEMS)
    if not people:
        raise Refused(Rule.NO_JUDGES)
    made = AngoffPanel(
        id=uuid.uuid4(), scheme=scheme, items=[str(one.id) for one in rows], opened_by=actor, opened_at=now
    )
    made.judges = [AngoffJudge(id=uuid.uuid4(), person=one, person_id=one.id, estimates={}) for one in people]
    session.add(made)
    audit.record(session, now, actor.id, "panel_opened", made, judges=len(people), items=len(rows))
    session.flush()
    return made


def items_of(session: Session, panel: AngoffPanel) -> list[TheoryItem]:
    """The items of a panel in their order."""
    ids = [uuid.UUID(one) for one in panel.items]
    found = {one.id: one for one in session.scalars(select(TheoryItem).where(TheoryItem.id.in_(ids)))}
    return [found[one] for one in ids]


def panels(session: Session) -> Sequence[AngoffPanel]:
    """Every panel, the newest first."""
    members = joinedload(AngoffPanel.judges).joinedload(AngoffJudge.person)
    found = select(AngoffPanel).options(members, joinedload(AngoffPanel.scheme))
    return session.scalars(found.order_by(AngoffPanel.opened_at.desc(), AngoffPanel.id)).unique().all()
