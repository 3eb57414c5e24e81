"""The health page, for a supervisor or a load balancer. It names parts, never people."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from storage import set_up
from storage.base import jobs
from storage.base.config import Config
from storage.base.jobs import Job, JobState
from storage.base.objects import object_store
from storage.base.version import VERSION
from storage.exam import take_decisions
from storage.exam.recorder_nodes import RecorderNode
from storage.people.people import Role
from webapp.context import g
from webapp.extensions import limiter
from webapp.paging import count

pages = Blueprint("health", __name__)

FRESH = timedelta(seconds=2)
_turn = Lock()


@pages.get("/healthz")
@limiter.exempt
def health() -> ResponseReturnValue:
    """200 when database, broker, object store and a recorder answer, workers are there, and it is set up; else 503.

    Strangers hear only that; which parts answer, and the version, is for officers, and outside production for this very
    machine.

    `alarms` counts what waits for a person: jobs that gave up, and takes that no rule can settle. They make nothing
    unready; None when the database is away.
    """
    found = _found()
    ready = all(found["parts"].values())
    told = {"parts": found["parts"], "alarms": found["alarms"], "version": VERSION} if _may_know() else {}
    return {"ready": ready, **told}, 200 if ready else 503


def parts() -> dict[str, bool]:
    """Which parts answer, as of at most two seconds ago."""
    return dict(_found()["parts"])


def _may_know() -> bool:
    settings: Config = current_app.config["SETTINGS"]
    if not settings.production and request.remote_addr in ("127.0.0.1", "::1"):
        return True
    try:
        return bool(current_user.is_authenticated) and Role.KSF_OFFICER in current_user.roles(g.now)
    except SQLAlchemyError:
        # Perhaps it is the database that is away: then nobody can say who asks.
        return False


def _found() -> dict[str, Any]:
    """The result of at most two seconds ago, so that asking often costs nothing."""
    kept: dict[str, Any] = current_app.extensions.setdefault("vignet-health", {})
    with _turn:
        if not kept or g.now - kept["at"] > FRESH:
            parts = tried(g.db, current_app.config["SETTINGS"], g.now)
            kept.update(at=g.now, parts=parts, alarms=_alarms() if parts["database"] else None)
    return kept


def tried(session: Session, settings: Config, now: datetime) -> dict[str, bool]:
    """Which parts answer at this very moment."""
    return {name: _answers(partial(check, session, settings, now)) for name, check in CHECKS.items()}


def _alarms() -> dict[str, int]:
    dead = select(func.count()).select_from(Job).where(Job.state == JobState.DEAD)
    takes = take_decisions.waits(g.db, g.now)
    return {"dead_jobs": g.db.scalars(dead).one()} | {f"{name}_takes": count(found) for name, found in takes.items()}


def _database(session: Session, _settings: Config, _now: datetime) -> bool:
    return bool(session.scalar(text("SELECT 1")) == 1)


def _broker(_session: Session, _settings: Config, _now: datetime) -> bool:
    with jobs.celery.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, timeout=2)
    return True


def _workers(_session: Session, _settings: Config, _now: datetime) -> bool:
    answers = jobs.celery.control.inspect(timeout=1).active_queues() or {}
    queues = {queue["name"] for worker in answers.values() for queue in worker}
    return set(jobs.Queue) <= queues


def _objects(_session: Session, _settings: Config, _now: datetime) -> bool:
    object_store().keys("health/")
    return True


def _recorder(session: Session, _settings: Config, now: datetime) -> bool:
    return any(node.alive(now) for node in session.scalars(select(RecorderNode)))


def _set_up(session: Session, settings: Config, now: datetime) -> bool:
    """Elsewhere than in production it may be tried out before anybody says whose it is, once the demo has filled it."""
    if settings.production:
        return not set_up.missing(session, now)
    return not (settings.data / "run" / "filling").exists()


CHECKS = {
    "database": _database,
    "set_up": _set_up,
    "broker": _broker,
    "objects": _objects,
    "recorder": _recorder,
    "workers": _workers,
}


def _answers(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        # Whatever went wrong, the part does not answer, which is all that is asked here.
        return False
