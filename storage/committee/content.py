"""What exams ask, and whether the committee looked at it this year: regulations, situations, items by term.

KSF's committee guards correctness and currency of what is asked. So each part is looked at within a year of coming into
use, and within a year of the last look; a version that comes into use begins that year anew.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from scenarios.catalogue import Scenario
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified, one_of
from storage.base.present import present
from storage.base.refusal import Refused
from storage.exam.drawing import RetiredScenario
from storage.people.people import Person
from storage.schemes import Pack, Scheme, newest_versions
from storage.theory.items import ItemState, TheoryItem

YEAR = timedelta(days=365)
ITEMS = "theory"
"""In the place of an exam: the bank of items is one for all exams with an online test."""


class ContentKind(StrEnum):
    """What is looked at: the rules of an exam, one situation, or the live items of one term."""

    SCHEME = "scheme"
    SCENARIO = "scenario"
    ITEMS = "items"


class LookOutcome(StrEnum):
    """What a look found."""

    FINE = "fine"
    TO_CHANGE = "to_change"


class Rule(StrEnum):
    """Why a look is not kept."""

    NO_REMARK = "look_without_remark"


class ContentLook(Identified, Base):
    """One look of one member of the committee at one part, in the `version` that was in use then."""

    __tablename__ = "content_look"

    kind: Mapped[ContentKind] = mapped_column(one_of(ContentKind))
    exam: Mapped[str] = mapped_column(String(60))
    part: Mapped[str] = mapped_column(String(120))
    version: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[LookOutcome] = mapped_column(one_of(LookOutcome))
    remark: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("outcome <> 'to_change' OR remark <> ''", name="remark"),
        Index("ix_content_look_part", "kind", "exam", "part", "at"),
        Index("ix_content_look_at", "at"),
    )


@dataclass(frozen=True)
class Content:
    """One part of what exams ask. `since`: when this version came into use; `made_by` and `approved_by`: by name.

    `size`: how many items; `retired`: a situation that leaked, which nobody looks at any more.
    """

    kind: ContentKind
    exam: str
    part: str
    name: str
    version: str
    since: datetime
    made_by: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()
    size: int = 1
    retired: bool = False
    last: ContentLook | None = None

    @property
    def due_on(self) -> date:
        """The day by which somebody looks at it."""
        looked = self.last.at if self.last and self.last.at >= self.since else self.since
        return looked.astimezone(AMSTERDAM).date() + YEAR

    def overdue(self, today: date) -> bool:
        return not self.retired and self.due_on < today

    @property
    def to_change(self) -> bool:
        """True when the last look asked for a change, and nothing new came into use since."""
        return self.last is not None and self.last.outcome is LookOutcome.TO_CHANGE and self.last.at >= self.since


def contents(session: Session) -> list[Content]:
    """Every part of what exams ask now: regulations, situations, items; each kind in its own order."""
    looks = _last_looks(session)
    schemes = newest_versions(session)
    found = [
        Content(ContentKind.SCHEME, one.key, one.key, one.content.name, f"versie {one.number}", one.created_at)
        for one in schemes
    ]
    found += _scenarios(session, [one for one in schemes if one.content.sitting])
    found += _items(session)
    return [_with(one, looks.get((one.kind, one.exam, one.part))) for one in found]


def content(session: Session, kind: ContentKind, exam: str, part: str) -> Content | None:
    """The part with these keys, when exams ask it now."""
    return next((one for one in contents(session) if (one.kind, one.exam, one.part) == (kind, exam, part)), None)


def overdue(session: Session, today: date) -> int:
    """How many parts nobody looked at for a year."""
    return sum(one.overdue(today) for one in contents(session))


def looks_at(session: Session, found: Content) -> list[ContentLook]:
    """Every look at this part, the newest first."""
    same = (ContentLook.kind == found.kind, ContentLook.exam == found.exam, ContentLook.part == found.part)
    rows = select(ContentLook).where(*same).options(joinedload(ContentLook.by))
    return list(session.scalars(rows.order_by(ContentLook.at.desc(), ContentLook.id)))


def look(
    session: Session, found: Content, outcome: LookOutcome, remark: str, member: Person, now: datetime
) -> ContentLook:
    """Note that this member of the committee looked at it. Raises Refused for a change that nobody could make."""
    if outcome is LookOutcome.TO_CHANGE and not remark.strip():
        raise Refused(Rule.NO_REMARK)
    row = ContentLook(
        id=uuid.uuid4(),
        kind=found.kind,
        exam=found.exam,
        part=found.part,
        version=found.version,
        outcome=outcome,
        remark=remark.strip(),
        by=member,
        at=now,
    )
    session.add(row)
    session.flush()
    facts = {"kind": found.kind, "exam": found.exam, "part": found.part, "outcome": outcome}
    audit.record(session, now, member.id, "content_looked", row, **facts)
    return row


def _with(found: Content, last: ContentLook | None) -> Content:
    return Content(**{**vars(found), "last": last})


def _last_looks(session: Session) -> dict[tuple[str, str, str], ContentLook]:
    rows = session.scalars(select(ContentLook).options(joinedload(ContentLook.by)).order_by(ContentLook.at))
    return {(one.kind, one.exam, one.part): one for one in rows}


def _scenarios(session: Session, schemes: list[Scheme]) -> list[Content]:
    packs: defaultdict[str, list[Pack]] = defaultdict(list)
    theirs = select(Pack).join(Pack.scheme).where(Scheme.key.in_([one.key for one in schemes]))
    rows = theirs.options(joinedload(Pack.scheme)).order_by(Pack.created_at.desc(), Pack.number.desc())
    for pack in session.scalars(rows):
        packs[pack.scheme.key].append(pack)
    gone = {(exam, key) for exam, key in session.execute(_STILL_RETIRED)}
    found = []
    for scheme in schemes:
        of_exam = packs[scheme.key]
        for one in _all(of_exam[0]) if of_exam else ():
            since, number = _in_use_since(one, of_exam)
            name, retired = f"{one.number}. {one.title}", (scheme.key, one.key) in gone
            kind = ContentKind.SCENARIO
            found.append(Content(kind, scheme.key, one.key, name, f"pakket {number}", since, retired=retired))
    return found


_STILL_RETIRED = select(RetiredScenario.exam, RetiredScenario.scenario).where(RetiredScenario.restored_at.is_(None))


def _all(pack: Pack) -> Iterable[Scenario]:
    return (each for slot in pack.content.scenarios for each in pack.content.slot(slot.number))


def _in_use_since(found: Scenario, packs: list[Pack]) -> tuple[datetime, int]:
    """When this very situation came into use, and in which pack; a pack that only repeats it changes nothing."""
    first = packs[0]
    for pack in packs:
        if found not in _all(pack):
            break
        first = pack
    return first.created_at, first.number


def _items(session: Session) -> list[Content]:
    live = (
        select(TheoryItem.term, TheoryItem.live_at, TheoryItem.author_id, TheoryItem.approved_by_id)
        .where(TheoryItem.state == ItemState.LIVE)
        .order_by(TheoryItem.term, TheoryItem.number)
    )
    by_term: defaultdict[str, list[tuple[datetime, uuid.UUID, uuid.UUID | None]]] = defaultdict(list)
    for term, live_at, author, approved in session.execute(live):
        by_term[term].append((present(live_at), author, approved))
    who = {one for rows in by_term.values() for row in rows for one in row[1:]}
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(who))).all())
    return [
        Content(
            ContentKind.ITEMS,
            ITEMS,
            term,
            f"Vragen bij {term}",
            f"{len(rows)} in gebruik",
            max(live_at for live_at, *_ in rows),
            tuple(sorted({names[author] for _, author, _ in rows})),
            tuple(sorted({names[approved] for *_, approved in rows if approved in names})),
            len(rows),
        )
        for term, rows in sorted(by_term.items())
    ]
