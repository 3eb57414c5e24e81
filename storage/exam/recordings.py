"""Recordings: one take of one answer, its originals and what was made of them."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scenarios import sitting as rules
from scenarios.quality import FaultKind
from scenarios.sitting import CLOSING_GRACE_S, AnswerStage, Stage, TakeView
from storage.base import audit
from storage.base.database import Base, Identified, one_of, session_of
from storage.base.jobs import Job, Queue, enqueue
from storage.base.refusal import Refused
from storage.base.steps import StepRule, check_step
from storage.exam.recorder_nodes import RecorderNode
from storage.exam.sittings import Answer, Sitting

FINISH = "finish_recording"
"""The kind of the media job that makes an MP4 of a captured recording; its subject is the recording's id."""

TRANSCRIBE = "transcribe_recording"
"""The kind of the media job that writes down what is said in a stored recording; its subject is the recording's id."""

LATE = "late_original"
"""The event in the audit log of an original that came after somebody had given a score."""

SLICES_COME = timedelta(hours=24)
"""How long after its end slices of a take may still come: a candidate whose line is away keeps them meanwhile."""

NOTHING_CAME = timedelta(minutes=10)
"""How long after its end a recording of which nothing arrived at all is given up and taken again."""


STUCK = timedelta(minutes=30)
"""How long after its end a recording that still comes in is an alarm: three times what a recorder waits for a page."""

RECEIPT = "send_receipt"
"""The kind of the office job that mails the receipt of a finished sitting; its subject is the sitting."""

RECEIPT_WAITS = timedelta(minutes=15)
"""How long the receipt waits for the lengths of all answers."""


class RecordingState(StrEnum):
    """`captured`: every original is confirmed in the object store. `stored`: the MP4 is proven and stored too."""

    EXPECTED = "expected"
    RECEIVING = "receiving"
    CAPTURED = "captured"
    STORED = "stored"
    RETAKE = "retake"


STEPS: dict[RecordingState, set[RecordingState]] = {
    RecordingState.EXPECTED: {RecordingState.RECEIVING, RecordingState.CAPTURED, RecordingState.RETAKE},
    RecordingState.RECEIVING: {RecordingState.CAPTURED, RecordingState.RETAKE},
    RecordingState.CAPTURED: {RecordingState.STORED, RecordingState.RETAKE, RecordingState.CAPTURED},
    RecordingState.STORED: {RecordingState.CAPTURED},
    RecordingState.RETAKE: {RecordingState.CAPTURED},
}
"""Captured again: another original arrived later, or the office accepts the take as it is, and everything is made once
more. From receiving to retake: what was received is lost, and the office has said so."""


class RenditionKind(StrEnum):
    VIDEO = "video"
    POSTER = "poster"
    THUMBNAILS = "thumbnails"
    THUMBNAILS_INDEX = "thumbnails_index"
    WAVEFORM = "waveform"
    WORDS = "words"
    CAPTIONS = "captions"


OF_SPEECH = (RenditionKind.WORDS, RenditionKind.CAPTIONS)
"""What a machine heard in the film, where the scheme wants that: an aid, which may be wrong or not be there."""
OF_FILM = tuple(kind for kind in RenditionKind if kind not in OF_SPEECH)
"""What each stored recording has."""


class Rule(StrEnum):
    """Why nothing may be recorded."""

    NO_RECORDER = "no_recorder_free"
    ALL_TAKEN = "all_recorders_taken"


CAME_LATE = text("late_at IS NOT NULL")


class Recording(Identified, Base):
    """One take of one answer. `limit_s` is how long may be recorded; `seconds` how long the stored result is.

    `figures` holds what was measured (`scenarios.quality.Measurement` and how the result was made), `faults` what
    was wrong with it. `late_at`: since when a part that came after the first score waits to be noted by the office.
    `erased_at`: when the retention period was over. Then only the row is left, with the receipts of what there was.
    """

    __tablename__ = "recording"

    answer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Answer.id))
    take: Mapped[int]
    node_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(RecorderNode.id))
    ticket_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[RecordingState] = mapped_column(one_of(RecordingState), default=RecordingState.EXPECTED)
    limit_s: Mapped[int]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    captured_at: Mapped[datetime | None]
    stored_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any])
    faults: Mapped[list[Any]] = mapped_column(default=list)
    late_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    answer: Mapped[Answer] = relationship()
    node: Mapped[RecorderNode | None] = relationship()
    originals: Mapped[list["Original"]] = relationship(back_populates="recording", order_by="Original.name")
    renditions: Mapped[list["Rendition"]] = relationship(back_populates="recording")

    __table_args__ = (
        UniqueConstraint("answer_id", "take"),
        Index(None, "state"),
        Index(None, "late_at", sqlite_where=CAME_LATE, postgresql_where=CAME_LATE),
    )

    @property
    def candidate_id(self) -> uuid.UUID:
        """Who is to be seen and heard in it."""
        return self.answer.sitting.dossier.candidate_id

    @property
    def ends_at(self) -> datetime:
        """When the ticket dies at the latest."""
        return self.created_at + timedelta(seconds=self.limit_s + CLOSING_GRACE_S)

    def is_open(self, now: datetime) -> bool:
        """True when the ticket still opens this recording for appending."""
        return self.closed_at is None and now < self.ends_at

    def takes_slices(self, now: datetime) -> bool:
        """True when the ticket still opens this recording for slices of what was recorded in time."""
        return now < (self.closed_at or self.ends_at) + SLICES_COME

    @property
    def view(self) -> TakeView:
        return TakeView(self.take, self.state is RecordingState.STORED)

    @property
    def safe(self) -> bool:
        """True when what was recorded can no longer be lost."""
        return self.state in (RecordingState.CAPTURED, RecordingState.STORED)

    @property
    def receipts(self) -> list["Receipt"]:
        """Everything that the candidate was told, oldest first: one receipt each time that originals were confirmed.

        Originals are only ever added, so a receipt that was given stays true.
        """
        return [
            Receipt(at, receipt_hash([one for one in self.originals if one.created_at <= at]))
            for at in sorted({original.created_at for original in self.originals})
        ]

    @property
    def sha256(self) -> str | None:
        """The hash on the newest receipt."""
        return self.receipts[-1].sha256 if self.originals else None

    @property
    def late(self) -> list["Original"]:
        """The originals that came after somebody had given a score: they are kept, and are no part of the film."""
        return [one for one in self.originals if self.captured_at and one.created_at > self.captured_at]

    def stuck(self, now: datetime) -> bool:
        """True when something began to come in, and never left the recorder: its disk may be lost."""
        return self.state is RecordingState.RECEIVING and now > (self.closed_at or self.ends_at) + STUCK

    def rendition(self, kind: RenditionKind) -> "Rendition | None":
        return next((one for one in self.renditions if one.kind is kind), None)

    def renew_ticket(self) -> str:
        """Another ticket in place of the first, which never reached the page. Raises Refused once anything came."""
        if self.state is not RecordingState.EXPECTED or self.closed_at is not None:
            raise Refused(StepRule.NOT_ALLOWED, found=self.state, needed=RecordingState.EXPECTED)
        ticket = secrets.token_urlsafe(32)
        self.ticket_sha256 = hash_ticket(ticket)
        return ticket

    def receive(self, now: datetime) -> None:
        """The first bytes arrived."""
        if self.state is RecordingState.EXPECTED:
            self._go(RecordingState.RECEIVING, now)

    def close(self, now: datetime) -> None:
        """Nothing more is to be recorded; the ticket is dead. Closing twice is no error."""
        if self.closed_at is None:
            self.closed_at = now
            enqueue(session_of(self), Queue.MEDIA, FINISH, self.id, now, NOTHING_CAME.total_seconds())

    def capture(self, now: datetime) -> Job:
        """Every original is confirmed in the object store: let a worker make the result of it."""
        self._go(RecordingState.CAPTURED, now)
        self.captured_at = now
        self.closed_at = self.closed_at or now
        job = enqueue(session_of(self), Queue.MEDIA, FINISH, self.id, now)
        job.hurry(now)
        return job

    def store(
        self, seconds: float, figures: dict[str, Any], now: datetime, faults: list[dict[str, Any]] | None = None
    ) -> None:
        """The result is proven and stored. `faults`: what was wrong with it, which the office has accepted."""
        self._go(RecordingState.STORED, now)
        self.seconds, self.figures, self.faults, self.stored_at = seconds, figures, faults or [], now
        if rules.retake_needless(self.answer.view):
            self.answer.withdraw_retake(self.closed_at, now)
            audit.record(session_of(self), now, None, "retake_withdrawn", self, take=self.take)
        enqueue_receipt(session_of(self), self.answer.sitting, now)

    def keep_stored(self, now: datetime) -> None:
        """The film that was there stays: somebody has scored it meanwhile, or with what came later it is no better."""
        self._go(RecordingState.STORED, now)
        captured = self.captured_at
        before = [one.created_at for one in self.originals if captured and one.created_at < captured]
        names = [one.name for one in self.originals if captured and one.created_at >= captured]
        self.captured_at = max(before, default=captured)
        self.came_late(names, now)

    def came_late(self, names: Sequence[str], now: datetime) -> None:
        """These originals change nothing any more: they are kept, and the office is to note it."""
        self.late_at = now
        audit.record(session_of(self), now, None, LATE, self, names=list(names))

    def refuse(self, faults: list[dict[str, Any]], figures: dict[str, Any], now: datetime) -> None:
        """A technical fault was measured: the answer is asked again while a retake is left. Originals stay.

        `faults` are plain mappings with at least `kind`. When no retake is left the answer stays as it is and waits
        for the office; when another take of it is stored, that one is the answer.
        """
        self._go(RecordingState.RETAKE, now, faults=[fault["kind"] for fault in faults])
        self.faults, self.figures = faults, figures
        self.closed_at = self.closed_at or now
        if self.take != self.answer.takes:
            return
        if self.answer.stage is AnswerStage.RECORDING:
            # The page is gone, and nobody has said yet that the recording is over.
            self.answer.end_recording(now)
        if self.answer.stage is AnswerStage.RECORDED and counting_take(session_of(self), self.answer) is self:
            try:
                self.answer.retake(now)
            except Refused as refused:
                audit.record(session_of(self), now, None, "retake_refused", self, rule=refused.rule)

    def give_up(self, now: datetime) -> None:
        """Nothing can be made of what was received, or it is lost; should it turn up, it is captured after all."""
        kind = FaultKind.LOST if self.state is RecordingState.RECEIVING else FaultKind.UNREADABLE
        self.refuse([{"kind": kind}], self.figures, now)

    def _go(self, state: RecordingState, now: datetime, **facts: Any) -> None:
        # Recorder, worker and web app all change this row: lock it, and start from what it says by now.
        session = session_of(self)
        session.flush()
        session.refresh(self, ["state"], with_for_update=True)
        check_step(STEPS, self.state, state)
        audit.record(session, now, None, f"recording_{state}", self, **facts)
        self.state = state


class Original(Identified, Base):
    """One file exactly as it came. Hash and size are of the plaintext.

    By its name it is a live session (`whip-1`), an unbroken row of slices, joined (`slices-0-59`: its first and its
    last), or the page's word of what it has recorded (`closing`).

    The object under `key` is the ciphertext, with a hash and a size of its own; `sealed_under` is the id of its key in
    the key store, None for those from before recordings had keys of their own.
    """

    __tablename__ = "original"

    recording_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Recording.id))
    name: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    cipher_size: Mapped[int]
    cipher_sha256: Mapped[str] = mapped_column(String(64))
    sealed_under: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]

    recording: Mapped[Recording] = relationship(back_populates="originals")

    @property
    def key_owner(self) -> uuid.UUID:
        """Under whose key in the key store it is encrypted."""
        return self.sealed_under or self.recording.candidate_id

    __table_args__ = (UniqueConstraint("recording_id", "name"),)


@dataclass(frozen=True)
class Receipt:
    """The receipt of a take at a moment: the SHA-256 of the original, or of the lines "hash  name"."""

    at: datetime
    sha256: str


class Rendition(Identified, Base):
    """Something made of the originals, which can be made again: the MP4, its poster, thumbnails, waveform, words.

    Hash and size are of the plain file. The object under `key` is encrypted under the key `sealed_under` of the key
    store; None for one from before renditions were, which is in clear.
    """

    __tablename__ = "rendition"

    recording_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Recording.id))
    kind: Mapped[RenditionKind] = mapped_column(one_of(RenditionKind))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    content_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    sealed_under: Mapped[uuid.UUID | None]

    recording: Mapped[Recording] = relationship(back_populates="renditions")

    __table_args__ = (UniqueConstraint("recording_id", "kind"),)


def hash_ticket(ticket: str) -> str:
    """The part of a ticket that is kept."""
    return hashlib.sha256(ticket.encode()).hexdigest()


def begin_take(session: Session, answer: Answer, node: RecorderNode, now: datetime) -> tuple[Recording, str]:
    """Begin a take: the row, and the ticket that opens it for appending (shown once, kept as a hash)."""
    answer.begin_recording(now)
    ticket = secrets.token_urlsafe(32)
    recording = Recording(
        id=uuid.uuid4(),
        answer=answer,
        take=answer.takes,
        node=node,
        ticket_sha256=hash_ticket(ticket),
        state=RecordingState.EXPECTED,
        limit_s=answer.sitting.times.answer_s,
        created_at=now,
        figures={},
        faults=[],
    )
    session.add(recording)
    audit.record(session, now, recording.candidate_id, "recording_expected", recording, take=recording.take)
    return recording, ticket


def recording_by_ticket(session: Session, recording_id: uuid.UUID, ticket: str) -> Recording | None:
    """The recording that this ticket opens, whether still open or not."""
    found = select(Recording).where(Recording.id == recording_id, Recording.ticket_sha256 == hash_ticket(ticket))
    return session.scalars(found).first()


def receipt_hash(originals: Sequence[Original]) -> str:
    """The hash of the one original, or of the lines "hash  name" when there are several."""
    if len(originals) == 1:
        return originals[0].sha256
    ordered = sorted(originals, key=lambda original: original.name)
    return hashlib.sha256("".join(f"{one.sha256}  {one.name}\n" for one in ordered).encode()).hexdigest()


def takes_of(session: Session, answer: Answer) -> Sequence[Recording]:
    """Every take of an answer, first one first."""
    return session.scalars(select(Recording).where(Recording.answer_id == answer.id).order_by(Recording.take)).all()


def latest_take(session: Session, answer: Answer) -> Recording | None:
    """The newest take of an answer: the one that the candidate is at, or was at last."""
    return next(reversed(takes_of(session, answer)), None)


def counting_take(session: Session, answer: Answer) -> Recording | None:
    """The take that is the answer (`scenarios.sitting.counting`)."""
    return _counting(takes_of(session, answer))


def counting_takes(session: Session, sitting: Sitting) -> dict[int, Recording | None]:
    """The take that is the answer to each situation of a sitting, by number; None where nobody began one."""
    found: dict[uuid.UUID, list[Recording]] = {answer.id: [] for answer in sitting.answers}
    for take in session.scalars(select(Recording).join(Answer).where(Answer.sitting_id == sitting.id)):
        found[take.answer_id].append(take)
    return {answer.number: _counting(found[answer.id]) for answer in sitting.answers}


def _counting(takes: Sequence[Recording]) -> Recording | None:
    views = {take.view: take for take in takes}
    view = rules.counting(list(views))
    return None if view is None else views[view]


def enqueue_receipt(session: Session, sitting: Sitting, now: datetime) -> None:
    """Let the candidate of a finished sitting have the receipt by mail, once every length is known, or soon."""
    if sitting.stage is not Stage.FINISHED:
        return
    job = enqueue(session, Queue.OFFICE, RECEIPT, sitting.id, now, RECEIPT_WAITS.total_seconds())
    takes = counting_takes(session, sitting).values()
    if all(take is not None and take.state is RecordingState.STORED for take in takes):
        job.hurry(now)
