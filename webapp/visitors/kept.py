"""Answers that are the same for everybody: no cookie, and kept by whoever is in between.

A page is made once a minute at most in each process, however many ask; whoever has it asks whether it changed (304).
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import NamedTuple

from flask import Response, current_app, request
from flask_limiter.util import get_remote_address

from webapp.context import g
from webapp.extensions import limiter

FRESH = timedelta(minutes=1)
KEEP_S, STALE_S = 300, 3600
"""How long a cache may give an answer unasked; and how much longer while it asks, or while we are away."""
LIMIT = "600/minute"
"""For each address. It reads no session, as the ordinary limit does: that would make the answer depend on a cookie."""


class Kept(NamedTuple):
    body: bytes
    made_at: datetime


def for_everybody(kind: str = "text/html") -> Callable[[Callable[..., str]], Callable[..., Response]]:
    """The text that a view answers, as a response of this kind that everybody may keep."""

    def decorate(view: Callable[..., str]) -> Callable[..., Response]:
        @wraps(view)
        def answer(**values: str) -> Response:
            known: dict[str, Kept] = current_app.extensions.setdefault("vignet-kept", {})
            kept = known.get(request.path)
            if kept is None or not timedelta() <= g.now - kept.made_at < FRESH:
                kept = known[request.path] = Kept(view(**values).encode(), g.now)
            response = Response(kept.body, content_type=f"{kind}; charset=utf-8")
            control = response.cache_control
            control.public, control.max_age, control.stale_while_revalidate = True, KEEP_S, STALE_S
            control.stale_if_error = STALE_S
            # Weak: the edge packs it, which changes its bytes.
            response.set_etag(hashlib.sha256(kept.body).hexdigest()[:32], weak=True)
            response.make_conditional(request)
            return response

        return limiter.limit(LIMIT, key_func=get_remote_address, override_defaults=True)(answer)

    return decorate
