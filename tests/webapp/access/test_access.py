"""Who may what, for every route that there is: a route without a line in `rights.py` fails here."""

import uuid
from datetime import UTC, datetime

import pytest
from flask import url_for
from support import rights
from support.rights import PUBLIC, RIGHTS

from storage.people.people import Role
from webapp.access import HOMES

READING = {"GET", "HEAD"}
OWN_HEAD = "media."
"""Where HEAD is answered by other lines than GET. Elsewhere Flask asks the same view and drops what it says."""
LAST = ("second_officer.grant", "organisation.leave", "account.log_out", "own_account.end_all")
"""What changes who somebody is: another role, or no visit any more."""


FOR_EVERYBODY = {"static", "institution.logo", "institution.colour"}
FOR_EVERYBODY |= {
    f"visitors.{page}" for page in ("exams", "exam", "dates", "fees", "disagree", "robots", "sitemap", "calendar")
}
FOR_EVERYBODY |= {"certificate_check.did_document", "certificate_check.status_list"}
"""What a browser may keep, since it is the same for all."""


@pytest.fixture
def world(session, people):
    made = rights.world(session, people, datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def routes(app):
    """(endpoint, rule, method) of everything that can be asked for; what changes who somebody is comes last."""
    known = [rule for rule in app.url_map.iter_rules() if rule.endpoint in RIGHTS]
    order = {endpoint: place for place, endpoint in enumerate(LAST, 1)}
    rules = sorted(known, key=lambda rule: (order.get(rule.endpoint, 0), rule.endpoint))
    return [
        (rule.endpoint, rule, method)
        for rule in rules
        for method in sorted(rule.methods - {"OPTIONS"})
        if method != "HEAD" or rule.endpoint.startswith(OWN_HEAD) or "GET" not in rule.methods
    ]


def address(app, rule, values):
    given = {name: value for name, value in values.items() if name in rule.arguments}
    missing = rule.arguments - set(given) - set(rule.defaults or {})
    with app.test_request_context():
        return url_for(rule.endpoint, **given, **{name: "video" for name in missing})


def ask(visitor, address, method, **more):
    # Read to its end, as a server does: a long answer holds one of a few places until then.
    more["buffered"] = True
    return visitor.post(address, **more) if method == "POST" else visitor.client.open(address, method=method, **more)


def test_every_route_has_a_line_that_says_who_may(app):
    there = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert there == set(RIGHTS), f"write in rights.py who may: {sorted(there ^ set(RIGHTS))}"


def test_every_role_has_a_home(app):
    assert set(HOMES) == set(Role)


@pytest.mark.both_databases
def test_everybody_finds_what_is_theirs_and_nothing_else(app, world, visit, routes, capsys):
    visitors = {name: visit(person) for name, person in world.people.items()}
    wrong, cells = [], 0
    for endpoint, rule, method in routes:
        right = RIGHTS[endpoint]
        where = address(app, rule, right.values(world))
        for name, visitor in visitors.items():
            if right.who == PUBLIC and (name != "auditor" or endpoint == "health.health"):
                continue
            status, cells = ask(visitor, where, method).status_code, cells + 1
            allowed = right.who == PUBLIC or name in right.who
            fits = status not in (401, 403, 404, 405) if allowed else status == 404
            if not fits or status >= 500:
                wrong.append(f"{method} {where} by {name}: {status}, {'may' if allowed else 'may not'}")
    with capsys.disabled():
        print(f" {cells} cells of routes and people,", end="")
    assert wrong == []


def test_what_belongs_to_the_others_is_not_there(app, world, visit, routes, capsys):
    """The same addresses with the things of another organisation: whoever may here, may not there."""
    visitors = {name: visit(person) for name, person in world.people.items()}
    wrong, cells = [], 0
    for endpoint, rule, method in routes:
        right = RIGHTS[endpoint]
        values = right.values_elsewhere(world)
        if values is None:
            continue
        where = address(app, rule, values)
        for name, visitor in visitors.items():
            status, cells = ask(visitor, where, method).status_code, cells + 1
            if name not in right.who_elsewhere() and status != 404:
                wrong.append(f"{method} {where} by {name}: {status}, may not")
    with capsys.disabled():
        print(f" {cells} cells of somebody else's things,", end="")
    assert cells > 100
    assert wrong == []


def test_a_route_without_a_rule_is_noticed(app):
    app.add_url_rule("/vergeten", "forgotten", lambda: "")
    with pytest.raises(AssertionError, match="forgotten"):
        test_every_route_has_a_line_that_says_who_may(app)


def test_who_is_not_logged_in_is_asked_to_log_in(app, world, visit, routes):
    stranger, wrong = visit(), []
    for endpoint, rule, method in routes:
        right = RIGHTS[endpoint]
        # What is for nobody of the cast is for machines, which cannot log in.
        if right.who == PUBLIC or not right.who:
            continue
        where = address(app, rule, right.values(world))
        answer = ask(stranger, where, method)
        if answer.status_code != 302 or not answer.location.startswith("/inloggen"):
            wrong.append(f"{method} {where}: {answer.status_code}")
        if ("next=" in (answer.location or "")) is not (method in READING and where != "/"):
            wrong.append(f"{method} {where} goes on to {answer.location}")
        told = ask(stranger, where, method, headers={"Accept": "application/json"})
        if told.status_code != 401 or (method != "HEAD" and "error" not in told.json):
            wrong.append(f"{method} {where} for a script: {told.status_code}")
    assert wrong == []


def test_what_does_not_exist_answers_as_what_is_not_yours(app, world, visit, routes):
    visitors = {name: visit(person) for name, person in world.people.items()}
    found = []
    for endpoint, rule, method in routes:
        values = {name: uuid.uuid4() for name in RIGHTS[endpoint].about if name.endswith("_id")}
        if not values:
            continue
        where = address(app, rule, RIGHTS[endpoint].values(world) | values)
        for name, visitor in visitors.items():
            if (status := ask(visitor, where, method).status_code) != 404:
                found.append(f"{method} {where} by {name}: {status}")
    assert found == []


def test_nothing_changes_without_the_token_against_forgery(app, world, visit, routes):
    visitors = {name: visit(person) for name, person in world.people.items()}
    for endpoint, rule, method in routes:
        right = RIGHTS[endpoint]
        if method != "POST":
            continue
        # Where the world of these tests lets nobody in, anybody is asked for the token first.
        name = "candidate" if right.who == PUBLIC else next(iter(right.who), "candidate")
        answer = visitors[name].client.post(address(app, rule, right.values(world)))
        assert answer.status_code == 400, endpoint
        assert "Deze pagina is verlopen" in answer.text


STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


def test_every_answer_has_strict_headers(app, world, visit, routes):
    officer, stranger = visit(world.people["officer"]), visit()
    for endpoint, rule, method in routes:
        if method != "GET":
            continue
        where = address(app, rule, RIGHTS[endpoint].values(world))
        for visitor in (officer, stranger):
            headers = ask(visitor, where, method).headers
            policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
            assert STRICT.items() <= policy.items(), where
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert "geolocation=()" in headers["Permissions-Policy"]
            assert endpoint in FOR_EVERYBODY or "no-store" in headers["Cache-Control"], where


def test_recorders_with_an_address_of_their_own_may_be_reached(installation):
    from dataclasses import replace

    from webapp import create_app

    origins = ("https://*.recorders.example.org", "https://one.example.org:8443")
    headers = create_app(replace(installation, recorder_origins=origins)).test_client().get("/inloggen").headers
    assert f"connect-src 'self' {' '.join(sorted(origins))};" in headers["Content-Security-Policy"]


def test_production_asks_for_https_ever_after(installation, environment, visit):
    from webapp import create_app

    environment(
        VIGNET_ENV="production",
        VIGNET_ORIGIN="https://examen.example",
        VIGNET_SECRET_KEY="s" * 40,
        VIGNET_S3_SECRET_KEY="t" * 40,
        VIGNET_MASTER_KEY="A" * 43 + "=",
        VIGNET_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none",
    )
    answer = create_app().test_client().get("/stijl", base_url="https://examen.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_a_role_that_ended_opens_nothing(session, world, visit):
    officer = world.people["officer"]
    visitor = visit(officer)
    assert visitor.get("/bureau").status_code == 200
    session.merge(officer).memberships[0].until = datetime.now(UTC)
    session.commit()
    assert visitor.get("/bureau").status_code == 404


def test_who_left_the_organisation_is_no_longer_seen_by_it(session, world, people, visit):
    beheerder = visit(people.beheerder)
    assert people.candidate.name in beheerder.get("/organisatie").text
    assert people.candidate.name in beheerder.get("/organisatie/mensen").text
    session.merge(people.candidate).memberships[0].until = datetime.now(UTC)
    session.commit()
    assert people.candidate.name not in beheerder.get("/organisatie").text
    assert people.second_candidate.name in beheerder.get("/organisatie").text


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_page_that_is_not_there_says_so_in_dutch(visit, accept):
    answer = visit().get("/bestaat-niet", headers={"Accept": accept})
    assert answer.status_code == 404
    assert "Het adres klopt niet" in answer.text


@pytest.mark.one_database
def test_when_the_database_is_away_the_page_says_so_in_dutch(people, visit, environment):
    visitor = visit(people.officer)
    environment(VIGNET_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none")
    answer = visitor.get("/bureau")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "Dit lukt nu even niet" in answer.text
    assert visitor.get("/bureau", headers={"Accept": "application/json"}).json["error"].startswith("Het is te druk")
