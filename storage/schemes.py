"""Exam schemes, scenario packs and clips: immutable, numbered, known by their hash."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, event, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from review import rule_reading
from review.rules import RuleError
from scenarios import catalogue, scheme
from scenarios.chapters import USUAL_WEEKS_IN_JOB, ChecklistRules, Evidence
from storage.base.database import Base, Identified, session_of


class Scheme(Identified, Base):
    """One version of the rules of one exam. Never changed: a change of rules is a new number."""

    __tablename__ = "scheme"

    key: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    data: Mapped[bytes]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("key", "number"), UniqueConstraint("key", "sha256"))

    @property
    def content(self) -> scheme.Scheme:
        """The rules themselves."""
        return _scheme(self.data)

    @property
    def letters(self) -> str:
        """How the number of this certificate begins."""
        return self.content.letters


class Pack(Identified, Base):
    """One version of the scenarios of an exam, with a clip for each, the parallel ones too."""

    __tablename__ = "pack"

    scheme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Scheme.id))
    number: Mapped[int]
    data: Mapped[bytes]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]

    scheme: Mapped[Scheme] = relationship()
    clips: Mapped[list["Clip"]] = relationship(back_populates="pack", order_by="Clip.number, Clip.parallel")

    __table_args__ = (UniqueConstraint("scheme_id", "number"),)

    @property
    def content(self) -> catalogue.Pack:
        """The scenarios themselves."""
        return _pack(self.data, self.scheme.data)

    @property
    def slots(self) -> dict[int, tuple[str, ...]]:
        """The keys of the scenarios that may be met as each number."""
        content = self.content
        return {one.number: tuple(each.key for each in content.slot(one.number)) for one in content.scenarios}

    def clip(self, number: int, parallel: int = 0) -> "Clip":
        """The clip of scenario `number` (0 is the practice round). Raises StopIteration when there is none."""
        return next(clip for clip in self.clips if (clip.number, clip.parallel) == (number, parallel))


class Clip(Identified, Base):
    """The filmed situation of one scenario: an MP4 and its captions in the object store. Length in seconds.

    `parallel`: its place among the scenarios with this number, from 0.
    """

    __tablename__ = "clip"

    pack_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Pack.id))
    number: Mapped[int]
    parallel: Mapped[int] = mapped_column(default=0, server_default="0")
    seconds: Mapped[float]
    video_key: Mapped[str] = mapped_column(String(200))
    video_size: Mapped[int]
    video_sha256: Mapped[str] = mapped_column(String(64))
    captions_key: Mapped[str] = mapped_column(String(200))

    pack: Mapped[Pack] = relationship(back_populates="clips")

    __table_args__ = (UniqueConstraint("pack_id", "number", "parallel"),)


class Immutable(Exception):
    """A scheme, pack or clip is never changed: a change is a new number."""


@event.listens_for(Scheme, "before_update")
@event.listens_for(Pack, "before_update")
@event.listens_for(Clip, "before_update")
def _refuse_change(_mapper: object, _connection: object, row: Scheme | Pack | Clip) -> None:
    # A pack whose list of clips grew is told here too, though no column of its own changes.
    if session_of(row).is_modified(row, include_collections=False):
        raise Immutable(f"{row.__tablename__} {row.id}")


@lru_cache(maxsize=32)
def checked(data: bytes) -> scheme.Scheme:
    """The scheme in these bytes, with a pass rule that the rule engine can read. Raises scheme.SchemeError."""
    content = scheme.parse(data)
    try:
        rule_reading.parse(content.pass_rule)
    except RuleError as error:
        raise scheme.SchemeError([f"pass_rule: {problem}." for problem in error.problems]) from error
    return content


def add_scheme(session: Session, data: bytes, now: datetime) -> Scheme:
    """The row of this scheme, made when these very bytes are new. Raises scheme.SchemeError when it cannot be used yet.

    It gets the number that it asks for, or the next one when the exam has that number or a later one already.
    """
    content, digest = checked(data), hashlib.sha256(data).hexdigest()
    known = session.scalars(select(Scheme).where(Scheme.key == content.key, Scheme.sha256 == digest)).first()
    if known:
        return known
    newest = session.scalar(select(func.max(Scheme.number)).where(Scheme.key == content.key)) or 0
    number = max(newest + 1, content.number)
    row = Scheme(id=uuid.uuid4(), key=content.key, number=number, data=data, sha256=digest, created_at=now)
    session.add(row)
    return row


def current_scheme(session: Session, key: str) -> Scheme | None:
    """The newest version of the exam `key`."""
    return session.scalars(select(Scheme).where(Scheme.key == key).order_by(Scheme.number.desc()).limit(1)).first()


def current_schemes(session: Session) -> list[Scheme]:
    """The newest version of every exam that candidates are nominated for with a motivation file, by name."""
    return [row for row in newest_versions(session) if row.content.documents is not None]


def current_practical_tests(session: Session) -> list[Scheme]:
    """The newest version of every exam for which an examiner listens in with a checklist, by name."""
    return [row for row in newest_versions(session) if row.content.checklist is not None]


def current_theory_tests(session: Session) -> list[Scheme]:
    """The newest version of every exam whose theory test is taken in Vignet, by name."""
    return [
        row
        for row in newest_versions(session)
        if row.content.theory.quotas and any(one.evidence is Evidence.THEORY_TEST for one in row.content.parts)
    ]


def current_assessments(session: Session) -> list[Scheme]:
    """The newest version of every exam that assessors judge criterion by criterion while somebody works, by name."""
    return [row for row in newest_versions(session) if row.content.proof is not None or row.content.marking is not None]


def advised_weeks(session: Session) -> int:
    """Within how many weeks in the job KSF advises the exam: as the practical test says, or as is usual without one."""
    found = [row.content.chapter(ChecklistRules).advised_weeks_in_job for row in current_practical_tests(session)]
    return found[0] if found else USUAL_WEEKS_IN_JOB


def newest_versions(session: Session) -> list[Scheme]:
    """The newest version of every exam, by name."""
    newest = select(Scheme.key, func.max(Scheme.number).label("number")).group_by(Scheme.key).subquery()
    rows = session.scalars(
        select(Scheme).join(newest, (Scheme.key == newest.c.key) & (Scheme.number == newest.c.number))
    )
    return sorted(rows, key=lambda row: row.content.name)


def with_sittings(session: Session) -> list[Scheme]:
    """Every version of every scheme whose exam is a sitting before a camera."""
    return [one for one in session.scalars(select(Scheme)) if one.content.sitting]


def current_pack(session: Session, scheme_row: Scheme) -> Pack | None:
    """The newest pack of this exam, whichever version of the scheme it was checked against."""
    return newest_pack(session, scheme_row.key)


def newest_pack(session: Session, exam: str) -> Pack | None:
    """The newest pack of the exam with this key."""
    return session.scalars(_packs(exam).limit(1)).first()


def packs_of(session: Session, exam: str) -> Sequence[Pack]:
    """Every pack of the exam with this key, the newest first."""
    return session.scalars(_packs(exam)).all()


def _packs(exam: str) -> Select[Pack]:
    return select(Pack).join(Pack.scheme).where(Scheme.key == exam).order_by(Pack.created_at.desc(), Pack.number.desc())


@lru_cache(maxsize=32)
def _scheme(data: bytes) -> scheme.Scheme:
    return scheme.parse(data)


@lru_cache(maxsize=32)
def _pack(data: bytes, scheme_data: bytes) -> catalogue.Pack:
    return catalogue.parse_pack(data, _scheme(scheme_data))
