"""What examiners write while they listen in: the checklist of each candidate of a practical session, entry by entry.

A device without network keeps its entries and sends them later, each as often as it likes: an entry is kept once, by
its own id, and none is ever changed. What the entries say together is told by `review.two_devices`.
"""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from review import sheet_fields
from review.checklist import Form, Sheet
from review.rule_reading import parse
from review.rules import TermRule
from review.two_devices import Entry, Field, Impossible, merged
from scenarios.chapters import ChecklistRules
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified
from storage.base.refusal import Refused
from storage.people.people import Person
from storage.planning.practical_sessions import Participant, PracticalSession

MOST_ENTRIES = 4000
"""Of one candidate: each point changed a hundred times over."""


class Rule(StrEnum):
    """Why something is not written on a checklist."""

    NO_POINTS = "checklist_without_points"
    WRONG = "checklist_entry_wrong"
    TOO_MANY = "checklist_too_many_entries"


class SheetEntry(Identified, Base):
    """One filling in of one field of one candidate's checklist (`review.two_devices.Entry`); `id` is the device's."""

    __tablename__ = "practical_entry"

    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Participant.id))
    field: Mapped[str] = mapped_column(String(120))
    value: Mapped[str] = mapped_column(Text)
    replaces: Mapped[list[str]] = mapped_column(JSON)
    device: Mapped[str] = mapped_column(String(40))
    written_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    received_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("field <> ''", name="field"), Index(None, "participant_id"))

    @property
    def entry(self) -> Entry:
        return Entry(str(self.id), self.field, self.value, frozenset(self.replaces), self.device)


def form_of(found: PracticalSession) -> Form:
    """The empty checklist of this session's exam. Raises Refused for a regulation of before there were points."""
    rules = found.scheme.content.chapter(ChecklistRules)
    rule = parse(found.scheme.content.pass_rule)
    if not rules.points or not isinstance(rule, TermRule):
        raise Refused(Rule.NO_POINTS)
    return Form(
        {one.key: one.term for one in rules.points},
        frozenset(one.key for one in rules.points if one.may_be_asked),
        rule,
        rules.minimum_conversations,
        frozenset(rules.channels),
        frozenset(rules.ways),
    )


def logs(session: Session, participants: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Entry]]:
    """Everything that was written of these participants, by participant and by the ids of the entries."""
    found: dict[uuid.UUID, dict[str, Entry]] = {one: {} for one in participants}
    theirs = select(SheetEntry).where(SheetEntry.participant_id.in_(found)).order_by(SheetEntry.id)
    for row in session.scalars(theirs):
        found[row.participant_id][str(row.id)] = row.entry
    return found


def keep(
    session: Session,
    found: PracticalSession,
    written: Mapping[uuid.UUID, Sequence[Entry]],
    actor: Person,
    now: datetime,
) -> dict[uuid.UUID, dict[str, Entry]]:
    """Keep what a device wrote, by participant; answers all that there is by now of everybody in the session.

    What is there already is passed over, so that a device may send it again. Raises Refused for an entry that no page
    of ours can have written, and then keeps nothing.
    """
    form = form_of(found)
    # Of two devices that send at the same moment the second waits, and then sees what the first one sent.
    session.refresh(found, ["state"], with_for_update=True)
    there = logs(session, [one.id for one in found.participants])
    if set(written) - set(there):
        raise Refused(Rule.WRONG)
    # An id is one entry of one candidate, in whatever session.
    new = [id for key, entries in written.items() for id in {one.id for one in entries} - there[key].keys()]
    elsewhere = select(func.count()).where(SheetEntry.id.in_([uuid.UUID(one) for one in new]))
    if len(set(new)) < len(new) or session.scalar(elsewhere):
        raise Refused(Rule.WRONG)
    for participant_id, entries in written.items():
        known = there[participant_id]
        try:
            for one in entries:
                sheet_fields.check(form, one.field, json.loads(one.value))
            after = merged(known.values(), entries)
        except (Impossible, ValueError) as error:
            raise Refused(Rule.WRONG, found=str(error)) from error
        if len(after) > MOST_ENTRIES:
            raise Refused(Rule.TOO_MANY, found=len(after), needed=MOST_ENTRIES)
        for key in after.keys() - known.keys():
            session.add(_row(participant_id, after[key], actor, now))
        there[participant_id] = after
    session.flush()
    return there


def sheet_of(participant: Participant, standing: Mapping[str, Field]) -> Sheet:
    """The checklist of this participant that these fields make."""
    found = participant.practical_session
    return sheet_fields.sheet(form_of(found), standing, lambda clock: _at(found.day, clock), found.answered_at)


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), AMSTERDAM)


def _row(participant_id: uuid.UUID, one: Entry, actor: Person, now: datetime) -> SheetEntry:
    return SheetEntry(
        id=uuid.UUID(one.id),
        participant_id=participant_id,
        field=one.field,
        value=one.value,
        replaces=sorted(one.replaces),
        device=one.device,
        written_by_id=actor.id,
        received_at=now,
    )
