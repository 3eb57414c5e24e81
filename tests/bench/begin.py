"""A hundred candidates who begin within a minute, on two recorders with fifty places each. Prints JSON.

`python tests/bench/begin.py [seconds]`: from the welcome page to the first slice of the first answer, each by HTTP as
the page asks it, with the real web app, two recorder processes and one database; then all hundred send live at once.
Logging in was done before. An error is any answer but the one expected; a page that is told to ask again (503 with
Retry-After: the database is busy) does so, and is counted. A form is sent by a person, who does not: for it, that is an
error too. The hundred and first must hear that all places are taken.
"""

import base64
import contextlib
import hashlib
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests
from itsdangerous import URLSafeTimedSerializer
from live import cast, config, cpu_s, database, make_material, migrate, publishing, services

from storage.people.people import Role
from webapp import create_app

SITTINGS, RECORDERS = 100, 2
SLICE = b"\x1a\x45\xdf\xa3" + bytes(195_000)


class Candidate:
    """A browser that is logged in."""

    def __init__(self, app, person, web: str) -> None:
        self._web, raw = web, secrets.token_hex(20)
        client = app.test_client()
        with client.session_transaction() as kept:
            kept.update({"csrf_token": raw, "_user_id": cast.browser(person), "_fresh": True})
        name = app.config["SESSION_COOKIE_NAME"]
        self._http = requests.Session()
        # gunicorn ends a connection that was idle for two seconds; the edge, which is not here, asks again.
        self._http.headers["Connection"] = "close"
        self._http.headers["Cookie"] = f"{name}={client.get_cookie(name).value}"
        self._token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw)
        self._seat = secrets.token_hex(16)
        self.slowest_s, self.requests, self.asked_again, self.errors, self.take = 0.0, 0, 0, [], None

    def post(self, what: str) -> requests.Response:
        headers = {"X-CSRFToken": self._token, "X-Seat": self._seat, "Accept": "application/json"}
        place = f"{self._web}/examen/{what}"
        return self._asked(what, lambda: self._again(lambda: self._http.post(place, json={}, headers=headers)))

    def _again(self, ask: Callable[[], requests.Response]) -> requests.Response:
        while "Retry-After" in (answer := ask()).headers:
            self.asked_again += 1
            time.sleep(float(answer.headers["Retry-After"]))
        return answer

    def agree(self) -> None:
        form = {"csrf_token": self._token, "agreed": "y"}
        self._asked("welcome", lambda: self._http.get(f"{self._web}/examen"))
        self._asked("agree", lambda: self._http.post(f"{self._web}/examen/toestemming", data=form))
        for what in ("plaats", "controle"):
            self.post(what)

    def begin(self) -> None:
        self.agree()
        for what in ("beginnen", "1/filmpje", "1/voorbereiden"):
            self.post(what)
        answer = self.post("1/opnemen")
        if answer.status_code != 200:
            return
        self.take = answer.json()["take"]
        digest = base64.b64encode(hashlib.sha256(SLICE).digest()).decode()
        headers = {"Authorization": f"Bearer {self.take['bearer']}", "Content-Digest": f"sha-256=:{digest}:"}
        place = f"{self.take['slices_url']}/0"
        self._asked("slice", lambda: self._http.put(place, data=SLICE, headers=headers))

    def _asked(self, what: str, ask: Callable[[], requests.Response]) -> requests.Response:
        """What is answered in the end; the time is that of the candidate, asking again included."""
        began = time.monotonic()
        answer = ask()
        self.requests += 1 + len(answer.history)
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        if answer.status_code not in (200, 201):
            self.errors.append((what, answer.status_code, answer.text[:100]))
        return answer


def candidates(app, web: str) -> list[Candidate]:
    now = datetime.now(UTC)
    with database.session_scope() as session:
        people, pack = cast.gather(session, now), cast.pack(session, now)
        everybody = [
            cast.person(session, f"begin{n}", f"Kandidaat {n}", Role.CANDIDATE, people.organisation, now)
            for n in range(SITTINGS + 1)
        ]
        for person in everybody:
            cast.sitting(session, people, now, person, pack)
    return [Candidate(app, person, web) for person in everybody]


def measure(seconds: float, folder: Path) -> dict:
    migrate.upgrade(config.config().database_url)
    first = services.free_ports(1 + RECORDERS)
    web, listen = f"http://127.0.0.1:{first}", f"127.0.0.1:{first}"
    material = folder / "material"
    make_material(material)
    serve = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "8"]
    serve += ["--no-control-socket", "--bind", listen, "webapp:create_app()"]
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(services.running(serve, [first], folder / "web.log"))
        for number in range(1, RECORDERS + 1):
            port = first + number
            settings = {
                "VIGNET_RECORDER_NAME": f"recorder-{number}",
                "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{port}",
                "VIGNET_RECORDER_URL": f"http://127.0.0.1:{port}/recorder",
                "VIGNET_RECORDER_CAPACITY": str(SITTINGS // RECORDERS),
                "VIGNET_SPOOL": str(folder / f"spool-{number}"),
            }
            command = [sys.executable, "-m", "recorder.http.server"]
            stack.enter_context(services.running(command, [port], folder / f"recorder-{number}.log", settings))
        everybody = candidates(create_app(config.config()), web)
        late = everybody.pop()
        before, began = cpu_s(psutil.Process(server.pid)), time.monotonic()

        def begin(place: int) -> None:
            time.sleep(max(0.0, began + place * seconds / SITTINGS - time.monotonic()))
            everybody[place].begin()

        with ThreadPoolExecutor(SITTINGS) as at_once:
            list(at_once.map(begin, range(SITTINGS)))
        took_s, used = time.monotonic() - began, cpu_s(psutil.Process(server.pid)) - before
        errors = [error for one in everybody for error in one.errors]
        late.agree()
        refused = late.post("beginnen")
        takes = [one.take for one in everybody if one.take]
        with publishing(material, [(take["whip_url"], take["bearer"]) for take in takes]):
            live = len(takes)
    for error in errors[:5]:
        print(error, file=sys.stderr)
    return {
        "begin_sittings": SITTINGS,
        "begin_errors": len(errors),
        "begin_asked_again": sum(one.asked_again for one in everybody),
        "begin_took_s": took_s,
        "begin_slowest_answer_ms": 1000 * max(one.slowest_s for one in everybody),
        "begin_web_cpu_s_per_sitting": used / SITTINGS,
        "begin_web_requests_per_sitting": sum(one.requests for one in everybody) / SITTINGS - 1,
        "begin_live_at_once": live,
        "begin_one_too_many_refused": int(refused.status_code == 409),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        os.environ.update(
            VIGNET_ENV="development",
            VIGNET_DATA=name,
            VIGNET_BROKER_URL="memory://",
            VIGNET_RATE_LIMIT_STORAGE="memory://",
        )
        os.environ.pop("VIGNET_DATABASE_URL", None)
        print(json.dumps(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 60, Path(name))))


if __name__ == "__main__":
    main()
