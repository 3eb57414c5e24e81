"""Enrolling: an organisation puts its people forward, one by one or by a list that is looked at before it counts.

What happens to each entry is worked out twice by the same rule: to be shown, and again when it is done. So doing the
same list twice does nothing the second time.
"""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.base import audit
from storage.base.database import Base, Identified, rows_changed, session_of
from storage.base.refusal import Refused
from storage.certificates.certificates import certified_people
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import Sitting
from storage.judging.verdicts import Verdict, is_result
from storage.people.organisations import Organisation
from storage.people.people import (
    Person,
    Role,
    join,
    known_here,
    known_here_or_new,
    newcomer,
    strangers,
    take_over,
)
from storage.schemes import Scheme


class Rule(StrEnum):
    """Why a list cannot be taken into use, or a manager cannot take over."""

    DONE = "roster_done"
    MATCHED = "roster_matched"
    NOT_MATCHED = "roster_not_matched"
    OWN_MANAGER = "candidate_as_own_manager"
    SAME_MANAGER = "same_manager"


class EntryOutcome(StrEnum):
    """The outcome of an entry.

    `enrolled`: there is an open nomination in this organisation already. `elsewhere`: in another one. `certified`: this
    person holds the certificate.
    """

    NEW = "new"
    ENROLLED = "enrolled"
    CERTIFIED = "certified"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Entry:
    """One candidate with the direct manager, as an organisation writes them down."""

    candidate_name: str
    candidate_email: str
    manager_name: str
    manager_email: str
    cost_centre: str = ""
    in_job_since: date | None = None

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Entry":
        """As `to_json` wrote it, perhaps before a first day in the job was asked."""
        since = kept.get("in_job_since")
        return cls(**kept | {"in_job_since": date.fromisoformat(since) if since else None})

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"in_job_since": self.in_job_since.isoformat() if self.in_job_since else None}


@dataclass(frozen=True)
class Planned:
    """An entry, what it comes to, and who of the two has no account yet."""

    entry: Entry
    outcome: EntryOutcome
    new_candidate: bool
    new_manager: bool


class Roster(Identified, Base):
    """A list that somebody uploaded: first looked at, then taken into use, once. Its people are forgotten after that.

    `exam` is the key of the scheme that they are nominated for; `entries` are what could be read, `faults` the lines
    that could not, with what is wrong. `table` is the whole file, only while nobody has said yet which column is what:
    {"header": [...], "rows": [[line, [cells]]]}.
    """

    __tablename__ = "roster"

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Organisation.id))
    uploaded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime]
    exam: Mapped[str] = mapped_column(String(60))
    entries: Mapped[list[Any]] = mapped_column(default=list)
    faults: Mapped[list[Any]] = mapped_column(default=list)
    table: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    done_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()

    __table_args__ = (Index(None, "created_at"),)

    @property
    def people(self) -> list[Entry]:
        return [Entry.from_json(one) for one in self.entries]

    def match(self, entries: Iterable[Entry], faults: list[dict[str, Any]], columns: dict[str, list[str]]) -> None:
        """Somebody said which column is what. The rest of the file is forgotten, and the columns are remembered.

        `columns`: for each of ours the headings that make it up; empty when they cannot be told by their headings.
        """
        if not self.table:
            raise Refused(Rule.MATCHED)
        self.entries, self.faults, self.table = [one.to_json() for one in entries], faults, {}
        self.organisation.roster_columns = columns

    def use(self, scheme: Scheme, actor: Person, now: datetime) -> list[Dossier]:
        """Enrol everybody on it who is new; their nominations. Raises Refused the second time."""
        session = session_of(self)
        if self.table:
            raise Refused(Rule.NOT_MATCHED)
        fresh = update(Roster).where(Roster.id == self.id, Roster.done_at.is_(None))
        if not rows_changed(session, fresh.values(done_at=now)):
            raise Refused(Rule.DONE)
        made = enrol(session, self.organisation, scheme, self.people, actor, now)
        audit.record(session, now, actor.id, "roster_used", self, entries=len(self.entries), enrolled=len(made))
        self.entries, self.faults = [], []
        return made


def keep_roster(
    session: Session,
    organisation: Organisation,
    exam: str,
    entries: Iterable[Entry],
    faults: list[dict[str, Any]],
    actor: Person,
    now: datetime,
    table: dict[str, Any] | None = None,
) -> Roster:
    """A list to be looked at before it counts; with a `table` of which the columns are still to be told."""
    roster = Roster(
        id=uuid.uuid4(),
        organisation=organisation,
        exam=exam,
        uploaded_by_id=actor.id,
        created_at=now,
        entries=[entry.to_json() for entry in entries],
        faults=faults,
        table=table or {},
    )
    session.add(roster)
    return roster


def plan(session: Session, organisation: Organisation, scheme: Scheme, entries: list[Entry]) -> list[Planned]:
    """The outcome of each entry, now."""
    # Of somebody who does not work there an organisation hears nothing that it could find out by typing addresses.
    known = known_here(session, organisation, _addresses(entries))
    candidates = {known[one.candidate_email].id for one in entries if one.candidate_email in known}
    at_home, elsewhere, certified = _standing(session, organisation, scheme, candidates)

    def outcome(person: Person | None) -> EntryOutcome:
        for people, answer in (
            (certified, EntryOutcome.CERTIFIED),
            (at_home, EntryOutcome.ENROLLED),
            (elsewhere, EntryOutcome.ELSEWHERE),
        ):
            if person is not None and person.id in people:
                return answer
        return EntryOutcome.NEW

    return [
        Planned(
            one,
            outcome(known.get(one.candidate_email)),
            one.candidate_email not in known,
            one.manager_email not in known,
        )
        for one in entries
    ]


def accept(session: Session, stand_in: Person, now: datetime) -> list[Dossier]:
    """Somebody accepts what organisations did with the own address: it is the person's from now on.

    Answers the nominations that are withdrawn by it, since the certificate is held or another nomination is open.
    """
    known = {stand_in.stands_for.id} if stand_in.stands_for else set()
    mine = select(Dossier).where(Dossier.candidate_id == stand_in.id, Dossier.state.in_(STOPPABLE))
    unneeded = []
    for dossier in session.scalars(mine) if known else ():
        _, elsewhere, certified = _standing(session, dossier.organisation, dossier.scheme, known)
        if elsewhere | certified:
            unneeded.append(dossier)
    person = take_over(session, stand_in, now)
    for dossier in unneeded:
        dossier.withdraw(person.id, NOT_NEEDED, now)
    return unneeded


STOPPABLE = (DossierState.WRITING, DossierState.RETURNED, DossierState.SUBMITTED)
NOT_NEEDED = "Het certificaat is al behaald, of er loopt al een aanmelding."
"""The reason of a withdrawal that nobody has to write."""


def enrol(
    session: Session, organisation: Organisation, scheme: Scheme, entries: list[Entry], actor: Person, now: datetime
) -> list[Dossier]:
    """Nominate everybody who is new: people, roles and a motivation file each. Answers the files.

    Of two who enrol for one organisation at the same moment, the second waits for the first and finds it done.
    """
    session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    planned = plan(session, organisation, scheme, entries)
    wanted = [one.entry for one in planned if one.outcome is EntryOutcome.NEW]
    known, taken = known_here(session, organisation, _addresses(wanted)), strangers(session, _addresses(wanted))
    made = []
    for entry in wanted:
        for email, name in (
            (entry.candidate_email, entry.candidate_name),
            (entry.manager_email, entry.manager_name),
        ):
            if email not in known:
                known[email] = newcomer(session, taken, email, name, now)
        candidate, manager = known[entry.candidate_email], known[entry.manager_email]
        job = join(session, candidate, Role.CANDIDATE, organisation, actor.id, now) or next(
            one for one in candidate.memberships if one.is_for(Role.CANDIDATE, organisation.id, now)
        )
        if entry.in_job_since:
            job.start_job(entry.in_job_since, actor.id, now)
        join(session, manager, Role.MANAGER, organisation, actor.id, now)
        dossier = Dossier(
            id=uuid.uuid4(),
            scheme=scheme,
            organisation=organisation,
            candidate=candidate,
            manager=manager,
            cost_centre=entry.cost_centre,
            state=DossierState.WRITING,
            created_at=now,
        )
        session.add(dossier)
        audit.record(session, now, actor.id, "dossier_nominated", dossier)
        made.append(dossier)
    session.flush()
    return made


def hand_over(session: Session, dossier: Dossier, email: str, name: str, actor: Person, now: datetime) -> Person:
    """Let another manager substantiate from now on, as when the first one left; what was written stays, to go on from.

    Raises Refused once the file is handed in, and when it comes to the candidate or to nobody else.
    """
    dossier.require_open()
    if email in (dossier.candidate.email, dossier.manager.email):
        raise Refused(Rule.OWN_MANAGER if email == dossier.candidate.email else Rule.SAME_MANAGER)
    manager = known_here_or_new(session, dossier.organisation, email, name, now)
    join(session, manager, Role.MANAGER, dossier.organisation, actor.id, now)
    dossier.manager = manager
    audit.record(session, now, actor.id, "dossier_handed_over", dossier)
    return manager


def _standing(
    session: Session, organisation: Organisation, scheme: Scheme, candidates: set[uuid.UUID]
) -> tuple[set[uuid.UUID], set[uuid.UUID], set[uuid.UUID]]:
    """Of these people: who has an open nomination here, who has one elsewhere, who holds the certificate."""
    holders = certified_people(scheme.key, scheme.letters)
    certified = set(session.scalars(holders.where(Person.id.in_(candidates))))
    decided = select(Sitting.dossier_id).join(Verdict).where(is_result())
    going_on = (
        select(Dossier.candidate_id, Dossier.organisation_id)
        .join(Scheme)
        .where(
            Scheme.key == scheme.key,
            Dossier.candidate_id.in_(candidates),
            Dossier.state.not_in((DossierState.REJECTED, DossierState.WITHDRAWN, DossierState.ERASED)),
            Dossier.id.not_in(decided),
        )
    )
    nominated = session.execute(going_on).all()
    at_home = {person for person, home in nominated if home == organisation.id}
    return at_home, {person for person, _ in nominated} - at_home, certified


def _addresses(entries: list[Entry]) -> list[str]:
    return [email for one in entries for email in (one.candidate_email, one.manager_email)]
