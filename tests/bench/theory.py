"""Two hundred candidates in one online theory test, and what one saved answer costs. Prints JSON.

`python tests/bench/theory.py [seconds]`: the real web app as `make run` starts it, on PostgreSQL. Each candidate
begins, answers the forty items one by one within these seconds, and hands in. In the middle the web app is killed
(SIGKILL) and started again; a candidate's page sends what was not answered again until it is, as `sending.js` does.
Lost is an answer that was sent and is not in the database at the end.

CPU milliseconds of one request from the WSGI call to the last byte, in turns: a saved answer beside the empty page, the
layout alone for the same person.
"""

import contextlib
import io
import itertools
import json
import os
import secrets
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import psycopg
import requests
from flask import Flask, render_template
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event, select
from sqlalchemy.orm import selectinload
from support import cast, items_to_see, services, settings_cache
from werkzeug.test import EnvironBuilder

from demo.theory import into_use
from storage.base import config, database, migrate
from storage.people.people import Role
from storage.theory.sittings import TheorySitting, open_test
from webapp import create_app

CANDIDATES = 200
TURNS = 5
REQUESTS = 200
"""In one turn, of each of both."""


@dataclass(frozen=True)
class Place:
    """One candidate's browser: the cookie and the token of somebody who is logged in, and the right answers."""

    cookie: str
    token: str
    seat: str
    keys: dict[int, list[str]]

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "X-CSRFToken": self.token, "X-Seat": self.seat, "Accept": "application/json"}


def places(app: Flask) -> list[Place]:
    """Everybody has a test of this moment that is open, and a log-in."""
    now = datetime.now(UTC)
    with database.session_scope() as session:
        people = cast.gather(session, now)
        cast.scheme_of_a(session, now)
        into_use(session, people.officer, people.second_officer, now)
        hall = cast.location(session, people)
        everybody = [
            cast.person(session, f"toets{n}", f"Kandidaat {n}", Role.CANDIDATE, people.organisation, now)
            for n in range(CANDIDATES + 1)
        ]
        session.flush()
        keys = []
        for person in everybody:
            sitting = open_test(
                session, items_to_see.today(session, person, hall, people.beheerder, now), people.beheerder, now
            )
            keys.append({one.number: list(one.item.content.correct) for one in sitting.answers})
    return [_place(app, person, own) for person, own in zip(everybody, keys, strict=True)]


def _place(app: Flask, person: object, keys: dict[int, list[str]]) -> Place:
    raw, client = secrets.token_hex(20), app.test_client()
    with client.session_transaction() as kept:
        kept.update({"csrf_token": raw, "_user_id": cast.browser(person), "_fresh": True})
    name = app.config["SESSION_COOKIE_NAME"]
    token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw)
    return Place(f"{name}={client.get_cookie(name).value}", token, secrets.token_hex(16), keys)


def a_body(number: int, key: list[str]) -> dict:
    return {"answers": [{"number": number, "response": key, "flagged": False}], "facts": []}


class Page:
    """A browser that answers one item after the other, and asks again until it is told that it is kept."""

    def __init__(self, web: str, place: Place) -> None:
        self._web, self._place, self._http = web, place, requests.Session()
        # gunicorn ends a connection that was idle for two seconds; the edge, which is not here, asks again.
        self._http.headers.update(place.headers | {"Connection": "close"})
        self.again, self.refused, self.slowest_s = 0, [], 0.0

    def sit(self, began: float, seconds: float) -> None:
        self._post("beginnen", data={"seat": self._place.seat, "csrf_token": self._place.token})
        for place, (number, key) in enumerate(self._place.keys.items()):
            time.sleep(max(0.0, began + place * seconds / len(self._place.keys) - time.monotonic()))
            self._post("antwoorden", json=a_body(number, key))
        self._post("inleveren", json={})

    def _post(self, what: str, **more: object) -> None:
        asked = time.monotonic()
        while True:
            with contextlib.suppress(requests.RequestException):
                answer = self._http.post(f"{self._web}/online-toets/{what}", allow_redirects=False, **more)
                if answer.status_code in (200, 302):
                    break
                if "Retry-After" not in answer.headers:
                    self.refused.append((what, answer.status_code, answer.text[:200]))
                    return
            self.again += 1
            time.sleep(0.2)
        self.slowest_s = max(self.slowest_s, time.monotonic() - asked)


def at_once(everybody: list[Place], seconds: float, folder: Path) -> dict:
    """All of them together, with the web app killed in the middle."""
    port = services.free_ports(1)
    serve = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "8"]
    serve += ["--graceful-timeout", "3", "--no-control-socket", "--bind", f"127.0.0.1:{port}", "webapp:serve()"]
    pages = [Page(f"http://127.0.0.1:{port}", place) for place in everybody]
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(len(pages)) as threads:
        server = stack.enter_context(services.running(serve, [port], folder / "web.log"))
        began, killed = time.monotonic(), threading.Event()

        def kill() -> None:
            time.sleep(seconds / 2)
            os.killpg(server.pid, signal.SIGKILL)
            killed.set()

        turns = [threads.submit(page.sit, began, seconds) for page in pages]
        killer = threading.Thread(target=kill)
        killer.start()
        killer.join()
        server.wait()
        stack.enter_context(services.running(serve, [port], folder / "web-again.log"))
        for turn in turns:
            turn.result()
        took_s = time.monotonic() - began
    assert killed.is_set()
    for page in pages[:3]:
        for refused in page.refused[:2]:
            print(refused, file=sys.stderr)
    return kept(everybody) | {
        "theory_candidates": len(pages),
        "theory_took_s": took_s,
        "theory_refused": sum(len(page.refused) for page in pages),
        "theory_sent_again": sum(page.again for page in pages),
        "theory_slowest_answer_ms": 1000 * max(page.slowest_s for page in pages),
    }


def kept(everybody: list[Place]) -> dict:
    """What stands in the database, beside what was sent."""
    with database.session_scope() as session:
        over = select(TheorySitting).where(TheorySitting.handed_in_at.is_not(None))
        found = session.scalars(over.options(selectinload(TheorySitting.answers))).all()
        right = sum(one.passed is True and one.points[0] == one.points[1] for one in found)
        stored = sum(bool(answer.response) for one in found for answer in one.answers)
    sent = sum(len(place.keys) for place in everybody)
    return {"theory_answers": sent, "theory_lost": sent - stored, "theory_all_right": right}


class Request:
    """The same request again and again, from ever another address: one address may ask so much a minute."""

    def __init__(self, app: Flask, environ: dict, body: Callable[[], bytes] | None = None) -> None:
        self._app, self._environ, self._body = app, environ, body or (lambda: b"")
        self._addresses = itertools.cycle(f"192.0.2.{number}" for number in range(1, 255))

    def ask(self) -> None:
        got, data = [], self._body()
        environ = {**self._environ, "wsgi.input": io.BytesIO(data), "REMOTE_ADDR": next(self._addresses)}
        environ["CONTENT_LENGTH"] = str(len(data))
        body = self._app.wsgi_app(environ, lambda status, headers, _=None: got.append(status))
        try:
            b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        assert got == ["200 OK"], got

    def cpu_ms(self, times: int) -> float:
        before = time.process_time()
        for _ in range(times):
            self.ask()
        return 1000 * (time.process_time() - before) / times

    def queries(self) -> int:
        seen: list[str] = []
        event.listen(database.engine(), "before_cursor_execute", count := lambda *call: seen.append(call[2]))
        self.ask()
        event.remove(database.engine(), "before_cursor_execute", count)
        return len(seen)


def one_answer(app: Flask, place: Place) -> dict:
    """What the server works for one saved answer, and for the empty page."""
    with database.session_scope() as session:
        sitting = session.scalars(select(TheorySitting).where(TheorySitting.started_at.is_(None))).one()
        sitting.begin(place.seat, datetime.now(UTC) + timedelta(seconds=1))
    bodies = itertools.cycle(json.dumps(a_body(number, key)).encode() for number, key in place.keys.items())
    json_headers = place.headers | {"Content-Type": "application/json"}
    save = EnvironBuilder("/online-toets/antwoorden", method="POST", headers=json_headers).get_environ()
    empty = EnvironBuilder("/leeg", headers={"Cookie": place.cookie, "Accept": "text/html"}).get_environ()
    asked = {
        "theory_answer": Request(app, save, lambda: next(bodies)),
        "theory_empty_page": Request(app, empty),
    }
    for one in asked.values():
        one.cpu_ms(20)
    figures: dict = {f"{name}_cpu_ms": [] for name in asked}
    for _ in range(TURNS):
        for name, one in asked.items():
            figures[f"{name}_cpu_ms"].append(one.cpu_ms(REQUESTS))
    return figures | {f"{name}_queries": one.queries() for name, one in asked.items()}


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 120
    with tempfile.TemporaryDirectory() as name, services.postgresql() as server:
        folder = Path(name)
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute("CREATE DATABASE toets")
        (folder / "valkey").mkdir()
        with services.valkey(folder / "valkey") as valkey:
            os.environ.update(VIGNET_ENV="development", VIGNET_DATA=name, VIGNET_DATABASE_URL=f"{server}/toets")
            os.environ.update(VIGNET_BROKER_URL=valkey, VIGNET_RATE_LIMIT_STORAGE=valkey)
            settings_cache.clear()
            migrate.upgrade(config.config().database_url)
            app = create_app(config.config())
            app.add_url_rule("/leeg", "empty", lambda: render_template("base.html"))
            everybody = places(app)
            last = everybody.pop()
            print(json.dumps(at_once(everybody, seconds, folder) | one_answer(app, last)))


if __name__ == "__main__":
    main()
