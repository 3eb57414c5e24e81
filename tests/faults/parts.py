"""What the server does: one of its parts dies, hangs or answers nonsense while somebody talks, or just after."""

import contextlib
import re
import signal
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from functools import partial

from faults.scene import BREAK_S, TALK_S, Scene
from faults.stage import FAR
from faults.table import Result, Row
from support import services
from support.system import log_in

from storage.exam.recordings import STUCK

LOCKED_S = 20
STORE_AWAY_S = 300
DOWN_S = 5
FFMPEG = "binaries/ffmpeg"
FULL_S = 10
CHROMIUM = "/usr/bin/chromium"
OFFICER = "bureau@ksf.example"
ALARM = re.compile(r"kwam binnen op opnameserver \S+, en is na een half uur nog niet in de opslag")
EARLIER = "UPDATE recording SET closed_at = strftime('%Y-%m-%d %H:%M:%f000', closed_at, ?) WHERE id = ?"


def kill(scene: Scene, *words: str) -> None:
    """kill -9 in the middle of the answer; the supervisor starts it again."""
    scene.begin().talk(BREAK_S)
    scene.product.kill(*words)
    scene.talk(TALK_S - BREAK_S).end()


def health(scene: Scene) -> dict:
    """What the recorder says of itself."""
    return scene.candidate.context.request.get(
        f"{scene.product.origin}/recorder/healthz",
        headers={"Authorization": f"Bearer {(scene.product.data / 'secrets' / 'metrics_token').read_text()}"},
    ).json()


def kill_worker(scene: Scene) -> None:
    """kill -9 while ffmpeg works for it; another one takes the job when the lease has run out."""
    scene.begin().talk(TALK_S).stop()
    services.wait_until(lambda: scene.product.processes(FFMPEG), "ffmpeg to be at work", 60)
    scene.product.kill("recorder.worker", FFMPEG)
    scene.over().candidate.between()


def store(scene: Scene, mode: str) -> None:
    """The object store is like that from the middle of the answer on, for five minutes; no clip can be loaded then."""
    scene.begin().talk(BREAK_S)
    with scene.stage.store.broken(mode):
        scene.talk(TALK_S - BREAK_S).stop().talk(STORE_AWAY_S)
        scene.check(health(scene)["not_safe_yet"] > 0, "the recorder did not notice")
    scene.over().candidate.mend()


def store_lost(scene: Scene) -> None:
    """The object store does not come back in time. Half an hour is not waited for: the answer is told that it ended so
    much earlier. Later the store is there again after all."""
    scene.begin().talk(BREAK_S)
    with scene.stage.store.broken("away"):
        scene.talk(TALK_S - BREAK_S).stop()
        services.wait_until(lambda: health(scene)["not_safe_yet"], "the recorder to notice", 60)
        taken = uuid.UUID(scene.witness.tickets[-1].recording)
        with (
            contextlib.closing(sqlite3.connect(scene.product.data / "vignet.sqlite", timeout=30)) as database,
            database,
        ):
            database.execute(EARLIER, (f"-{STUCK.total_seconds() + 60} seconds", taken.hex))
        with scene.stage.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser:
            office = browser.new_page()
            log_in(office, scene.product.origin, OFFICER)
            office.goto(f"{scene.product.origin}/bureau/opnames?soort=stuck")
            scene.more["alarm"] = office.get_by_role("main").inner_text()
    scene.over().candidate.mend()


def alarmed(result: Result) -> Iterator[str]:
    """The office was told, and by which recorder."""
    if ALARM.search(result.more["alarm"]) is None:
        yield f"the office saw {result.more['alarm'][:200]!r}"


def lock_database(scene: Scene) -> None:
    """Somebody holds SQLite's one pen for twenty seconds."""
    with contextlib.closing(sqlite3.connect(scene.product.data / "vignet.sqlite", isolation_level=None)) as held:
        scene.begin().talk(BREAK_S)
        held.execute("BEGIN IMMEDIATE")
        scene.talk(TALK_S - BREAK_S).stop().talk(LOCKED_S - TALK_S + BREAK_S)
        held.execute("ROLLBACK")
    scene.over().candidate.between()


def deploy(scene: Scene) -> None:
    """Everything is ended by SIGTERM in the middle of the answer, and started again."""
    scene.begin().talk(BREAK_S)

    def anew() -> None:
        scene.product.stop(signal.SIGTERM)
        scene.product.start()

    deploying = threading.Thread(target=anew)
    deploying.start()
    scene.talk(TALK_S - BREAK_S).stop()
    while deploying.is_alive():
        scene.talk(0.2)
    scene.over().candidate.between()


def restart_database(scene: Scene) -> None:
    """PostgreSQL is ended in the middle of the answer, and is back five seconds later."""
    scene.begin().talk(BREAK_S)
    restarting = threading.Thread(target=scene.stage.far.restart_database, args=(DOWN_S,))
    restarting.start()
    scene.talk(TALK_S - BREAK_S).end()
    restarting.join()


def fill_disk(scene: Scene) -> None:
    """The disk of the spool is full from the middle of the answer on, until ten seconds after it."""
    scene.begin().talk(BREAK_S)
    with scene.stage.far.full():
        scene.talk(TALK_S - BREAK_S).end().talk(FULL_S)
        scene.check(not health(scene)["taking"], "the recorder did not notice")
    scene.over()


ROWS = [
    Row("recorder", "the recorder is killed", lambda scene: kill(scene, "recorder.http.server")),
    Row("web", "the web app is killed", lambda scene: kill(scene, "gunicorn")),
    Row("valkey", "Valkey is killed", lambda scene: kill(scene, "valkey-server")),
    Row("worker", "the media worker and its ffmpeg are killed at work", kill_worker),
    Row("store-away", "the object store is away for five minutes", partial(store, mode="away")),
    Row("store-500", "the object store answers 500 for five minutes", partial(store, mode="failing")),
    Row("store-lost", "the object store does not come back within half an hour", store_lost, proof=alarmed),
    Row("database-locked", f"SQLite is locked for {LOCKED_S} s", lock_database),
    Row("database-restarted", f"PostgreSQL is away for {DOWN_S} s", restart_database, installation=FAR),
    Row("disk-full", "the disk of the spool is full", fill_disk, installation=FAR),
    Row("deploy", "SIGTERM of everything, and a new start", deploy),
]
