"""The web app of a test's own installation, and people who log in to it."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import event
from sqlalchemy.orm import Session
from support import desk_site, judged_exam
from support.visitors import Visitor
from werkzeug.serving import make_server

from storage.base import database
from storage.base.config import Config
from storage.people.people import Person
from webapp import create_app


@pytest.fixture
def app(installation: Config) -> Flask:
    """The web app as it runs, on this test's installation."""
    return create_app(installation)


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """Where the web app listens, for a browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(app: Flask, session: Session) -> Callable[..., Visitor]:
    """`visit(person)` logs that person in; `visit()` is a stranger."""

    def come(person: Person | None = None) -> Visitor:
        # What the test itself looks up, this person too, must not keep the database locked while somebody logs in.
        if person is not None:
            session.refresh(person)
        session.commit()
        return Visitor(app, person)

    return come


@pytest.fixture(scope="session")
def desks(tmp_path_factory, swift) -> Iterator[desk_site.Site]:
    """A running site with real films, for all browser tests of the desk."""
    with desk_site.running(tmp_path_factory.mktemp("desk"), swift) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = desk_site.launch(playwright)
        yield browser
        browser.close()


EXPECTED = re.compile(r"status of (400|401|409|422)|ERR_INTERNET_DISCONNECTED")
"""What a browser may complain of: refusals of the server, and being away."""


@pytest.fixture
def desk(desks, chromium) -> Iterator[desk_site.Desk]:
    """An assessor of this test's own with ten answers to judge; what the browser complains of fails the test."""
    yield from _minded(desk_site.give(desks, chromium))


@pytest.fixture
def unseen_desk(desks, chromium) -> Iterator[desk_site.Desk]:
    """The same, and nobody has played any of the recordings."""
    yield from _minded(desk_site.give(desks, chromium, seen=False))


def _minded(given: desk_site.Desk) -> Iterator[desk_site.Desk]:
    yield given
    for context in given.contexts:
        context.close()
    assert [one for one in given.complaints if not EXPECTED.search(one)] == []


@pytest.fixture
def bench(app, session, people) -> judged_exam.Bench:
    """A finished exam, on the desks of the first two assessors."""
    # What the test itself looked up must not keep the database locked while the app works.
    app.before_request(session.commit)
    return judged_exam.make(session, people)


@pytest.fixture
def me(visit, bench) -> Visitor:
    """The first of them, logged in."""
    return visit(bench.people.assessors[0])


@pytest.fixture
def count_queries() -> Callable[[Visitor, str], int]:
    """`count_queries(visitor, address)`: how often the page at this address asks the database something."""

    def count(visitor: Visitor, address: str) -> int:
        asked = []

        def listener(_connection, _cursor, statement, *_more):
            asked.append(statement)

        event.listen(database.engine(), "before_cursor_execute", listener)
        try:
            assert visitor.get(address).status_code == 200
        finally:
            event.remove(database.engine(), "before_cursor_execute", listener)
        return len(asked)

    return count
