"""How an installation is doing, in numbers out of the database: what waits, since when, what gave up; nobody is in it.

Told to Prometheus by `webapp/metrics.py`, and to the office on its status page.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.backup import made
from storage.base.audit import AuditEvent
from storage.base.config import Config
from storage.base.jobs import Job, JobState
from storage.exam import take_decisions
from storage.exam.recorder_nodes import RecorderNode
from storage.people.outbox import MailMessage, MailState
from storage.retention.destructions import Run


@dataclass(frozen=True)
class Number:
    """One number; seconds and bytes where the name says so."""

    name: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


MEANINGS = {
    "vignet_jobs": "Jobs that wait, run or gave up, by kind.",
    "vignet_job_oldest_seconds": "How long the job that waits longest could have begun, by kind.",
    "vignet_mails": "Mails that wait, failed or came back.",
    "vignet_mail_oldest_seconds": "How long the mail that waits longest waits.",
    "vignet_takes_waiting": "Takes that wait for the office, by what is the matter.",
    "vignet_recorders": "Recorders that beat, and that are silent.",
    "vignet_retention_night_seconds": "Since the last night of erasing ended.",
    "vignet_backup_age_seconds": "Since the last backup began in which nothing was missing; absent without one.",
    "vignet_audit_unsealed": "Rows of the audit log that the sealer has not sealed.",
    "vignet_audit_unsealed_seconds": "How long the oldest of them waits for the sealer.",
    "vignet_database_bytes": "The size of the database.",
}
"""What each number says."""

TOLD_JOBS = (JobState.WAITING, JobState.RUNNING, JobState.DEAD)
TOLD_MAILS = (MailState.WAITING, MailState.FAILED, MailState.BOUNCED)


def numbers(session: Session, settings: Config, now: datetime) -> Iterator[Number]:
    """All of them, as they are now."""
    yield from _jobs(session, now)
    yield from _mails(session, now)
    for matter, query in take_decisions.waits(session, now).items():
        waiting = session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
        yield Number("vignet_takes_waiting", waiting or 0, {"matter": matter})
    nodes = list(session.scalars(select(RecorderNode)))
    alive = sum(one.alive(now) for one in nodes)
    yield Number("vignet_recorders", alive, {"state": "alive"})
    yield Number("vignet_recorders", len(nodes) - alive, {"state": "silent"})
    if ended := session.scalar(select(func.max(Run.ended_at))):
        yield Number("vignet_retention_night_seconds", (now - ended).total_seconds())
    if backed_up := made.last_good(session):
        yield Number("vignet_backup_age_seconds", (now - backed_up).total_seconds())
    unsealed = select(func.count(), func.min(AuditEvent.at)).where(AuditEvent.number.is_(None))
    count, since = session.execute(unsealed).one()
    yield Number("vignet_audit_unsealed", count)
    yield Number("vignet_audit_unsealed_seconds", (now - since).total_seconds() if since else 0)
    yield Number("vignet_database_bytes", _size(session, settings))


def free_bytes(settings: Config) -> int | None:
    """Space on the disk of the data folder; None on a host that has none."""
    try:
        return shutil.disk_usage(settings.data).free
    except OSError:
        return None


def _jobs(session: Session, now: datetime) -> Iterator[Number]:
    counted = select(Job.kind, Job.state, func.count()).where(Job.state.in_(TOLD_JOBS)).group_by(Job.kind, Job.state)
    found = {(kind, state): count for kind, state, count in session.execute(counted)}
    since = select(Job.kind, func.min(Job.not_before)).where(Job.state == JobState.WAITING, Job.not_before <= now)
    oldest = dict(session.execute(since.group_by(Job.kind)).all())
    for kind in sorted({kind for kind, _ in found}):
        for state in TOLD_JOBS:
            yield Number("vignet_jobs", found.get((kind, state), 0), {"kind": kind, "state": state})
        waits = (now - oldest[kind]).total_seconds() if kind in oldest else 0
        yield Number("vignet_job_oldest_seconds", waits, {"kind": kind})


def _mails(session: Session, now: datetime) -> Iterator[Number]:
    counted = select(MailMessage.state, func.count()).where(MailMessage.state.in_(TOLD_MAILS))
    found = dict(session.execute(counted.group_by(MailMessage.state)).all())
    for state in TOLD_MAILS:
        yield Number("vignet_mails", found.get(state, 0), {"state": state})
    since = session.scalar(select(func.min(MailMessage.created_at)).where(MailMessage.state == MailState.WAITING))
    yield Number("vignet_mail_oldest_seconds", (now - since).total_seconds() if since else 0)


def _size(session: Session, settings: Config) -> float:
    if session.get_bind().dialect.name == "postgresql":
        return float(session.scalar(select(func.pg_database_size(func.current_database()))) or 0)
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    return float(sum(path.stat().st_size for path in (file, Path(f"{file}-wal")) if path.exists()))
