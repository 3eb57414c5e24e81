"""Requests for erasure (article 17 GDPR): a person asks, KSF answers within a month, the engine erases.

One officer decides, with the reason for what is refused; what is granted cannot be got back once it is done, so it
waits for a second officer. What is granted then goes as soon as nothing else keeps it (`review.retention`): only its
retention period counts no more.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Select, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review.retention import Erasable
from storage.admission.enrolments import Roster
from storage.base import audit
from storage.base.database import Base, Identified, one_of, rows_changed, session_of
from storage.base.refusal import Refused
from storage.base.steps import check_step, going_on, table
from storage.dossier.dossiers import Dossier
from storage.exam import consents
from storage.judging.benchmarks import end_without_consent
from storage.people.outbox import MailMessage, MailState
from storage.people.people import Person
from storage.retention.destructions import Destruction
from storage.retention.holds import day_of

MONTH = relativedelta(months=1)
"""Within which a request is answered: article 12(3) GDPR."""


class Rule(StrEnum):
    """Why nothing is asked or answered."""

    NOTHING_ASKED = "erasure_of_nothing"
    TWICE = "erasure_asked_already"
    NO_REASON = "erasure_without_reason"
    NOT_ASKED = "erasure_not_asked"
    SECOND_OFFICER = "erasure_by_second_officer"


class Wanted(StrEnum):
    """What may be erased before its time when somebody asks; the rest must stay (`storage.data_classes`)."""

    RECORDINGS = "recordings"
    DOSSIER = "dossier"
    MAILS = "mails"
    LISTS = "lists"


OF_EXAMS = {Wanted.RECORDINGS: Erasable.RECORDINGS, Wanted.DOSSIER: Erasable.DOSSIER}
"""What the engine erases exam by exam, and on request before its time. The rest are rows of the person."""


class RequestState(StrEnum):
    """How far a request is."""

    ASKED = "asked"
    DECIDED = "decided"
    """By one officer; what is granted waits for a second one."""
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


STEPS = table(
    RequestState,
    {
        RequestState.ASKED: {RequestState.DECIDED, RequestState.ANSWERED, RequestState.WITHDRAWN},
        RequestState.DECIDED: {RequestState.ASKED, RequestState.ANSWERED, RequestState.WITHDRAWN},
    },
)
OPEN = going_on(STEPS)


class ErasureRequest(Identified, Base):
    """One person asks that `wanted` is erased, in own `words` or without any; KSF answers by the day `answer_by`.

    `granted` of it, the rest refused with `reason`. `erased`: how many rows of each kind went; `done_at`: when all that
    was granted was gone.
    """

    __tablename__ = "erasure_request"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    wanted: Mapped[list[Any]] = mapped_column(default=list)
    words: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    answer_by: Mapped[date] = mapped_column(Date)
    state: Mapped[RequestState] = mapped_column(one_of(RequestState))
    granted: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    approved_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    answered_at: Mapped[datetime | None]
    erased: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any])
    done_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided"),
        CheckConstraint("(answered_at IS NULL) = (state <> 'answered')", name="answered"),
        CheckConstraint("approved_by_id <> decided_by_id", name="second_officer"),
        Index(None, "state", "answer_by"),
    )
    # Of two who decide at the same moment, the second fails (StaleDataError).
    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}

    @property
    def kinds(self) -> list[Wanted]:
        """What is asked."""
        return [one for one in Wanted if one in self.wanted]

    def grants(self, what: Wanted | Erasable) -> bool:
        """Whether this was granted, by both officers."""
        return self.state is RequestState.ANSWERED and str(what) in self.granted

    def decide(self, granted: Collection[Wanted], reason: str, officer: Person, now: datetime) -> None:
        """Grant this of it, and refuse the rest with a reason. What is granted waits for a second officer.

        Raises Refused for the own request, and without a reason for what is refused.
        """
        self._not_own(officer)
        if set(granted) - set(self.kinds):
            raise Refused(Rule.NOT_ASKED)
        if set(granted) != set(self.kinds) and not reason.strip():
            raise Refused(Rule.NO_REASON)
        check_step(STEPS, self.state, RequestState.DECIDED)
        self.granted, self.reason = [str(one) for one in Wanted if one in granted], reason.strip()
        self.decided_at, self.decided_by_id = now, officer.id
        if granted:
            self._go(RequestState.DECIDED, officer.id, now)
        else:
            self._answer(officer, now)

    def approve(self, officer: Person, now: datetime) -> None:
        """The second officer agrees: this is the answer. Raises Refused for whoever decided."""
        self._not_own(officer)
        if self.state is RequestState.DECIDED and officer.id == self.decided_by_id:
            raise Refused(Rule.SECOND_OFFICER)
        check_step(STEPS, self.state, RequestState.ANSWERED)
        if self.state is not RequestState.DECIDED:
            raise Refused(Rule.NO_REASON)
        self.approved_by_id = officer.id
        self._answer(officer, now)

    def send_back(self, officer: Person, now: datetime) -> None:
        """It is to be decided anew."""
        self._not_own(officer)
        self._go(RequestState.ASKED, officer.id, now)
        self.granted, self.decided_at, self.decided_by_id = [], None, None

    def withdraw(self, now: datetime) -> None:
        """The person asks it no more."""
        self._go(RequestState.WITHDRAWN, self.person_id, now)

    def _not_own(self, officer: Person) -> None:
        if officer.id == self.person_id:
            raise Refused(Rule.SECOND_OFFICER)

    def _answer(self, officer: Person, now: datetime) -> None:
        self.answered_at = now
        self._go(RequestState.ANSWERED, officer.id, now)

    def _go(self, state: RequestState, actor: uuid.UUID, now: datetime) -> None:
        check_step(STEPS, self.state, state)
        self.state = state
        facts = {} if state is RequestState.WITHDRAWN else {"granted": list(self.granted)}
        audit.record(session_of(self), now, actor, f"erasure_{state}", self, **facts)


_OPEN = ErasureRequest.state.in_(OPEN)
Index("uq_erasure_request_open", ErasureRequest.person_id, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)


def ask(session: Session, person: Person, wanted: Collection[Wanted], words: str, now: datetime) -> ErasureRequest:
    """This person asks that this is erased. Raises Refused for nothing, and while another request is open.

    What was allowed beyond the exam holds no more from now on, where recordings are asked.
    """
    if not wanted:
        raise Refused(Rule.NOTHING_ASKED)
    if open_request(session, person) is not None:
        raise Refused(Rule.TWICE)
    row = ErasureRequest(
        id=uuid.uuid4(),
        person=person,
        wanted=[str(one) for one in Wanted if one in wanted],
        words=words.strip(),
        asked_at=now,
        answer_by=day_of(now) + MONTH,
        state=RequestState.ASKED,
    )
    session.add(row)
    if Wanted.RECORDINGS in wanted:
        end_without_consent(session, consents.take_back_all(session, person, now), now)
    audit.record(session, now, person.id, "erasure_asked", row, wanted=list(row.wanted))
    return row


def requests_of(session: Session, person: Person) -> list[ErasureRequest]:
    """What this person ever asked, newest first."""
    theirs = select(ErasureRequest).where(ErasureRequest.person_id == person.id)
    return list(session.scalars(theirs.order_by(ErasureRequest.asked_at.desc(), ErasureRequest.id)))


def open_request(session: Session, person: Person) -> ErasureRequest | None:
    """The request of this person that is not answered yet."""
    theirs = select(ErasureRequest).where(ErasureRequest.person_id == person.id, _OPEN)
    return session.scalars(theirs).first()


def there_is(session: Session, person: Person) -> list[Wanted]:
    """What there is of this person that may be asked."""
    mine = select(Dossier.id).where(Dossier.candidate_id == person.id)
    gone = select(Destruction.dossier_id).where(Destruction.at.is_not(None))
    wanted: dict[Wanted, Select[uuid.UUID]] = {
        **{
            kind: mine.where(Dossier.id.not_in(gone.where(Destruction.what == what))) for kind, what in OF_EXAMS.items()
        },
        Wanted.MAILS: _mails(person.id),
        Wanted.LISTS: _lists(person.id),
    }
    return [kind for kind, query in wanted.items() if session.scalars(query.limit(1)).first() is not None]


def to_do() -> Select[ErasureRequest]:
    """What was granted and is not wholly done."""
    return select(ErasureRequest).where(ErasureRequest.state == RequestState.ANSWERED, ErasureRequest.done_at.is_(None))


def asked_of(session: Session, dossiers: Iterable[Dossier]) -> Mapping[uuid.UUID, dict[Erasable, date]]:
    """By exam what is to go before its time because its candidate asked it, since which day."""
    own = {one.candidate_id: one for one in dossiers}
    answered = to_do().where(ErasureRequest.person_id.in_(own)).order_by(ErasureRequest.asked_at)
    by_person: dict[uuid.UUID, list[ErasureRequest]] = {}
    for one in session.scalars(answered):
        by_person.setdefault(one.person_id, []).append(one)
    return {
        dossier.id: {
            what: day_of(one.answered_at)
            for one in by_person.get(dossier.candidate_id, ())
            # What came after the request was not asked.
            if one.answered_at and dossier.created_at <= one.asked_at
            for what in Erasable
            if one.grants(what)
        }
        for dossier in dossiers
    }


def erase_rows(session: Session, now: datetime) -> int:
    """Erase the rows of people that were granted, each once; answers how many."""
    done = 0
    for request in session.scalars(to_do().with_for_update()):
        for kind, noun, which in (
            (Wanted.MAILS, MailMessage, _mails(request.person_id, request.asked_at)),
            (Wanted.LISTS, Roster, _lists(request.person_id)),
        ):
            if request.grants(kind) and kind not in request.erased:
                number = rows_changed(session, delete(noun).where(noun.id.in_(which)))
                request.erased = {**request.erased, str(kind): number}
                audit.record(session, now, None, f"{kind}_erased", request, rows=number)
                done += number
    return done


def finish(session: Session, now: datetime) -> list[ErasureRequest]:
    """The requests of which everything that was granted is gone since now."""
    gone = select(Destruction.dossier_id).where(Destruction.at.is_not(None))
    finished = []
    for request in session.scalars(to_do()):
        theirs = select(Dossier.id).where(
            Dossier.candidate_id == request.person_id, Dossier.created_at <= request.asked_at
        )
        left = [
            kind
            for kind in request.kinds
            if request.grants(kind)
            and (
                session.scalars(
                    theirs.where(Dossier.id.not_in(gone.where(Destruction.what == OF_EXAMS[kind]))).limit(1)
                ).first()
                is not None
                if kind in OF_EXAMS
                else kind not in request.erased
            )
        ]
        if not left:
            request.done_at = now
            audit.record(session, now, None, "erasure_done", request)
            if request.granted:
                finished.append(request)
    return finished


def _mails(person: uuid.UUID, until: datetime | None = None) -> Select[uuid.UUID]:
    sent = select(MailMessage.id).where(MailMessage.person_id == person, MailMessage.state != MailState.WAITING)
    return sent.where(MailMessage.created_at <= until) if until else sent


def _lists(person: uuid.UUID) -> Select[uuid.UUID]:
    return select(Roster.id).where(Roster.uploaded_by_id == person, Roster.done_at.is_(None))
