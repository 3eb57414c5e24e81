"""Mail is sent by jobs; here a worker does those that are due at a moment of the test's choosing."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock

from sqlalchemy import select

from storage.base import jobs
from storage.base.database import new_session
from storage.base.jobs import Job, JobState
from storage.people.outbox import DELIVER
from webapp.mail import deliver


@contextmanager
def at(now: datetime) -> Iterator[None]:
    """For the queue it is `now`."""
    with mock.patch.object(jobs, "_now", lambda: now):
        yield


def job_of(message_id: uuid.UUID) -> Job:
    """The newest job that sends this mail."""
    with new_session(writes=False) as session:
        of_it = select(Job).where(Job.kind == DELIVER, Job.subject == message_id).order_by(Job.created_at.desc())
        return session.scalars(of_it).first()


def perform(job_id: uuid.UUID, now: datetime) -> bool:
    """A worker takes the job at `now`. True when a mail went out."""
    done = []
    with at(now):
        jobs.perform(job_id, lambda job: done.append(deliver.attempt(job.subject, now)) or done[0])
    return done == [{"state": "sent"}]


def send_due(now: datetime) -> int:
    """Send every mail that is due at `now`; answers how many went out."""
    with new_session(writes=False) as session:
        waiting = select(Job.id).where(Job.kind == DELIVER, Job.state.in_((JobState.WAITING, JobState.RUNNING)))
        ids = session.scalars(waiting.order_by(Job.created_at)).all()
    return sum(perform(job_id, now) for job_id in ids)
