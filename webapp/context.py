"""What a request has at hand, with its types: its transaction with the database and the moment that it came."""

from datetime import datetime
from typing import Protocol, cast

import flask
from sqlalchemy.orm import Session


class Context(Protocol):
    """The part of Flask's `g` that every view may use. `now` is one moment for the whole request, in UTC."""

    db: Session
    now: datetime


g = cast("Context", flask.g)
