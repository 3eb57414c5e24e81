"""The web app of a test's own house, and people who log in to it."""

from collections.abc import Callable

import pytest
from flask import Flask
from visitors import Visitor

from storage.config import Config
from webapp import create_app


@pytest.fixture
def app(house: Config) -> Flask:
    """The web app as it runs, on this test's house."""
    return create_app(house)


@pytest.fixture
def visit(app: Flask) -> Callable[..., Visitor]:
    """`visit(person)` logs that person in; `visit()` is a stranger."""
    return lambda person=None: Visitor(app, person)
