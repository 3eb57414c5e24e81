"""In each state of a table of states somebody has a next step: a button on a page, or a clock that runs.

The states are found in the code, so one that is added without a way on fails here. Each is built, and every role of the
cast looks at the pages that are about it; a state from which nothing leads must be an end that its people can read.
"""

import enum
import importlib
import pkgutil
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from support.state_walks import BUILT, House, Walk

import scenarios
import storage


def tables() -> list[tuple[str, enum.StrEnum]]:
    """Every state of every table of allowed steps, found in the modules of storage and scenarios."""
    found: dict[int, dict] = {}
    for package in (storage, scenarios):
        for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in one.name:
                continue
            for name, value in vars(importlib.import_module(one.name)).items():
                states = isinstance(value, dict) and value and all(isinstance(key, enum.StrEnum) for key in value)
                if name.isupper() and states and all(isinstance(steps, set | frozenset) for steps in value.values()):
                    found[id(value)] = value
    return sorted({(type(state).__name__, state) for table in found.values() for state in table})


class Ways(HTMLParser):
    """The addresses of the buttons on a page: forms that are sent, and links that look like a button."""

    def __init__(self, page: str, html: str):
        super().__init__()
        self.page, self.found = page, []
        main = re.search(r"<main.*</main>", html, re.S)
        self.feed(main.group() if main else html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        values = dict(attrs)
        if tag == "form" and values.get("method") == "post":
            self.found.append(values.get("action") or self.page)
        elif tag == "a" and "button" in (values.get("class") or ""):
            self.found.append(values.get("href") or "")


@pytest.fixture
def house(app, session, people):
    """Everything that a state is built with."""
    app.before_request(session.commit)

    @app.before_request
    def today():
        from flask import g

        g.now = house.now

    house = House(app, session, people)
    return house


def ways(house: House, visit: Callable, walk: Walk) -> dict[str, list[str]]:
    """For each role of the cast the buttons that lead on."""
    house.session.commit()
    found = {}
    for who, pages in walk.pages.items():
        visitor, mine = visit(house.people.assessors[0] if who == "examiner" else getattr(house.people, who)), []
        for page in pages:
            answer = visitor.get(page)
            if answer.status_code == 200:
                mine += [way for way in Ways(page, answer.text).found if any(sign in way for sign in walk.signs)]
                if walk.ends and walk.ends in re.sub(r"\s+", " ", answer.text):
                    mine.append("het einde")
        found[who] = mine
    return found


@pytest.mark.parametrize("kind, state", tables(), ids=lambda one: str(one))
def test_somebody_has_a_next_step(house, visit, kind, state):
    assert type(state) in BUILT, f"{kind} has no walk: who has a next step in it?"
    walk = BUILT[type(state)](house, state)
    found = ways(house, visit, walk)
    assert any(found.values()) or (walk.clock is not None and walk.clock()), f"{kind}.{state}: nobody has a next step"
