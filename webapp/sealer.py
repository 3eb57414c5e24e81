"""The sealer as a worker of its own: `celery -A webapp.sealer worker -Q audit`, one on the whole installation.

It alone is given VIGNET_AUDIT_KEY, so that nobody who takes over the web app, the office or the database can make a log
that looks sealed.
"""

import logging
import uuid
from datetime import UTC, datetime
from typing import Any

from storage.base import audit, jobs, sealer
from storage.base.config import ConfigError, config
from storage.base.database import session_scope
from storage.base.jobs import celery
from webapp.mail import deliver

app = celery
log = logging.getLogger(__name__)


@jobs.at_worker_start
def check_settings() -> None:
    """Raises ConfigError when the sealer cannot do its work: better at the start than a day later."""
    sealer.sealer()
    if config().production and not config().audit_mail:
        raise ConfigError("VIGNET_AUDIT_MAIL: the anchors of the audit log go to somebody by mail, by name.")


@celery.task(name="seal_audit")
def seal_audit() -> None:
    """Number, chain and seal the new rows of the audit log; whatever does not fit is told at once."""
    now = datetime.now(UTC)
    sealed = sealer.sealer().seal(now)
    if sealed.broken and config().audit_mail:
        try:
            _mail("audit_broken", now, uuid.uuid4(), facts=sealed.broken)
        except deliver.NotSent as error:
            log.critical("the alarm about the audit log was not sent: %s", error)


@jobs.task(audit.CHECK)
def go_through_audit(_job: jobs.Claimed) -> dict[str, Any]:
    """Check that no sealed row was changed or made anew; the result is for the auditor."""
    own = sealer.sealer()
    with session_scope(writes=False) as session:
        broken = audit.first_broken(session, config().audit_key) or audit.first_unanchored(session, own.anchors())
        return {"broken": broken, "rows": audit.last_number(session)}


@jobs.task(audit.ANCHOR)
def bring_anchor_away(_job: jobs.Claimed) -> dict[str, Any]:
    """The anchor of the day: into the sealer's folder, the object store, and by mail to the one who keeps them."""
    now, own = datetime.now(UTC), sealer.sealer()
    own.seal(now)
    anchor = own.anchor(now)
    if anchor is None:
        return {}
    key = sealer.keep_in_store(anchor, config().audit_folder)
    if config().audit_mail:
        # The same at every attempt, so that who gets it twice sees it once.
        _mail("audit_anchor", now, uuid.uuid5(audit.CHAIN, anchor.hash), anchor=anchor)
    return {"number": anchor.number, "key": key, "mailed": bool(config().audit_mail)}


def _mail(template: str, now: datetime, name: uuid.UUID, **values: Any) -> None:
    deliver.send_now(config().audit_mail, template, now, name, origin=config().origin, **values)
