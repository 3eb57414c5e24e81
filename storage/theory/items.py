"""The bank of items: each version of an item as a document of QTI 3.0, and how far it is on its way into tests.

An item has a number for ever; a change is a new version. Two persons look at it before it is used: who reviews it is
not who brought it in, and who approves it is not who reviewed it. At most one version of an item is live.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from dateutil.relativedelta import relativedelta
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios.theory import items as rules
from scenarios.theory.content import text_of
from scenarios.theory.items import Choice, GapMatch, Match
from scenarios.theory.qti.findings import Findings
from scenarios.theory.qti.item_reader import read_item
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.refusal import Refused
from storage.base.steps import check_step, table
from storage.people.people import Person

REVIEW_MONTHS = 12
"""So long after an item came into use, somebody looks at it again: laws change, and so does the work."""


class ItemState(StrEnum):
    """How far a version of an item is."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    LIVE = "live"
    RETIRED = "retired"


ITEM_STEPS = table(
    ItemState,
    {
        ItemState.DRAFT: {ItemState.REVIEWED, ItemState.RETIRED},
        ItemState.REVIEWED: {ItemState.APPROVED, ItemState.DRAFT},
        ItemState.APPROVED: {ItemState.LIVE, ItemState.DRAFT},
        ItemState.LIVE: {ItemState.RETIRED},
    },
)


class Kind(StrEnum):
    """What is asked of the candidate."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    ORDER = "order"
    MATCH = "match"
    GAPS = "gaps"


class Rule(StrEnum):
    """Why an item cannot come into the bank, or go on in it."""

    SAME_PERSON = "item_same_person"
    NO_REASON = "item_without_reason"
    NO_TERM = "item_without_term"
    KNOWN = "item_known"
    OWN_TEST = "item_own_test"
    MEDIA_AWAY = "item_media_away"


class TheoryItem(Identified, Base):
    """One version of one item. `document` is the item in QTI 3.0, which names its pictures and sounds by their paths.

    `words` are all that is to read in it, for who searches. `review_on` is the day from which somebody should look at
    it again. `reason` is why it was sent back or retired.
    """

    __tablename__ = "theory_item"

    number: Mapped[int]
    version: Mapped[int]
    state: Mapped[ItemState] = mapped_column(one_of(ItemState))
    kind: Mapped[Kind] = mapped_column(one_of(Kind))
    term: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime]
    reviewed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    reviewed_at: Mapped[datetime | None]
    approved_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    approved_at: Mapped[datetime | None]
    live_at: Mapped[datetime | None]
    review_on: Mapped[date | None]
    retired_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    retired_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    author: Mapped[Person] = relationship(foreign_keys=author_id)
    reviewed_by: Mapped[Person | None] = relationship(foreign_keys=reviewed_by_id)
    approved_by: Mapped[Person | None] = relationship(foreign_keys=approved_by_id)
    retired_by: Mapped[Person | None] = relationship(foreign_keys=retired_by_id)
    media: Mapped[list["TheoryMedium"]] = relationship(
        back_populates="item", order_by="TheoryMedium.path", cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("number", "version"),
        CheckConstraint("number > 0 AND version > 0", name="numbers"),
        CheckConstraint("reviewed_by_id <> author_id", name="reviewed_by_another"),
        CheckConstraint("approved_by_id <> reviewed_by_id", name="approved_by_another"),
        Index(None, "state", "term"),
        Index(None, "sha256"),
    )
    # Of two who move the same item at the same moment the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def content(self) -> rules.Item:
        """The item itself."""
        return replace(_read(self.document), term=self.term, source=self.source)

    @property
    def label(self) -> str:
        """What people call it: its number, and its version from the second on."""
        return f"V{self.number}" if self.version == 1 else f"V{self.number}, versie {self.version}"

    def medium(self, path: str) -> "TheoryMedium | None":
        """Its picture or sound with this path."""
        return next((one for one in self.media if one.path == path), None)

    def may_go_to(self, state: ItemState, actor: Person) -> bool:
        """True when this person may let it go to this state now."""
        return state in ITEM_STEPS[self.state] and not self._same_person(state, actor)

    def move(self, state: ItemState, reason: str, actor: Person, now: datetime) -> None:
        """Let it go to this state. A version that comes into use takes the place of the one before it.

        Raises Refused for another step, for the same person twice, and without a reason for a step back or an end.
        """
        check_step(ITEM_STEPS, self.state, state)
        if self._same_person(state, actor):
            raise Refused(Rule.SAME_PERSON, found=self.label)
        if state in (ItemState.DRAFT, ItemState.RETIRED) and not reason.strip():
            raise Refused(Rule.NO_REASON, found=self.label)
        session = session_of(self)
        if state is ItemState.DRAFT:
            self.reviewed_by = self.reviewed_by_id = self.reviewed_at = None
            self.approved_by = self.approved_by_id = self.approved_at = None
        elif state is ItemState.REVIEWED:
            self.reviewed_by, self.reviewed_by_id, self.reviewed_at = actor, actor.id, now
        elif state is ItemState.APPROVED:
            self.approved_by, self.approved_by_id, self.approved_at = actor, actor.id, now
        elif state is ItemState.LIVE:
            self._take_the_place(session, actor, now)
        else:
            self.retired_by, self.retired_at = actor, now
        audit.record(session, now, actor.id, f"item_{state}", self, was=self.state)
        self.state, self.reason = state, reason.strip()

    def _same_person(self, state: ItemState, actor: Person) -> bool:
        if state is ItemState.REVIEWED:
            return actor.id == self.author_id
        return state is ItemState.APPROVED and actor.id == self.reviewed_by_id

    def _take_the_place(self, session: Session, actor: Person, now: datetime) -> None:
        before = select(TheoryItem).where(TheoryItem.number == self.number, TheoryItem.state == ItemState.LIVE)
        for other in session.scalars(before):
            other.move(ItemState.RETIRED, f"Vervangen door versie {self.version}.", actor, now)
            # It leaves its place before this one takes it: there is one live version at a time.
            session.flush()
        self.live_at = now
        self.review_on = now.astimezone(AMSTERDAM).date() + relativedelta(months=REVIEW_MONTHS)


_LIVE = TheoryItem.state == ItemState.LIVE
Index("uq_theory_item_live", TheoryItem.number, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)


class TheoryMedium(Identified, Base):
    """A picture or a sound of an item, by its path in the item's document; its bytes are in the object store."""

    __tablename__ = "theory_medium"

    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(TheoryItem.id))
    path: Mapped[str] = mapped_column(String(300))
    key: Mapped[str] = mapped_column(String(120))
    content_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]

    item: Mapped[TheoryItem] = relationship(back_populates="media")

    __table_args__ = (UniqueConstraint("item_id", "path"),)


@lru_cache(maxsize=2000)
def _read(document: str) -> rules.Item:
    """What was written by us reads back whole: paths stand in it as they are."""
    findings = Findings("")
    item = read_item(document.encode(), findings, lambda path: path)
    if item is None:
        raise ValueError(f"an item of the bank cannot be read: {findings.refused}")
    return item


def kind_of(item: rules.Item) -> Kind:
    """What this item asks of the candidate."""
    one = item.interaction
    if isinstance(one, Choice):
        return Kind.MULTIPLE if one.multiple else Kind.SINGLE
    if isinstance(one, Match):
        return Kind.MATCH
    return Kind.GAPS if isinstance(one, GapMatch) else Kind.ORDER


def words_of(item: rules.Item) -> str:
    """All that a candidate reads in this item, on one line."""
    one = item.interaction
    parts = [item.body, one.prompt, *(option.content for option in rules.options_of(one))]
    if isinstance(one, GapMatch):
        parts.append(one.text)
    return " ".join(filter(None, map(text_of, parts)))


def live_items(session: Session, terms: Iterable[str]) -> Sequence[TheoryItem]:
    """The items in use on these terms, by number."""
    found = select(TheoryItem).where(TheoryItem.state == ItemState.LIVE, TheoryItem.term.in_(list(terms)))
    return session.scalars(found.order_by(TheoryItem.number)).all()


def live_by_term(session: Session) -> dict[str, int]:
    """How many items are in use, by term."""
    counted = select(TheoryItem.term, func.count()).where(TheoryItem.state == ItemState.LIVE)
    return {term: number for term, number in session.execute(counted.group_by(TheoryItem.term))}


def versions_of(session: Session, number: int) -> Sequence[TheoryItem]:
    """Every version of an item, the newest first."""
    theirs = select(TheoryItem).where(TheoryItem.number == number)
    return session.scalars(theirs.order_by(TheoryItem.version.desc())).all()
