"""Refusals to somebody who is logged in, in the audit log: with the person, the route and the rule.

Who tries the ids of others leaves a trace, and so does who passes by a form: a value that it does not offer, a request
without its token, more tries than anybody needs. The line holds no id and nothing that was sent. A loop does not fill
the log: each person and route has a line a minute, and each person so many lines.
"""

import uuid
from datetime import timedelta
from typing import Any

from flask import Flask, Response, g, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from storage.base import audit
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.people.people import Person

VERB = "refused"
STATUSES = (403, 404, 409)
TOO_OFTEN = 429
WITHIN = timedelta(minutes=1)
MOST = 30
"""Lines about one person within a minute, of all routes together."""
PATIENCE_S = 1
"""How long the answer waits for a turn to write the line; it goes without when there is none."""


def register(app: Flask) -> None:
    """Let what is refused be noted: at a route that names an id, and whatever says its rule in `g.refused`."""

    @app.after_request
    def note(response: Response) -> Response:
        named = any(isinstance(value, uuid.UUID) for value in (request.view_args or {}).values())
        passed_by = response.status_code == TOO_OFTEN or (response.status_code >= 400 and "refused" in g)
        if ((response.status_code in STATUSES and named) or passed_by) and current_user.is_authenticated:
            who = current_user.person.id
            # What the request itself meant to change is not to be, and must not keep this line waiting.
            g.db.rollback()
            rule = str(g.get("refused", f"http_{response.status_code}"))
            try:
                _note(who, endpoint=request.endpoint, status=response.status_code, rule=rule)
            except OperationalError as error:
                app.logger.warning("a refusal is not in the audit log: %s", error)
        return response


def _note(who: uuid.UUID, **facts: Any) -> None:
    about = (AuditEvent.subject_kind == Person.__tablename__, AuditEvent.subject == who, AuditEvent.verb == VERB)
    with new_session(writes=False) as session:
        recent = session.scalars(select(AuditEvent.facts).where(*about, AuditEvent.at > g.now - WITHIN)).all()
    if len(recent) < MOST and not any(one["endpoint"] == facts["endpoint"] for one in recent):
        with new_session(True, PATIENCE_S) as session, session.begin():
            audit.record(session, g.now, who, VERB, Person(id=who), **facts)
