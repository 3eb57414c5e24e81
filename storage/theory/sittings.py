"""One candidate at the online theory test: opened by a supervisor, begun, answered, handed in, and released by KSF.

The server's time is the time. Answers that waited for the network still count when they come in a few minutes late
(`offline_minutes`), and that they did is a fact of the sitting, as is each time that the candidate left the window.
Nothing here calls such a fact fraud.
"""

import hmac
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from scenarios.theory import forms
from scenarios.theory.forms import BankItem, Blueprint, Outcome, ShortBank
from scenarios.theory.items import Response
from scenarios.theory_rules import Dropped, Form, TheoryRules
from storage.base import audit
from storage.base.clock import AMSTERDAM
from storage.base.config import config
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.present import present
from storage.base.refusal import Refused
from storage.base.steps import Stepping, table
from storage.people.people import Person
from storage.planning import locations, theory_tests
from storage.planning.theory_tests import TheoryState, TheoryTest
from storage.schemes import Scheme
from storage.theory.drops import dropped
from storage.theory.items import TheoryItem, live_items


class TheoryStage(StrEnum):
    """How far a sitting is."""

    OPEN = "open"
    RUNNING = "running"
    HANDED_IN = "handed_in"
    RELEASED = "released"


THEORY_STEPS = table(
    TheoryStage,
    {
        TheoryStage.OPEN: {TheoryStage.RUNNING},
        TheoryStage.RUNNING: {TheoryStage.HANDED_IN},
        TheoryStage.HANDED_IN: {TheoryStage.RELEASED},
    },
)


class Fact(StrEnum):
    """What happened during a sitting beside the answers."""

    LEFT = "left"
    BACK = "back"
    OFFLINE = "offline"
    ONLINE = "online"
    MOVED = "moved"
    LATE = "late"


class Rule(StrEnum):
    """Why a test cannot be opened, begun, gone on with, or released."""

    NOT_HERE = "theory_not_in_vignet"
    NOT_TODAY = "theory_not_today"
    NOT_CHECKED = "theory_location_not_checked"
    TOO_FEW_ITEMS = "theory_too_few_items"
    LOG_IN_ONLY = "theory_log_in_only"
    TOO_MANY_CODES = "theory_too_many_codes"
    NOT_OPEN = "theory_not_open"
    ELSEWHERE = "theory_elsewhere"
    TIME_OVER = "theory_time_over"
    SAME_PERSON = "theory_same_person"
    HAS_OUTCOME = "theory_has_outcome"
    BEGUN = "theory_sitting_begun"


class TheorySitting(Stepping, Base):
    """One candidate's attempt. `seat` is the one browser that leads it; `seed` draws the form again.

    `by_code`: it was opened with the code of the day, which `opened_by` made. `by_clock`: the time ended it.
    `outcome` holds the points of each quota as exact fractions, `share_sum` what figures of items add up: the sum of
    the shares of each item's points.
    """

    __tablename__ = "theory_sitting"
    steps = THEORY_STEPS
    noun = "theory_sitting"

    test_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(TheoryTest.id), unique=True)
    scheme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Scheme.id))
    stage: Mapped[TheoryStage] = mapped_column(one_of(TheoryStage), default=TheoryStage.OPEN)
    seed: Mapped[str] = mapped_column(String(64))
    seat: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    by_code: Mapped[bool]
    started_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]
    by_clock: Mapped[bool] = mapped_column(default=False)
    passed: Mapped[bool | None]
    outcome: Mapped[dict[str, Any] | None]
    share_sum: Mapped[float | None]
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))

    test: Mapped[TheoryTest] = relationship()
    scheme: Mapped[Scheme] = relationship()
    opened_by: Mapped[Person] = relationship(foreign_keys=opened_by_id)
    answers: Mapped[list["TheoryAnswer"]] = relationship(back_populates="sitting", order_by="TheoryAnswer.number")

    __table_args__ = (
        CheckConstraint("(started_at IS NULL) = (ends_at IS NULL)", name="started"),
        CheckConstraint("(handed_in_at IS NULL) = (passed IS NULL)", name="scored"),
        CheckConstraint("(released_at IS NULL) = (released_by_id IS NULL)", name="released"),
        Index(None, "stage", "ends_at"),
    )
    # Of two acts at the same moment the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": stage, "version_id_generator": False}

    @property
    def state(self) -> TheoryStage:
        return self.stage

    @state.setter
    def state(self, stage: TheoryStage) -> None:
        self.stage = stage

    @property
    def over(self) -> bool:
        """True when it was handed in: what is left is the receipt, and the result."""
        return self.handed_in_at is not None

    def ended(self, now: datetime) -> bool:
        """True when nobody works at it any more: it was handed in, its time is over, or its day is."""
        day = self.opened_at.astimezone(AMSTERDAM).date()
        late = self.last_call is not None and now > self.last_call
        return self.over or late or now.astimezone(AMSTERDAM).date() > day

    @property
    def rules(self) -> TheoryRules:
        return self.scheme.content.theory

    @property
    def blueprint(self) -> Blueprint:
        return present(self.rules.blueprint)

    @property
    def last_call(self) -> datetime | None:
        """Until when answers are taken; None before it began."""
        return self.ends_at and self.ends_at + timedelta(minutes=self.rules.offline_minutes)

    @property
    def points(self) -> tuple[Fraction, Fraction]:
        """Had, of so many; once it is scored."""
        found = present(self.outcome)
        return Fraction(found["had"]), Fraction(found["of"])

    @property
    def points_by_quota(self) -> dict[str, tuple[Fraction, Fraction]]:
        """The same of each quota."""
        return {name: (Fraction(had), Fraction(of)) for name, (had, of) in present(self.outcome)["quotas"].items()}

    def left_s(self, now: datetime) -> float:
        """Seconds that the candidate still has."""
        return max(0.0, (self.ends_at - now).total_seconds()) if self.ends_at else 0.0

    def begin(self, seat: str, now: datetime) -> None:
        """The candidate begins; the clock runs from now on. Raises Refused when it has begun, or the day is over."""
        require_today(self.test, now)
        if self.stage is TheoryStage.OPEN:
            minutes = self.rules.minutes * Fraction(self.test.extra_time)
            self.take_step(TheoryStage.RUNNING, self.test.person_id, now)
            self.seat, self.started_at, self.ends_at = seat, now, now + timedelta(minutes=float(minutes))
        else:
            self.require_seat(seat, now)

    def require_seat(self, seat: str, now: datetime) -> None:
        """This browser leads it from now on, if none does. Raises Refused for another one, and when time is over."""
        if self.stage is not TheoryStage.RUNNING or (self.last_call and now > self.last_call):
            raise Refused(Rule.TIME_OVER if self.started_at else Rule.NOT_OPEN)
        if self.seat is None:
            self.seat = seat
        if self.seat != seat:
            raise Refused(Rule.ELSEWHERE)

    def move(self, actor: Person, now: datetime) -> None:
        """The supervisor lets the candidate go on at another computer: the next one that opens the page leads."""
        if self.stage is not TheoryStage.RUNNING:
            raise Refused(Rule.NOT_OPEN)
        self.seat = None
        self.note(Fact.MOVED, now)
        audit.record(session_of(self), now, actor.id, "theory_sitting_moved", self)

    def save(self, given: Mapping[int, "Given"], now: datetime) -> None:
        """Keep these answers, by the number of the item. Raises ResponseError for an impossible one, KeyError for none.

        The seat was asked about before. Only what is given is loaded: it is asked every few seconds of everybody.
        """
        theirs = (TheoryAnswer.sitting_id == self.id) & TheoryAnswer.number.in_(given)
        found = session_of(self).scalars(select(TheoryAnswer).where(theirs).options(joinedload(TheoryAnswer.item)))
        rows = {one.number: one for one in found}
        for number, one in given.items():
            row = rows[number]
            row.response = list(row.item.content.checked(one.response))
            row.flagged, row.saved_at = one.flagged, now
        if given and self.ends_at and now > self.ends_at:
            self.note(Fact.LATE, now, round((now - self.ends_at).total_seconds()))

    def note(self, kind: Fact, at: datetime, seconds: int | None = None) -> None:
        """Write down what happened."""
        session_of(self).add(TheoryFact(sitting_id=self.id, kind=kind, at=at, seconds=seconds))

    def hand_in(self, now: datetime, by_clock: bool = False) -> None:
        """It is over, and scored by the rule. Twice is once."""
        if self.over:
            return
        found, actor = self.scored(), None if by_clock else self.test.person_id
        self.take_step(TheoryStage.HANDED_IN, actor, now)
        self.handed_in_at, self.by_clock = now, by_clock
        self.share_sum = sum(one.item.content.share(one.response) for one in self.answers)
        self.keep(found)

    def scored(self, out: Set[uuid.UUID] | None = None) -> "Scored":
        """What the answers come to by the scheme's rule, without the items that count no more, or those in `out`."""
        out = dropped(session_of(self), [one.item_id for one in self.answers]) if out is None else out
        items = [one.item.content for one in self.answers]
        responses: dict[str, Response] = {
            one.item.content.key: tuple(one.response) for one in self.answers if one.response
        }
        whole = forms.outcome(self.blueprint, items, responses)
        defective = {one.item.content.key for one in self.answers if one.item_id in out}
        if not defective:
            return Scored(whole, whole.passed)
        given = self.rules.dropped is Dropped.FULL_POINTS or len(defective) == len(items)
        left = forms.outcome_without(self.blueprint, items, responses, defective, given)
        return Scored(left, left.passed or (self.rules.dropped_in_favour and whole.passed))

    def keep(self, found: "Scored") -> None:
        """This is what the sitting came to."""
        self.passed, self.outcome = found.passed, plain(found.outcome)

    def release(self, officer: Person, now: datetime) -> None:
        """KSF lets the result stand: a pass goes into the register. Raises Refused for who opened the test.

        It is scored once more: an item may have been dropped at the very moment that it was handed in.
        """
        if officer.id == self.opened_by_id:
            raise Refused(Rule.SAME_PERSON)
        self.keep(self.scored())
        test, state = self.test, TheoryState.PASSED if self.passed else TheoryState.NOT_PASSED
        self.take_step(TheoryStage.RELEASED, officer.id, now)
        self.released_at, self.released_by_id = now, officer.id
        test.enter(state, officer, max(now, test.starts_at))


@dataclass(frozen=True)
class Scored:
    """What a sitting comes to. `passed` may be kept where the outcome, without a dropped item, is below the cut."""

    outcome: Outcome
    passed: bool


@dataclass(frozen=True)
class Given:
    """What a candidate gave on one item, and whether to look at it again later."""

    response: Response
    flagged: bool


class TheoryAnswer(Identified, Base):
    """One item of a sitting in its place, and the response so far; an empty one is none."""

    __tablename__ = "theory_answer"

    sitting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(TheorySitting.id))
    number: Mapped[int]
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(TheoryItem.id))
    response: Mapped[list[Any]] = mapped_column(default=list)
    flagged: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime | None]

    sitting: Mapped[TheorySitting] = relationship(back_populates="answers")
    item: Mapped[TheoryItem] = relationship()

    __table_args__ = (
        UniqueConstraint("sitting_id", "number"),
        UniqueConstraint("sitting_id", "item_id"),
        Index(None, "item_id"),
    )


class TheoryFact(Identified, Base):
    """Something that happened during a sitting; `seconds` is how long, or how late."""

    __tablename__ = "theory_fact"

    sitting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(TheorySitting.id))
    kind: Mapped[Fact] = mapped_column(one_of(Fact))
    at: Mapped[datetime]
    seconds: Mapped[int | None]

    __table_args__ = (Index(None, "sitting_id", "at"),)


def scheme_for(session: Session, test: TheoryTest) -> Scheme | None:
    """The exam whose rules a test goes by: that of the certificate, or else the first one that has a theory test."""
    return theory_tests.scheme_for(session, test.certificate)


def sitting_of(session: Session, test: TheoryTest) -> TheorySitting | None:
    """The sitting of a test, once it was opened."""
    return session.scalars(select(TheorySitting).where(TheorySitting.test_id == test.id)).first()


def sittings_of(session: Session, tests: Iterable[TheoryTest]) -> dict[uuid.UUID, TheorySitting]:
    """Those of many tests, by the id of the test."""
    ids = [one.id for one in tests]
    found = session.scalars(select(TheorySitting).where(TheorySitting.test_id.in_(ids)))
    return {one.test_id: one for one in found}


def require_today(test: TheoryTest, now: datetime) -> None:
    """Raise Refused unless it is the day of the test, by the clock of Amsterdam."""
    if test.starts_at.astimezone(AMSTERDAM).date() != now.astimezone(AMSTERDAM).date():
        raise Refused(Rule.NOT_TODAY, needed=test.starts_at)


def open_test(session: Session, test: TheoryTest, actor: Person, now: datetime, by_code: bool = False) -> TheorySitting:
    """The supervisor opens a test, and its form is drawn. Twice is once.

    Raises Refused when it is over, on another day, at a location that is not checked where that is asked, and when the
    bank cannot fill a form.
    """
    if found := sitting_of(session, test):
        return found
    scheme = scheme_for(session, test)
    if test.state is not TheoryState.SET or scheme is None:
        raise Refused(Rule.NOT_HERE)
    require_today(test, now)
    rules = scheme.content.theory
    if rules.checked_location and not test.location.standing(locations.rules(session), now).ready:
        raise Refused(Rule.NOT_CHECKED, found=test.location.full_name)
    seed = secrets.token_hex(16) if rules.form is Form.PER_CANDIDATE else _linear_seed(test)
    made = TheorySitting(
        id=uuid.uuid4(),
        test=test,
        scheme=scheme,
        stage=TheoryStage.OPEN,
        seed=seed,
        opened_at=now,
        opened_by=actor,
        by_code=by_code,
        by_clock=False,
    )
    made.answers = _drawn(session, made)
    session.add(made)
    audit.record(session, now, actor.id, "theory_sitting_open", made, by_code=by_code)
    session.flush()
    return made


def hand_in_overdue(session: Session, now: datetime) -> int:
    """Hand in what ran out of time and was left; answers how many."""
    running = select(TheorySitting).where(TheorySitting.stage == TheoryStage.RUNNING, TheorySitting.ends_at < now)
    over = [one for one in session.scalars(running) if one.last_call and one.last_call < now]
    for one in over:
        one.hand_in(now, by_clock=True)
    return len(over)


def facts_of(session: Session, sitting: TheorySitting) -> Sequence[TheoryFact]:
    """What happened during a sitting, in its order."""
    theirs = select(TheoryFact).where(TheoryFact.sitting_id == sitting.id).order_by(TheoryFact.at, TheoryFact.id)
    return session.scalars(theirs).all()


def with_items(sitting_id: uuid.UUID) -> Any:
    """The query for a sitting with its items."""
    answers = joinedload(TheorySitting.answers).joinedload(TheoryAnswer.item).selectinload(TheoryItem.media)
    return select(TheorySitting).where(TheorySitting.id == sitting_id).options(answers)


def plain(found: Outcome) -> dict[str, Any]:
    """An outcome as JSON: points as exact fractions."""
    quotas = {name: [str(one.had), str(one.of)] for name, one in found.quotas.items()}
    return {"had": str(found.whole.had), "of": str(found.whole.of), "answered": found.answered, "quotas": quotas}


def _drawn(session: Session, sitting: TheorySitting) -> list[TheoryAnswer]:
    blueprint = sitting.blueprint
    bank = live_items(session, [term for quota in blueprint.quotas for term in quota.terms])
    by_key = {f"item-{one.number}": one for one in bank}
    try:
        form = forms.draw(
            blueprint,
            [BankItem(key, one.term) for key, one in by_key.items()],
            sitting.seed,
            _earlier(session, sitting.test.person_id),
        )
    except ShortBank as error:
        raise Refused(Rule.TOO_FEW_ITEMS, found=tuple(one.quota for one in error.shortages)) from error
    return [
        TheoryAnswer(number=number, item=by_key[key], response=[], flagged=False)
        for number, key in enumerate(form.items, start=1)
    ]


def _earlier(session: Session, person: uuid.UUID) -> list[list[str]]:
    """The items of this person's attempts, the oldest attempt first: by number, whatever the version."""
    met = (
        select(TheorySitting.id, TheoryItem.number)
        .join(TheoryTest, TheorySitting.test_id == TheoryTest.id)
        .join(TheoryAnswer, TheoryAnswer.sitting_id == TheorySitting.id)
        .join(TheoryItem, TheoryAnswer.item_id == TheoryItem.id)
        .where(TheoryTest.person_id == person)
        .order_by(TheorySitting.opened_at, TheorySitting.id)
    )
    found: dict[uuid.UUID, list[str]] = {}
    for sitting, number in session.execute(met):
        found.setdefault(sitting, []).append(f"item-{number}")
    return list(found.values())


def _linear_seed(test: TheoryTest) -> str:
    """The same for all who sit together. The secret of the installation is in it: who knows the bank cannot draw it."""
    minute = test.starts_at.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M")
    together = f"linear form\0{test.location_id}\0{minute}"
    return hmac.new(config().secret_key.encode(), together.encode(), sha256).hexdigest()
