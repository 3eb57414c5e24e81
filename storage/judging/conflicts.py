"""Conflicts of interest: what is known of the bonds between an assessor and a candidate."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, UniqueConstraint, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column, selectinload

from review.conflicts import Conflict, Employment, Party, conflicts, employer_unknown
from scenarios.chapters import AssessmentRules
from storage.base import audit
from storage.base.database import Base, Identified
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Answer, Sitting
from storage.judging.objections import Objection, Outsider
from storage.judging.ratings import Rating, Return
from storage.people import employers, examiners
from storage.people.employers import Employer
from storage.people.organisations import Organisation
from storage.people.people import Membership, Person, Role


class Affiliation(Identified, Base):
    """A client for whom an organisation or a person works, or a group of companies to which it belongs, by name."""

    __tablename__ = "affiliation"

    name: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))

    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (person_id IS NULL)", name="whose"),
        UniqueConstraint("organisation_id", "name"),
        UniqueConstraint("person_id", "name"),
        Index(None, "person_id"),
    )


def affiliations(session: Session, whose: Organisation | Person) -> Sequence[str]:
    """The clients and groups of an organisation or a person."""
    return session.scalars(select(Affiliation.name).where(_column(whose) == whose.id).order_by(Affiliation.name)).all()


def affiliations_of(session: Session, people: Iterable[Person]) -> dict[uuid.UUID, list[str]]:
    """The clients and groups of many people, by person."""
    found: dict[uuid.UUID, list[str]] = {one.id: [] for one in people}
    rows = select(Affiliation).where(Affiliation.person_id.in_(found)).order_by(Affiliation.name)
    for row in session.scalars(rows):
        if row.person_id is not None:
            found[row.person_id].append(row.name)
    return found


def set_affiliations(
    session: Session, whose: Organisation | Person, names: Iterable[str], by: Person, now: datetime
) -> None:
    """These are the clients and groups from now on. Names that differ in capitals or spaces only are the same."""
    wanted = {" ".join(name.split()).casefold(): " ".join(name.split()) for name in names if name.strip()}
    known = session.scalars(select(Affiliation).where(_column(whose) == whose.id)).all()
    for row in known:
        if row.name.casefold() not in wanted:
            session.delete(row)
        wanted.pop(row.name.casefold(), None)
    session.add_all(Affiliation(name=name, **{_column(whose).key: whose.id}) for name in wanted.values())
    audit.record(session, now, by.id, "ties_changed", whose)


def judging(now: datetime) -> Select[Person]:
    """Everybody who may judge now, by name."""
    holds = (Membership.since <= now) & (Membership.until.is_(None) | (Membership.until > now))
    roles = select(Membership.person_id).where(Membership.role == Role.ASSESSOR, holds)
    # Who was accepted as an examiner from a later day on has no work before it.
    active = Person.id.not_in(examiners.not_yet(now.date()))
    return select(Person).where(Person.id.in_(roles), active).order_by(Person.name, Person.id)


def assessors(session: Session, now: datetime) -> Sequence[Person]:
    """Everybody who may judge now, by name, with their roles."""
    return session.scalars(judging(now).options(selectinload(Person.memberships))).all()


def ties_of(
    session: Session, sitting: Sitting, people: Sequence[Person], now: datetime
) -> dict[uuid.UUID, tuple[Conflict, ...]]:
    """Every tie of each of these assessors to this sitting; those without one are left out.

    Whether a calibration is asked as well, `storage.judging.eligibility` says.
    """
    dossier = sitting.dossier
    months = dossier.scheme.content.chapter(AssessmentRules).conflict_months
    return conflicts_with(session, [dossier.candidate], dossier.organisation, people, now, months, besides=sitting)


def conflicts_with(
    session: Session,
    candidates: Sequence[Person],
    organisation: Organisation,
    people: Sequence[Person],
    now: datetime,
    months: int,
    besides: Sitting | None = None,
) -> dict[uuid.UUID, tuple[Conflict, ...]]:
    """The same for whoever is to examine these candidates of this organisation; what was judged `besides` a sitting.

    An employer that somebody left counts for `months` months.
    """
    known = employers.of(session, (*people, *candidates))
    employed = {person.id: _employments(person, known[person.id]) for person in (*people, *candidates)}
    for candidate in candidates:
        employed[candidate.id] += (Employment(str(organisation.id)),)
    groups, ids = _groups(session, employed, now), [one.id for one in candidates]
    managers, involved, declared = defaultdict(set), defaultdict(set), defaultdict(set)
    for file in session.scalars(select(Dossier).where(Dossier.candidate_id.in_(ids))):
        managers[file.candidate_id].add(str(file.manager_id))
        if file.decided_by_id:
            involved[file.candidate_id].add(str(file.decided_by_id))
    judged = select(
        Dossier.candidate_id, Rating.assessor_id, Sitting.id, Rating.declined_because, Rating.marking
    ).distinct()
    judged = judged.select_from(Rating).join(Answer).join(Sitting).join(Dossier).where(Dossier.candidate_id.in_(ids))
    for candidate_id, assessor_id, sitting_id, declined, marking in session.execute(judged):
        if declined is Return.KNOWN:
            declared[assessor_id].add(str(candidate_id))
        if besides is None or sitting_id != besides.id or marking != besides.marking:
            involved[candidate_id].add(str(assessor_id))
    appointed = select(Dossier.candidate_id, Outsider.person_id).select_from(Outsider)
    appointed = appointed.join(Outsider.objection).join(Objection.dossier).where(Dossier.candidate_id.in_(ids))
    for candidate_id, outsider_id in session.execute(appointed):
        involved[candidate_id].add(str(outsider_id))
    parties = [
        Party(
            person=str(one.id),
            employments=employed[one.id],
            clients_and_groups=groups[one.id],
            managers=frozenset(managers[one.id]),
            involved_with=frozenset(involved[one.id]),
        )
        for one in candidates
    ]
    found = {}
    for person in people:
        party = Party(str(person.id), employed[person.id], groups[person.id], declared=frozenset(declared[person.id]))
        reasons = {reason for other in parties for reason in conflicts(party, other, now, months)}
        if employer_unknown(party, now):
            reasons.add(Conflict.NO_EMPLOYER)
        if reasons:
            found[person.id] = tuple(reason for reason in Conflict if reason in reasons)
    return found


def _employments(person: Person, known: Sequence[Employer]) -> tuple[Employment, ...]:
    """Where the person works or did, as a member of an organisation here or as it was noted."""
    return (
        *(
            Employment(str(one.organisation_id), one.until.date() if one.until else None, one.since.date())
            for one in person.memberships
            if one.organisation_id
        ),
        *(Employment(one.key, one.until, one.since) for one in known),
    )


def _groups(
    session: Session, employed: dict[uuid.UUID, tuple[Employment, ...]], now: datetime
) -> dict[uuid.UUID, frozenset[str]]:
    """For each person the own clients and groups, and those of every organisation that employs that person now."""
    of_person: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    of_organisation: defaultdict[str, set[str]] = defaultdict(set)
    for row in session.scalars(select(Affiliation)):
        (of_person[row.person_id] if row.person_id else of_organisation[str(row.organisation_id)]).add(
            row.name.casefold()
        )
    found = {}
    for person, jobs in employed.items():
        current = [job.organisation for job in jobs if job.until is None or job.until >= now.date()]
        found[person] = frozenset(of_person[person].union(*(of_organisation[one] for one in current)))
    return found


def _column(whose: Organisation | Person) -> InstrumentedAttribute[uuid.UUID | None]:
    return Affiliation.person_id if isinstance(whose, Person) else Affiliation.organisation_id
