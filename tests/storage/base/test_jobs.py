"""The job queue: one worker at a time on a job, nothing lost, nothing tried for ever."""

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import func, select, update

from storage.base import jobs
from storage.base.backoff import JOBS
from storage.base.database import new_session, session_scope
from storage.base.jobs import (
    LEASE,
    RING_AGAIN,
    Claimed,
    Hopeless,
    Job,
    JobState,
    Later,
    Lost,
    Queue,
)


def now() -> datetime:
    return datetime.now(UTC)


def add(kind="work", subject=None, delay_s=0.0, at=None) -> uuid.UUID:
    with session_scope() as session:
        return jobs.enqueue(session, Queue.MEDIA, kind, subject or uuid.uuid4(), at or now(), delay_s).id


def row(job_id) -> Job:
    with new_session(writes=False) as session:
        return session.get(Job, job_id)


def change(job_id, **values) -> None:
    with session_scope() as session:
        session.execute(update(Job).where(Job.id == job_id).values(**values))


def rung(broker) -> list[tuple[str, str]]:
    """The doorbells that wait in the broker: kind and id, oldest first."""
    with redis.Redis.from_url(broker) as client:
        messages = [json.loads(message)["headers"] for message in client.lrange("media", 0, -1)]
    return [(headers["task"], headers["argsrepr"].strip("[]'")) for headers in reversed(messages)]


def at_the_same_moment(number, act):
    """What `number` threads answer that call `act` together."""
    barrier = threading.Barrier(number)

    def run(_):
        barrier.wait()
        return act()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_of_many_workers_one_gets_the_job(installation):
    job_id = add()
    claims = at_the_same_moment(8, lambda: jobs.claim(job_id, uuid.uuid4().hex, now()))
    winners = [claim for claim in claims if claim]
    assert len(winners) == 1
    job = row(job_id)
    assert (job.state, job.attempts, job.lease_owner) == (JobState.RUNNING, 1, winners[0].lease_owner)


def test_a_job_is_not_claimed_before_its_time(installation):
    job_id = add(delay_s=60)
    assert jobs.claim(job_id, "me", now()) is None
    assert jobs.claim(job_id, "me", now() + timedelta(seconds=61)).attempts == 1


def test_after_its_lease_a_job_is_anybodys_and_the_first_worker_notices(installation):
    job_id, begun = add(), now()
    first = Claimed(jobs.claim(job_id, "first", begun))
    assert jobs.claim(job_id, "second", begun + LEASE) is None
    second = Claimed(jobs.claim(job_id, "second", begun + LEASE + timedelta(seconds=1)))
    for act in (lambda: first.report(10), lambda: first.finish({}), lambda: first.fail(OSError())):
        with pytest.raises(Lost):
            act()
    second.finish({"by": "second"})
    assert (row(job_id).state, row(job_id).attempts, row(job_id).result) == (JobState.DONE, 2, {"by": "second"})


def test_the_lease_is_renewed_while_the_work_goes_on(installation, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=0.4))
    job_id, leases = add(), []

    def handler(claimed):
        end = time.monotonic() + 20
        while len(leases) < 3 and time.monotonic() < end:
            if (lease := row(job_id).lease_until) not in leases:
                leases.append(lease)
        assert jobs.claim(job_id, "thief", now()) is None

    jobs.perform(job_id, handler)
    assert len(leases) == 3 and leases == sorted(leases)
    assert row(job_id).state is JobState.DONE


def test_progress_is_kept_within_its_bounds(installation):
    claimed = Claimed(jobs.claim(add(), "me", now()))
    for given, kept in ((33.4, 33), (-5, 0), (170, 100)):
        claimed.report(given)
        assert row(claimed.id).progress == kept


def test_a_failing_job_waits_ever_longer_and_then_is_dead(installation):
    def handler(_):
        raise OSError("the store is away")

    job_id, delays = add(), []
    for _ in JOBS.delays_s:
        begun = now()
        jobs.perform(job_id, handler)
        job = row(job_id)
        assert (job.state, job.error) == (JobState.WAITING, "OSError: the store is away")
        delays.append((job.not_before - begun).total_seconds())
        change(job_id, not_before=now())
    assert delays == sorted(delays)
    assert delays == pytest.approx(JOBS.delays_s, abs=2)
    jobs.perform(job_id, handler)
    job = row(job_id)
    assert (job.state, job.attempts, job.lease_until) == (JobState.DEAD, JOBS.attempts, None)
    assert job.finished_at is not None
    assert jobs.claim(job_id, "me", now() + timedelta(days=1)) is None


def test_a_hopeless_job_is_dead_at_once(installation):
    def handler(_):
        raise Hopeless("no original left")

    job_id = add()
    jobs.perform(job_id, handler)
    assert (row(job_id).state, row(job_id).attempts) == (JobState.DEAD, 1)
    assert row(job_id).error == "Hopeless: no original left"


def test_work_that_says_later_waits_that_long_and_counts_no_attempt(installation, broker):
    def handler(_):
        raise Later(timedelta(hours=2), "the other side is away")

    job_id = add()
    for _ in range(JOBS.attempts + 1):
        begun = now()
        jobs.perform(job_id, handler)
        job = row(job_id)
        assert (job.state, job.attempts, job.error) == (JobState.WAITING, 0, "the other side is away")
        assert (job.not_before - begun).total_seconds() == pytest.approx(7200, abs=2)
        assert job.lease_until is None
        assert jobs.sweep(now()) == 0
        assert jobs.sweep(job.not_before) == 1
        change(job_id, not_before=now())
    jobs.perform(job_id, lambda _: {"well": True})
    assert (row(job_id).state, row(job_id).error, row(job_id).attempts) == (JobState.DONE, None, 1)


def test_later_is_now_when_the_job_was_asked_for_again_while_it_ran(installation):
    subject = uuid.uuid4()

    def handler(_):
        add(subject=subject)
        raise Later(timedelta(hours=2), "not yet")

    job_id = add(subject=subject)
    jobs.perform(job_id, handler)
    assert row(job_id).not_before <= now()
    assert jobs.claim(job_id, "me", now()).attempts == 1


def test_a_job_that_kills_every_worker_is_dead_in_the_end(installation):
    """Each worker takes it and is never heard of again."""
    job_id, at = add(), now()
    for attempt in range(1, len(JOBS.delays_s) + 2):
        assert jobs.claim(job_id, "doomed", at).attempts == attempt
        at += LEASE + timedelta(seconds=1)
    assert jobs.claim(job_id, "doomed", at) is None
    assert (row(job_id).state, row(job_id).error) == (JobState.DEAD, "every worker on it died")


def test_a_dead_job_gets_a_new_life(installation, broker):
    def handler(_):
        raise Hopeless("a mistake in the program")

    job_id = add()
    jobs.perform(job_id, handler)
    with session_scope() as session:
        session.get(Job, job_id).retry(now())
    job = row(job_id)
    assert (job.state, job.attempts, job.error, job.finished_at) == (JobState.WAITING, 0, None, None)
    assert rung(broker) == [("work", str(job_id))] * 2
    jobs.perform(job_id, lambda _: {"well": True})
    assert (row(job_id).state, row(job_id).result) == (JobState.DONE, {"well": True})


def test_a_job_done_is_not_done_again(installation):
    job_id, times = add(), []
    for _ in range(3):
        jobs.perform(job_id, lambda _: times.append(1))
    assert times == [1]


def test_a_kind_and_subject_have_one_open_job(installation):
    subject = uuid.uuid4()
    ids = set(at_the_same_moment(6, lambda: add(subject=subject)))
    assert len(ids) == 1
    assert add(kind="other work", subject=subject) not in ids
    jobs.perform(ids.pop(), lambda _: None)
    add(subject=subject)
    with new_session(writes=False) as session:
        counted = select(func.count()).where(Job.subject == subject, Job.kind == "work")
        assert session.scalar(counted) == 2


def test_a_race_for_the_one_open_job_spoils_nothing_else(installation):
    """Who loses it keeps the rest of the transaction."""
    subject = uuid.uuid4()

    def act():
        with session_scope() as session:
            other = jobs.enqueue(session, Queue.OFFICE, "other", uuid.uuid4(), now()).id
            return other, jobs.enqueue(session, Queue.MEDIA, "work", subject, now()).id

    pairs = at_the_same_moment(6, act)
    assert len({shared for _, shared in pairs}) == 1
    assert all(row(other) for other, _ in pairs)


def test_what_is_asked_for_while_the_job_runs_is_not_missed(installation, broker):
    subject, seen = uuid.uuid4(), []

    def handler(claimed):
        seen.append(claimed.attempts)
        if len(seen) == 1:
            assert add(subject=subject) == job_id

    job_id = add(subject=subject)
    jobs.perform(job_id, handler)
    job = row(job_id)
    assert (job.state, job.finished_at) == (JobState.WAITING, None)
    assert jobs.sweep(now()) == 1
    jobs.perform(job_id, handler)
    assert (row(job_id).state, seen) == (JobState.DONE, [1, 1])


def test_what_is_asked_for_while_a_hopeless_job_runs_is_not_missed_either(installation):
    subject = uuid.uuid4()

    def handler(_):
        add(subject=subject)
        raise Hopeless("there was nothing yet")

    job_id = add(subject=subject)
    jobs.perform(job_id, handler)
    assert (row(job_id).state, row(job_id).error) == (JobState.WAITING, "Hopeless: there was nothing yet")


def test_the_doorbell_rings_after_the_commit_and_only_then(installation, broker):
    with new_session() as session:
        ids = [jobs.enqueue(session, Queue.MEDIA, "work", uuid.uuid4(), now()).id for _ in range(2)]
        session.flush()
        assert rung(broker) == []
        session.commit()
        assert rung(broker) == [("work", str(job_id)) for job_id in ids]
        session.commit()
    assert len(rung(broker)) == 2


def test_a_later_job_rings_when_it_is_due_or_hurried(installation, broker):
    job_id = add(delay_s=60)
    assert rung(broker) == [] and jobs.sweep(now()) == 0
    with session_scope() as session:
        session.get(Job, job_id).hurry(now())
    assert rung(broker) == [("work", str(job_id))]
    assert jobs.claim(job_id, "me", now()).attempts == 1


def test_the_sweeper_rings_for_what_nobody_heard(installation, broker):
    at = now()
    due, later, taken = add(), add(delay_s=600), add()
    jobs.claim(taken, "me", at)
    with redis.Redis.from_url(broker) as client:
        client.flushall()
    assert jobs.sweep(at) == 0  # the bells have just rung
    assert jobs.sweep(at + RING_AGAIN / 2) == 0
    assert jobs.sweep(at + RING_AGAIN + timedelta(seconds=10)) == 2
    assert {job_id for _, job_id in rung(broker)} == {str(due), str(taken)}
    assert jobs.sweep(at + timedelta(seconds=605)) == 3
    assert str(later) in {job_id for _, job_id in rung(broker)}


def test_a_lost_broker_raises_nothing_delays_little_and_loses_nothing(installation, environment, valkey, caplog):
    """In this installation nothing listens at the broker's address until the last lines."""
    begun = time.monotonic()
    job_id = add()
    assert time.monotonic() - begun < 1
    assert row(job_id).state is JobState.WAITING
    with session_scope() as session:
        many = [jobs.enqueue(session, Queue.MEDIA, "work", uuid.uuid4(), now()).id for _ in range(50)]
    assert len([record for record in caplog.records if "doorbell not heard" in record.message]) == 2
    assert {row(one).state for one in many} == {JobState.WAITING}
    environment(VIGNET_BROKER_URL=valkey)
    with redis.Redis.from_url(valkey) as client:
        client.flushall()
    assert jobs.sweep(now() + RING_AGAIN + timedelta(seconds=1)) == 1 + len(many)
    assert {one for _, one in rung(valkey)} == {str(job_id), *map(str, many)}
