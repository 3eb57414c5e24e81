"""What the assessor's desk costs: the server for its pages, and the assessor in waiting. Prints JSON.

`python tests/bench/desk.py [seconds]`: CPU milliseconds of one request, from the WSGI call to the last byte of the
answer, without the web server, with a real Valkey for what the app counts there. The assessor has the ten answers of
one candidate to judge, with 400 remarks. The empty page is the layout alone for the same person.

To the next answer: milliseconds on the clock in a Chromium, from the key until the first picture is on the screen, on
the desk and by opening the address anew.
"""

import io
import itertools
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from flask import Flask, render_template
from playwright.sync_api import Page as Window
from playwright.sync_api import sync_playwright
from sqlalchemy import event
from support import cast, desk_site, services, settings_cache
from werkzeug.test import EnvironBuilder

from storage.base import config, database, migrate
from storage.judging.ratings import Rating, Remark
from storage.judging.workload import assign
from storage.people.people import Person
from webapp import create_app

TURNS = 5
REMARKS = 400


class Page:
    """One page, asked for again and again by one person who is logged in."""

    def __init__(self, app: Flask, path: str, person: Person) -> None:
        client = app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"] = cast.browser(person)
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = f"{name}={client.get_cookie(name).value}"
        self._app = app
        # One address may ask so much a minute and no more.
        self._addresses = itertools.cycle(f"192.0.2.{number}" for number in range(1, 255))
        self._environ = EnvironBuilder(path, headers={"Cookie": cookie, "Accept": "text/html"}).get_environ()

    def ask(self) -> bytes:
        got = []
        environ = {**self._environ, "wsgi.input": io.BytesIO(), "REMOTE_ADDR": next(self._addresses)}
        body = self._app.wsgi_app(environ, lambda status, headers, _=None: got.append(status))
        try:
            data = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        assert got == ["200 OK"], got
        return data

    def cpu_ms(self, times: int) -> float:
        before = time.process_time()
        for _ in range(times):
            self.ask()
        return 1000 * (time.process_time() - before) / times

    def queries(self) -> int:
        seen = []
        engine = database.engine()
        event.listen(engine, "before_cursor_execute", count := lambda *call: seen.append(call[2]))
        self.ask()
        event.remove(engine, "before_cursor_execute", count)
        return len(seen)


def an_exam_to_judge() -> tuple[Person, Rating]:
    """An assessor who has scored ten answers, each with forty remarks, and the first of them."""
    now = datetime.now(UTC)
    with database.session_scope() as session:
        everybody = cast.gather(session, now)
        sitting = cast.finished_sitting(session, everybody, now)
        ratings = assign(session, sitting, everybody.assessors[0], 1, now)
        assert len(ratings) == 10
        for rating in ratings:
            cast.score(rating)
            rating.remarks = [Remark(at_s=at, text=f"Noemt punt {at}.", created_at=now) for at in range(REMARKS // 10)]
        session.flush()
        rating, assessor = ratings[0], everybody.assessors[0]
        assert assessor.session_epoch == 0 and rating.id
        session.expunge_all()
    return assessor, rating


def measure(seconds: float) -> dict:
    settings = config.config()
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
    app = create_app(settings)
    app.add_url_rule("/leeg", "empty", lambda: render_template("base.html"))
    assessor, rating = an_exam_to_judge()
    pages = {
        "empty_page": Page(app, "/leeg", assessor),
        "desk_page": Page(app, f"/beoordelen/{rating.id}", assessor),
        "desk_list": Page(app, "/beoordelen", assessor),
    }
    for page in pages.values():
        page.cpu_ms(5)
    # Each page gets a third of the time in all, in turns.
    times = {name: max(3, int(1000 * seconds / 3 / TURNS / page.cpu_ms(5))) for name, page in pages.items()}
    figures: dict = {f"{name}_cpu_ms": [] for name in pages}
    for _ in range(TURNS):
        for name, page in pages.items():
            figures[f"{name}_cpu_ms"].append(page.cpu_ms(times[name]))
    for name, page in pages.items():
        figures[f"{name}_queries"] = page.queries()
        figures[f"{name}_bytes"] = len(page.ask())
    return figures


def switching(folder: Path, swift: str) -> dict:
    """How long it takes until the next answer is on the screen."""
    with desk_site.running(folder, swift) as site, sync_playwright() as playwright:
        browser = desk_site.launch(playwright)
        desk = desk_site.give(site, browser, films=10)
        window = desk.open(1)
        anew = [_opened(window, desk.url(number)) for number in range(2, 2 + TURNS)]
        for turn, key in enumerate("[" * TURNS, 1):
            window.wait_for_load_state("networkidle")
            window.keyboard.press(key)
            services.wait_until(lambda turn=turn: len(desk_site.switches(window)) == turn, "the next answer")
        switched = desk_site.switches(window)
        browser.close()
    return {"desk_switch_ms": switched, "desk_open_ms": anew}


def _opened(window: Window, url: str) -> float:
    """Milliseconds until the first picture of an answer that is opened by its address."""
    window.wait_for_load_state("networkidle")
    began = time.perf_counter()
    window.goto(url, wait_until="commit")
    window.wait_for_selector(".desk-video")
    desk_site.ready(window)
    return 1000 * (time.perf_counter() - began)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(VIGNET_ENV="development", VIGNET_DATA=f"{folder}/data")
        os.environ.pop("VIGNET_DATABASE_URL", None)
        (Path(folder) / "swift").mkdir()
        with services.swift(Path(folder) / "swift") as swift:
            waiting = switching(Path(folder), swift)
        print(json.dumps(waiting | serving(folder)))


def serving(folder: str) -> dict:
    """What the pages cost the server."""
    with services.valkey(Path(folder)) as valkey:
        os.environ.update(VIGNET_BROKER_URL=valkey, VIGNET_RATE_LIMIT_STORAGE=valkey)
        settings_cache.clear()
        return measure(float(sys.argv[1]) if len(sys.argv) > 1 else 6)


if __name__ == "__main__":
    main()
