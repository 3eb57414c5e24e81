"""Whatever is sent to any route, the answer is no error of ours, and it comes soon.

The routes are those of the URL map; each is asked by somebody who may, with the things that exist, and with what
hypothesis makes of addresses, questions, forms, files and JSON. A few cases here; `make routes` takes a thousand each.
"""

import io
import json
import os
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import url_for
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support import rights
from support.rights import EVERYBODY, OFFICERS, PUBLIC, RIGHTS
from werkzeug.routing import Rule

from webapp.extensions import limiter

pytestmark = [pytest.mark.one_database, pytest.mark.timeout(0)]

CASES = int(os.environ.get("VIGNET_ROUTE_CASES", "2"))
ONLY = os.environ.get("VIGNET_ROUTE", "")
SOON_S = 20
"""How long one answer may take on a machine that does other things too."""

NASTY = (
    *("", " ", "\x00", "a\x00b", "\ud800".encode("utf-8", "replace").decode(), "é̀", "\u202e", "%00", "%", "{{7*7}}"),
    *("//[", "https://[::1", "/\\elders", "javascript:1", "../../etc/passwd", "' OR 1=1 --", "<script>", "=1+1", "y"),
    *("-1", "0", "1", "1e999", "NaN", "9" * 30, "9" * 5000, "0x10", "1_000", "²", "12,5", "31-02-2026", "2026-13-45"),
    *("0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30T25:61", "24:00", "naam@voorbeeld.example", "a@b"),
    *("x" * 300, "x" * 70_000, "00000000-0000-0000-0000-000000000000", "[" * 3000, "\r\nX-Evil: 1"),
)
NESTED = ("[" * 100_000, '{"a":' * 50_000, "[1e999]", "[NaN]", "{", '"\\ud800"', "9" * 5000, '{"a": "\\u0000"}', "null")
QUESTIONS = ("page", "zoek", "next", "toon", "soort", "staat", "antwoord", "wijzig", "voor", "voorstel")


@dataclass(frozen=True)
class Pick:
    """A place in a case for what one route alone has: the name of a field, or a thing that exists."""

    kind: str
    number: int


words = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=12,
)
text = st.one_of(words, st.builds(Pick, st.just("thing"), st.integers(0, 999)))
name = st.one_of(st.builds(Pick, st.just("name"), st.integers(0, 999)), words)
CASE = st.fixed_dictionaries(
    {
        "path": st.one_of(st.none(), st.none(), words),
        "question": st.dictionaries(st.one_of(st.sampled_from(QUESTIONS), words), text, max_size=3),
        "kind": st.sampled_from(("form", "form", "file", "json", "raw")),
        "form": st.dictionaries(name, st.lists(text, max_size=3)),
        "file": st.binary(max_size=200),
        "json": st.one_of(st.dictionaries(name, values), values),
        "raw": st.one_of(st.sampled_from(NESTED).map(str.encode), st.binary(max_size=60)),
        "accept": st.sampled_from(("text/html", "application/json", "*/*", "")),
    }
)


def draw_cases() -> list[dict[str, Any]]:
    """What is sent to every route, the same each time: drawing costs more than the answer to many a case."""
    drawn: list[dict[str, Any]] = []

    @settings(
        max_examples=CASES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(CASE)
    def draw(case: dict[str, Any]) -> None:
        drawn.append(case)

    draw()
    return drawn


def fill(part: Any, names: list[str], things: list[str]) -> Any:
    """The same with a name or a thing of this route at each place for one; a nasty word where it has none."""
    if isinstance(part, Pick):
        those = (names if part.kind == "name" else things) or NASTY
        return those[part.number % len(those)]
    if isinstance(part, dict):
        return {fill(key, names, things): fill(value, names, things) for key, value in part.items()}
    return [fill(one, names, things) for one in part] if isinstance(part, list) else part


@pytest.fixture
def world(session, people):
    made = rights.world(session, people, datetime.now(UTC))
    session.commit()
    return made


def address(app, rule: Rule, right, world, path: str | None) -> str:
    given_values = {name: value for name, value in right.values(world).items() if name in rule.arguments}
    missing = rule.arguments - set(given_values) - set(rule.defaults or {})
    with app.test_request_context():
        built = url_for(rule.endpoint, **given_values, **{name: "video" for name in missing})
    return built if path is None else built.rpartition("/")[0] + "/" + re.sub(r"[?#\x00-\x20]", "", path)[:2000]


def sent(case: dict, token: str) -> dict:
    """How this case is sent, with the token against forgery where a form has it."""
    headers = {"X-CSRFToken": token, "X-Seat": "a" * 32, "Accept": case["accept"]}
    if case["kind"] == "json":
        return {"data": json.dumps(case["json"]), "content_type": "application/json", "headers": headers}
    if case["kind"] == "raw":
        return {"data": case["raw"], "content_type": "application/json", "headers": headers}
    data = {"csrf_token": [token], **case["form"]}
    if case["kind"] == "file":
        data["file"] = [(io.BytesIO(case["file"]), "bestand.csv")]
    return {"data": data, "headers": headers}


def fields_in(page: str) -> list[str]:
    return sorted(set(re.findall(r'name="([\w.-]+)"', page)) - {"csrf_token", "viewport"})


@dataclass
class Tally:
    """What came of all cases."""

    done: int = 0
    slowest: tuple[float, str] = (0.0, "")
    wrong: list[str] = field(default_factory=list)


class Asker:
    """Sends cases to one route, by somebody who may, who logs in anew when a case logged out."""

    def __init__(self, app, rule: Rule, method: str, world, visit, tally: Tally) -> None:
        self.app, self.rule, self.method, self.world, self.visit, self.tally = app, rule, method, world, visit, tally
        self.right = RIGHTS[rule.endpoint]
        # Where nothing in this world lets anybody in, it is asked by one of the office, whom its role lets in.
        somebody = OFFICERS if self.right.who == frozenset() else self.right.who
        self.who = None if somebody == PUBLIC else world.people[sorted(somebody & EVERYBODY)[0]]
        self.visitor = visit(self.who)

    def names(self) -> list[str]:
        """The names of the fields on the page, if it has one."""
        if "GET" not in self.rule.methods:
            return []
        page = self.visitor.get(address(self.app, self.rule, self.right, self.world, None), buffered=True)
        return fields_in(page.text) if page.mimetype == "text/html" else []

    def send(self, case: dict) -> None:
        where = address(self.app, self.rule, self.right, self.world, case["path"])
        more = {"headers": {"Accept": case["accept"]}}
        if self.method == "POST":
            more = sent(case, self.visitor.token)
        start = time.monotonic()
        answer = self.visitor.client.open(
            where, method=self.method, query_string=case["question"], buffered=True, **more
        )
        took, name = time.monotonic() - start, f"{self.method} {self.rule.endpoint}"
        self.tally.done += 1
        self.tally.slowest = max(self.tally.slowest, (took, name))
        if (answer.status_code >= 500 and self.rule.endpoint != "health.health") or took > SOON_S:
            self.tally.wrong.append(f"{name} {answer.status_code} in {took:.1f} s: {str(case)[:600]}")
        answer.close()
        if self.who is not None and answer.status_code == 302 and (answer.location or "").startswith("/inloggen"):
            self.visitor = self.visit(self.who)


def test_no_case_is_an_error_of_ours_or_hangs(app, world, visit, monkeypatch, capsys):
    monkeypatch.setattr(limiter, "enabled", False)
    things = sorted({str(getattr(one, "id", one)) for one in world.things.values()})
    rules = [one for one in app.url_map.iter_rules() if re.search(ONLY, one.endpoint)]
    routes = [(one, method) for one in rules for method in sorted(one.methods & {"GET", "POST"})]
    tally, drawn = Tally(), draw_cases()
    for rule, method in sorted(routes, key=lambda one: (one[0].endpoint, one[1])):
        asker, begun, done = Asker(app, rule, method, world, visit, tally), time.monotonic(), tally.done
        names = asker.names()
        for case in drawn:
            asker.send(fill(case, names, things))
        if CASES > 2:
            with capsys.disabled():
                print(f"{method} {rule.endpoint}: {tally.done - done} in {time.monotonic() - begun:.0f} s", flush=True)
    with capsys.disabled():
        longest = f"{tally.slowest[0]:.2f} s ({tally.slowest[1]})"
        print(f" {tally.done} cases of {len(routes)} routes, slowest {longest},", end="")
    assert len(drawn) == CASES
    assert tally.wrong == []
