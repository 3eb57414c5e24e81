"""Visitors at the web app, to see the demo as its people do."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session
from support.visitors import Visitor

from storage.people.people import Person
from webapp import create_app


@pytest.fixture
def visit(installation, session: Session) -> Callable[..., Visitor]:
    """`visit(person)` logs that person in; `visit()` is a stranger."""
    app = create_app(installation)

    def come(person: Person | None = None) -> Visitor:
        if person is not None:
            session.refresh(person)
        session.commit()
        return Visitor(app, person)

    return come
