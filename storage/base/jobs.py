"""The job queue: the row is the truth, the Celery message is a doorbell.

A message holds one id. Lost messages, dead workers and a lost broker cost time, never work: the sweeper rings again
for rows that wait or whose lease ran out. Handlers must be idempotent, since a job may run more than once.
"""

import contextlib
import logging
import socket
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import heartbeat_sent, setup_logging, worker_init
from kombu.exceptions import OperationalError
from sqlalchemy import Index, String, Text, case, event, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import logs
from storage.base.backoff import JOBS
from storage.base.config import config
from storage.base.database import Base, Identified, UtcDateTime, one_of, rows_changed, session_of, session_scope

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RING_AGAIN = timedelta(seconds=60)


class Queue(StrEnum):
    MEDIA = "media"
    OFFICE = "office"
    AUDIT = "audit"
    """Only the sealer listens here."""


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(Identified, Base):
    """One piece of work on one subject. At most one of a kind and subject is open at a time.

    `attempts` counts the times that it was begun, `progress` runs from 0 to 100, `not_before` is when it may begin.
    `again`: it was asked for while it ran, so that it waits again when it is done. `request` is the number of the page
    that ordered it (`storage.base.logs`); None when nobody asked.
    """

    __tablename__ = "job"

    queue: Mapped[Queue] = mapped_column(one_of(Queue))
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[uuid.UUID]
    state: Mapped[JobState] = mapped_column(one_of(JobState), default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[int] = mapped_column(default=0)
    again: Mapped[bool] = mapped_column(default=False)
    request: Mapped[str | None] = mapped_column(String(32))
    result: Mapped[dict[str, Any]] = mapped_column(default=dict[str, Any])
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    rung_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_job_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=state.in_((JobState.WAITING, JobState.RUNNING)),
            postgresql_where=state.in_((JobState.WAITING, JobState.RUNNING)),
        ),
        Index(None, "state", "not_before"),
        Index(None, "state", "created_at", "id"),
        Index(None, "created_at", "id"),
        Index(None, "subject", "created_at"),
    )

    def hurry(self, now: datetime) -> None:
        """Begin as soon as a worker is free instead of at the planned moment."""
        if self.state is JobState.WAITING and self.not_before > now:
            self.not_before = self.rung_at = now
            _ring_after_commit(session_of(self), self)

    def retry(self, now: datetime) -> None:
        """Give a dead job a new life, from its first attempt on."""
        if self.state is JobState.DEAD:
            self.state, self.attempts, self.error, self.finished_at = JobState.WAITING, 0, None, None
            self.not_before = self.rung_at = now
            _ring_after_commit(session_of(self), self)


class Lost(Exception):
    """This worker no longer holds the job: its lease ran out and somebody else may have taken it."""


class Hopeless(Exception):
    """Trying again cannot help; the job ends in `dead` at once and the office is told."""


class Later(Exception):
    """Not now: the job waits for `delay`, and this time counts as no attempt. The message tells the office why.

    For work that knows by itself how long to wait and when to give up.
    """

    def __init__(self, delay: timedelta, reason: str):
        super().__init__(reason)
        self.delay = delay


celery = Celery("vignet")


@celery.on_configure.connect
def _configure(sender: Celery, **_: object) -> None:
    sender.conf.update(
        broker_url=config().broker_url,
        broker_connection_retry_on_startup=True,
        # A web request must not hang on a lost broker: the sweeper rings later.
        broker_connection_timeout=2,
        broker_transport_options={
            "visibility_timeout": 3600,
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
            # As RabbitMQ's library calls it. One whose memory or disk is full goes on listening and says nothing.
            "read_timeout": 10,
            "write_timeout": 10,
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.1,
        },
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_default_queue=Queue.OFFICE,
        timezone="UTC",
        worker_hijack_root_logger=False,
        beat_schedule={
            "sweep": {"task": "sweep", "schedule": 5.0, "options": {"expires": 5}},
            "seal_audit": {
                "task": "seal_audit",
                "schedule": 60.0,
                "options": {"expires": 60, "queue": str(Queue.AUDIT)},
            },
            "begin_audit_anchor": {
                "task": "begin_audit_anchor",
                "schedule": crontab(hour=3, minute=10),
                "options": {"expires": 36000},
            },
            "tend_sittings": {"task": "tend_sittings", "schedule": 10.0, "options": {"expires": 10}},
            "begin_audit_check": {"task": "begin_audit_check", "schedule": 21600.0, "options": {"expires": 21600}},
            "tend_windows": {"task": "tend_windows", "schedule": 600.0, "options": {"expires": 600}},
            "watch": {"task": "watch", "schedule": 60.0, "options": {"expires": 60}},
            "charge": {"task": "charge", "schedule": 60.0, "options": {"expires": 60}},
            "delete_expired": {
                "task": "delete_expired",
                "schedule": crontab(hour=2, minute=20),
                "options": {"expires": 3600},
            },
            "begin_retention": {
                "task": "begin_retention",
                "schedule": crontab(hour=2, minute=40),
                "options": {"expires": 3600},
            },
            "begin_judging_figures": {
                "task": "begin_judging_figures",
                "schedule": crontab(hour=4, minute=10),
                "options": {"expires": 3600},
            },
        },
    )


@setup_logging.connect
def _begin_logs(**_: Any) -> None:
    """A worker logs as every other part, and not as Celery would have it."""
    logs.begin()


@heartbeat_sent.connect
def _alive(**_: Any) -> None:
    """Leave a sign every two seconds while the broker is heard: a file that a health check finds new (compose.yml).

    Asking the workers over the broker says the same, and costs seconds of CPU each time.
    """
    sign = config().data / "run" / "worker-alive"
    sign.parent.mkdir(parents=True, exist_ok=True)
    sign.touch()


def at_worker_start(check: Callable[[], None]) -> Callable[[], None]:
    """Have every worker of this process call `check` before it takes work; what it raises keeps the worker from it."""

    # Celery swallows the plain errors of whoever it tells, and not this one.
    def run(**_: Any) -> None:
        try:
            check()
        except Exception as error:
            raise SystemExit(str(error)) from error

    worker_init.connect(run, weak=False)
    return check


def enqueue(session: Session, queue: Queue, kind: str, subject: uuid.UUID, now: datetime, delay_s: float = 0) -> Job:
    """The open job of this kind on `subject`, made when there is none. Its doorbell rings after the commit.

    A job that runs already will run once more, since it may have missed what this call is about.
    """
    while (job := _open_job(session, kind, subject)) is None:
        start = now + timedelta(seconds=delay_s)
        values = {"created_at": now, "not_before": start, "request": logs.request_number()}
        job = Job(id=uuid.uuid4(), queue=queue, kind=kind, subject=subject, **values)
        try:
            with session.begin_nested():
                session.add(job)
        except IntegrityError:
            # Somebody else made it at this very moment.
            continue
        if delay_s <= 0:
            job.rung_at = now
            _ring_after_commit(session, job)
        return job
    return job


def _open_job(session: Session, kind: str, subject: uuid.UUID) -> Job | None:
    """The open job, told to run again when it is running; None also when it was settled at this very moment."""
    job = session.scalars(
        select(Job)
        .where(Job.kind == kind, Job.subject == subject, Job.state.in_((JobState.WAITING, JobState.RUNNING)))
        .execution_options(populate_existing=True)
        .with_for_update()
    ).first()
    if job is not None and job.state is JobState.RUNNING:
        job.again = True
    return job


def _ring_after_commit(session: Session, job: Job) -> None:
    session.info.setdefault("doorbells", []).append((job.kind, job.id, job.queue))


@event.listens_for(Session, "after_commit")
def _ring_all(session: Session) -> None:
    # A savepoint tells of itself here too; nobody else sees the job yet then.
    if not session.in_nested_transaction():
        # A broker that is away is waited for once and not for each job: it may take seconds to find out.
        all(ring(*message) for message in session.info.pop("doorbells", ()))


def ring(kind: str, job_id: uuid.UUID, queue: Queue) -> bool:
    """Tell a worker of `queue` that a job waits. False when the broker is away: the sweeper rings again."""
    try:
        celery.send_task(kind, args=[str(job_id)], queue=str(queue), retry=False)
    except (OSError, OperationalError) as error:
        log.warning("doorbell not heard: %s %s (%s)", kind, job_id, type(error).__name__)
        return False
    return True


def claim(job_id: uuid.UUID, owner: str, now: datetime) -> Job | None:
    """The job, leased to `owner`, or None when it is done, not due, or held by somebody else.

    A job whose workers died as often as it may be tried is dead: it may be what kills them.
    """
    deadly = (Job.state == JobState.RUNNING) & (Job.lease_until < now) & (Job.attempts >= JOBS.attempts)
    free = (Job.state == JobState.WAITING) | ((Job.state == JobState.RUNNING) & (Job.lease_until < now))
    with session_scope() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, deadly)
            .values(state=JobState.DEAD, error="every worker on it died", finished_at=now, lease_until=None)
        )
        taken = rows_changed(
            session,
            update(Job)
            .where(Job.id == job_id, free, Job.not_before <= now)
            .values(
                state=JobState.RUNNING,
                attempts=Job.attempts + 1,
                progress=0,
                again=False,
                lease_until=now + LEASE,
                lease_owner=owner,
            ),
        )
        return session.get(Job, job_id) if taken == 1 else None


class Claimed:
    """A job in the hands of this worker. Its lease is renewed by a thread until it is settled."""

    def __init__(self, job: Job):
        self.id, self.subject, self.kind, self.attempts = job.id, job.subject, job.kind, job.attempts
        self._owner, self._stop = job.lease_owner, threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> "Claimed":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _renew(self) -> None:
        while not self._stop.wait(LEASE.total_seconds() / 4):
            with contextlib.suppress(Exception):  # A database that is away for a moment must not end the work.
                self._update(lease_until=_now() + LEASE)

    def _update(self, **values: Any) -> None:
        with session_scope() as session:
            mine = update(Job).where(Job.id == self.id, Job.state == JobState.RUNNING, Job.lease_owner == self._owner)
            if rows_changed(session, mine.values(**values)) != 1:
                raise Lost(f"{self.kind} {self.id}")

    def report(self, progress: float) -> None:
        """Say how far the work is (0 to 100). Raises Lost when somebody else took the job over."""
        self._update(progress=max(0, min(100, round(progress))), lease_until=_now() + LEASE)

    def finish(self, result: dict[str, Any]) -> None:
        self._end(JobState.DONE, progress=100, result=result, error=None)

    def put_back(self, later: Later) -> None:
        """Wait as long as the work says, or not at all when the job was asked for again while it ran."""
        now = _now()
        due = case((Job.again, literal(now, UtcDateTime)), else_=literal(now + later.delay, UtcDateTime))
        waits = {"state": JobState.WAITING, "attempts": Job.attempts - 1, "error": str(later)[:2000]}
        self._update(**waits, not_before=due, lease_until=None)

    def fail(self, error: Exception) -> None:
        """Put the job back with a growing delay, or, after the last attempt, among the dead."""
        now, message = _now(), f"{type(error).__name__}: {error}"[:2000]
        delay = None if isinstance(error, Hopeless) else JOBS.after(self.attempts)
        if delay is None:
            self._end(JobState.DEAD, error=message)
        else:
            self._update(state=JobState.WAITING, error=message, not_before=now + delay, lease_until=None)

    def _end(self, state: JobState, **values: Any) -> None:
        """The job is over, unless it was asked for again while it ran: then it waits, and the sweeper rings."""
        now = literal(_now(), UtcDateTime)
        self._update(
            state=case((Job.again, literal(JobState.WAITING, Job.state.type)), else_=literal(state, Job.state.type)),
            attempts=case((Job.again, 0), else_=Job.attempts),
            not_before=case((Job.again, now), else_=Job.not_before),
            finished_at=case((Job.again, None), else_=now),
            lease_until=None,
            **values,
        )


def perform(job_id: uuid.UUID, handler: Callable[[Claimed], dict[str, Any] | None]) -> None:
    """Claim the job, run `handler`, and settle the row. The handler opens its own short transactions."""
    owner = f"{socket.gethostname()}/{uuid.uuid4().hex[:12]}"
    job = claim(job_id, owner, _now())
    if job is None:
        return
    with logs.working_for(job.request), Claimed(job) as claimed:
        log.info("%s %s begins, attempt %d", job.kind, job.id, job.attempts)
        try:
            claimed.finish(handler(claimed) or {})
        except Lost:
            log.warning("lost the lease of %s %s", job.kind, job.id)
        except Later as later:
            with contextlib.suppress(Lost):
                claimed.put_back(later)
        except Exception as error:
            log.exception("%s %s failed at attempt %d", job.kind, job.id, job.attempts)
            with contextlib.suppress(Lost):
                claimed.fail(error)


Handler = Callable[[Claimed], dict[str, Any] | None]


def task(kind: str) -> Callable[[Handler], Handler]:
    """Register `handler(claimed: Claimed) -> dict | None` as the work behind jobs of this kind."""

    def register(handler: Handler) -> Handler:
        # Celery writes the function's name into source text, so it must have one.
        @celery.task(name=kind)
        def run(job_id: str) -> None:
            perform(uuid.UUID(job_id), handler)

        return handler

    return register


def sweep(now: datetime) -> int:
    """Ring for every job that is due and not heard, or whose worker died; answers how many."""
    due = ((Job.state == JobState.WAITING) & (Job.not_before <= now)) | (
        (Job.state == JobState.RUNNING) & (Job.lease_until < now)
    )
    not_heard = Job.rung_at.is_(None) | (Job.rung_at < Job.not_before) | (Job.rung_at < now - RING_AGAIN)
    with session_scope() as session:
        rows = session.execute(
            select(Job.kind, Job.id, Job.queue).where(due, not_heard).order_by(Job.not_before).limit(500)
        ).all()
        session.execute(update(Job).where(Job.id.in_([row.id for row in rows])).values(rung_at=now))
    for row in rows:
        ring(*row)
    return len(rows)


def _now() -> datetime:
    return datetime.now(UTC)
