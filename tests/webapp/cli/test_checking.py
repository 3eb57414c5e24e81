"""`flask check`: on a real store, edge, mail server, worker and STUN server all is well, and what is away is named."""

import json
import os
import socket
import sys
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from itsdangerous import URLSafeTimedSerializer
from support import cast, mailbox_server, services

from storage.base.config import config
from storage.base.database import new_session
from storage.base.jobs import celery
from storage.base.objects import object_store
from storage.base.version import VERSION
from webapp import media
from webapp.cli import checking
from webapp.cli.checking import State

pytestmark = pytest.mark.one_database


@pytest.fixture
def workers(broker, installation, tmp_path):
    """One real worker that listens to every queue."""
    command = [sys.executable, "-m", "celery", "-A", "webapp.worker", "worker", "-Q", "media,office,audit", "-c", "1"]
    env = {**os.environ, "VIGNET_DATA": str(installation.data)}
    with services.running(command, [], tmp_path / "worker.log", env) as process:
        services.wait_until(lambda: celery.control.inspect(timeout=1).active_queues(), "the worker to answer", 90)
        yield process


@pytest.fixture
def stun():
    """A STUN server that answers each Binding request, and says nothing to anything else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))

        def answer():
            while True:
                asked, address = listening.recvfrom(1500)
                if asked == b"stop":
                    return
                if asked[:2] == b"\x00\x01" and asked[4:8] == b"\x21\x12\xa4\x42":
                    listening.sendto(b"\x01\x01\x00\x00" + asked[4:20], address)

        thread = threading.Thread(target=answer)
        thread.start()
        port = listening.getsockname()[1]
        yield port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopping:
            stopping.sendto(b"stop", ("127.0.0.1", port))
        thread.join()


@pytest.fixture
def edge(served, object_store, installation, tmp_path):
    """The edge before the web app."""
    port = services.free_ports(1)
    env = {
        **os.environ,
        "VIGNET_DATA": str(installation.data),
        "VIGNET_SITE": f"http://:{port}",
        "VIGNET_WEB_LISTEN": urlsplit(served).netloc,
        "VIGNET_S3_ENDPOINT": os.environ["VIGNET_S3_ENDPOINT"],
    }
    command = [services.BIN / "caddy", "run", "--adapter", "caddyfile", "--config", "docker/edge/Caddyfile"]
    with services.running(command, [port], tmp_path / "caddy.log", env):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def folders(installation):
    for folder in (installation.data, installation.keys, installation.spool):
        folder.mkdir(parents=True, exist_ok=True)
    installation.keys.chmod(0o700)


def states():
    return {one.part: one.state for one in checking.findings(config())}


def test_every_part_that_is_there_is_ok(session, people, broker, workers, edge, stun, folders, environment):
    cast.node(session, datetime.now(UTC))
    session.commit()
    servers = [{"urls": [f"stun:127.0.0.1:{stun}", f"turn:127.0.0.1:{stun}?transport=tcp"], "credential": "x"}]
    with mailbox_server.listening() as box:
        environment(
            VIGNET_RATE_LIMIT_STORAGE=broker,
            VIGNET_ORIGIN=edge,
            VIGNET_MAIL_URL=box.url,
            VIGNET_ICE_SERVERS=json.dumps(servers),
        )
        found = states()
    assert {part for part, state in found.items() if state is State.FAIL} == set()
    assert {part for part, state in found.items() if state is State.WARN} <= {"instellingen", "inrichting", "schijf"}
    assert object_store().keys(media.PROOF) == []
    assert box.received == []


def test_every_part_that_is_away_is_named_without_a_secret(app, installation, environment):
    environment(
        VIGNET_DATABASE_URL="postgresql+psycopg://nobody:geheim@127.0.0.1:1/none",
        VIGNET_S3_ENDPOINT="http://127.0.0.1:1",
        VIGNET_BROKER_URL="redis://:geheim@127.0.0.1:1/0",
        VIGNET_RATE_LIMIT_STORAGE="redis://:geheim@127.0.0.1:1/0",
        VIGNET_ORIGIN="http://127.0.0.1:1",
        VIGNET_MAIL_URL="smtp://me:geheim@127.0.0.1:1",
        VIGNET_ICE_SERVERS='[{"urls": "stun:127.0.0.1:1"}]',
        VIGNET_FFMPEG="/nothing/ffmpeg",
        VIGNET_SPOOL=str(installation.data / "nothing"),
    )
    said = app.test_cli_runner().invoke(args=["check"])
    lines = {
        line.split()[1]: line.split()[0] for line in said.output.splitlines() if line[:4] in ("ok  ", "warn", "fail")
    }
    assert said.exit_code == 1 and "geheim" not in said.output and "Traceback" not in said.output
    assert {part for part, state in lines.items() if state == "fail"} == set(checking.PARTS) - {"instellingen", "turn"}
    assert lines["turn"] == "warn" and len(lines) == len(checking.PARTS)


def test_counters_that_no_two_processes_share_are_told(installation, environment):
    settings = environment(VIGNET_RATE_LIMIT_STORAGE="memory://")
    (told,) = (one for one in checking.findings(settings) if one.part == "tellers")
    assert (told.state, "VIGNET_RATE_LIMIT_STORAGE" in told.said) == (State.WARN, True)


def test_an_address_of_turn_is_read_as_a_browser_does():
    read = checking._udp_place
    assert read("stun:stun.example") == ("stun.example", 3478)
    assert read("turn:turn.example:5000?transport=udp") == ("turn.example", 5000)
    assert read("turn:[2001:db8::1]:5000") == ("2001:db8::1", 5000)
    assert read("turn:[2001:db8::1]") == ("2001:db8::1", 3478)
    assert read("turns:turn.example:5349") is None and read("turn:turn.example?transport=tcp") is None


def test_the_page_of_the_proof_opens_nothing_else_and_not_for_long(app, visit, object_store, monkeypatch):
    with app.app_context():
        token = media.proof_token("check/one")
        wrong = URLSafeTimedSerializer(config().secret_key, salt="another").dumps("check/one")
        film = media.proof_token("recordings/one/video.mp4")
    stranger = visit()
    assert stranger.get(f"/media/proef/{token}").headers["X-Accel-Redirect"].startswith("/")
    told, _, signature = token.rpartition(".")
    # The first letter: the last one of base64 has bits that say nothing.
    altered = f"{told}.{'b' if signature[0] == 'a' else 'a'}{signature[1:]}"
    for other in (wrong, film, "x", altered):
        assert stranger.get(f"/media/proef/{other}").status_code == 404
    later = (datetime.now(UTC) + timedelta(seconds=media.PROOF_S + 5)).timestamp()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert stranger.get(f"/media/proef/{token}").status_code == 404


def test_behind_counts_the_migrations_that_a_database_has_not_seen(app, installation, tmp_path):
    from storage.base import migrate

    assert migrate.behind(config().database_url) == 0
    assert migrate.behind(f"sqlite:///{tmp_path / 'new.sqlite'}") > 50


def test_the_version_is_that_of_the_project(app):
    text = (services.ROOT / "pyproject.toml").read_text()
    assert f'\nversion = "{VERSION}"\n' in text
    assert app.test_cli_runner().invoke(args=["version"]).output == f"{VERSION}\n"


def test_an_installation_that_is_being_filled_is_not_ready(app, visit, installation):
    with new_session(writes=False) as session:
        session.connection()
    filling = installation.data / "run" / "filling"
    filling.parent.mkdir(parents=True, exist_ok=True)
    filling.touch()
    told = visit().get("/healthz").json
    assert told["parts"]["set_up"] is False and told["version"] == VERSION
    filling.unlink()
    app.extensions.pop("vignet-health")
    assert visit().get("/healthz").json["parts"]["set_up"] is True
