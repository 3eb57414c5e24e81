"""Recordings and clips: the web app checks, the edge streams, and nothing of the store shows."""

import os
import threading
from datetime import UTC, datetime

import pytest
import requests
from support import rights, services
from support.visitors import Visitor
from werkzeug.serving import make_server

from storage.exam.recordings import Recording, RecordingState, RenditionKind
from storage.schemes import Clip
from webapp import create_app

FILM = os.urandom(200_000)


@pytest.fixture
def world(session, people):
    made = rights.world(session, people, datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def recording(world):
    return world.things["recording"]


def test_the_answer_is_an_inner_address_and_no_byte_of_film(world, visit, recording):
    answer = visit(world.people["assessor_1"]).get(f"/media/{recording.id}")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["X-Accel-Redirect"].startswith("/")
    assert "Signature" in answer.headers["X-Accel-Redirect"]
    assert recording.rendition(RenditionKind.VIDEO).key in answer.headers["X-Accel-Redirect"]


def test_asking_for_the_head_is_signed_for_the_head(world, visit, recording):
    visitor = visit(world.people["assessor_1"])
    get, head = visitor.get(f"/media/{recording.id}"), visitor.client.head(f"/media/{recording.id}")
    assert head.status_code == 200
    assert head.headers["X-Accel-Redirect"] != get.headers["X-Accel-Redirect"]


@pytest.mark.parametrize("kind", ["poster", "nonsense", "..%2f..", "video.mp4"])
def test_what_was_not_made_is_not_there(world, visit, recording, kind):
    assert visit(world.people["assessor_1"]).get(f"/media/{recording.id}/{kind}").status_code == 404


@pytest.mark.parametrize("state", [one for one in RecordingState if one is not RecordingState.STORED])
def test_only_what_is_proven_is_shown(session, world, visit, recording, state):
    session.get(Recording, recording.id).state = state
    session.commit()
    assert visit(world.people["assessor_1"]).get(f"/media/{recording.id}").status_code == 404


def test_captions_go_with_the_clip(world, visit):
    clip = world.things["clip"]
    answer = visit(world.people["second_candidate"]).get(f"/media/clip/{clip.id}/ondertiteling")
    assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert clip.captions_key in answer.headers["X-Accel-Redirect"]


def test_a_candidate_sees_no_clip_ahead_and_none_again(session, world, visit):
    going_on, visitor = world.things["going_on"], visit(world.people["second_candidate"])

    def seen():
        clips = session.query(Clip).order_by(Clip.number).all()
        session.commit()
        return [clip.number for clip in clips if visitor.get(f"/media/clip/{clip.id}").status_code == 200]

    assert seen() == [1]
    answer = session.merge(going_on).answers[0]
    answer.play(datetime.now(UTC))
    session.commit()
    assert seen() == [1]
    answer.prepare(datetime.now(UTC))
    session.commit()
    assert seen() == []


def test_a_far_store_is_reached_by_an_address_that_dies_in_five_minutes(world, recording, environment):
    settings = environment(VIGNET_MEDIA_MODE="redirect", VIGNET_S3_PUBLIC_ENDPOINT="https://store.example")
    visitor = Visitor(create_app(settings), world.people["assessor_1"])
    answer = visitor.get(f"/media/{recording.id}")
    assert answer.status_code == 302
    assert answer.location.startswith("https://store.example/")
    assert "X-Amz-Expires=300" in answer.location
    assert "no-store" in answer.headers["Cache-Control"]
    assert "media-src 'self' blob: https://store.example" in answer.headers["Content-Security-Policy"]


@pytest.mark.one_database
def test_through_the_real_edge_and_store(world, recording, object_store, installation, tmp_path):
    """The browser's own road: session, edge, web app, edge again, object store."""
    film = tmp_path / "film"
    film.write_bytes(FILM)
    object_store.put_file(recording.rendition(RenditionKind.VIDEO).key, film, "video/mp4")
    first = services.free_ports(3)
    app = create_app()
    server = make_server("127.0.0.1", first + 1, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    env = {
        "VIGNET_SITE": f"http://:{first}",
        "VIGNET_WEB_LISTEN": f"127.0.0.1:{first + 1}",
        "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{first + 2}",
        "VIGNET_S3_ENDPOINT": os.environ["VIGNET_S3_ENDPOINT"],
        "VIGNET_DATA": str(tmp_path),
    }
    caddy = [services.BIN / "caddy", "run", "--adapter", "caddyfile", "--config", "docker/Caddyfile"]
    try:
        with services.running(caddy, [first], tmp_path / "caddy.log", env):
            address = f"http://127.0.0.1:{first}/media/{recording.id}"
            cookies = {}
            for name in ("assessor_1", "assessor_3"):
                client = Visitor(app, world.people[name]).client
                cookies[name] = {
                    app.config["SESSION_COOKIE_NAME"]: client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
                }
            whole = requests.get(address, cookies=cookies["assessor_1"], timeout=20)
            assert (whole.status_code, whole.content) == (200, FILM)
            part = requests.get(address, cookies=cookies["assessor_1"], headers={"Range": "bytes=500-999"}, timeout=20)
            assert (part.status_code, part.content) == (206, FILM[500:1000])
            assert part.headers["Content-Range"] == f"bytes 500-999/{len(FILM)}"
            head = requests.head(address, cookies=cookies["assessor_1"], timeout=20)
            assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(FILM)))
            for answer in (whole, part, head):
                names = {name.lower() for name in answer.headers}
                assert "no-store" in answer.headers["Cache-Control"]
                assert not [name for name in names if name.startswith(("x-amz", "x-trans", "x-openstack", "x-accel"))]
                assert "server" not in names
            refused = requests.get(address, cookies=cookies["assessor_3"], timeout=20)
            assert refused.status_code == 404
            assert FILM[:100] not in refused.content
            stranger = requests.get(address, timeout=20, allow_redirects=False)
            assert (stranger.status_code, stranger.headers["Location"][:9]) == (302, "/inloggen")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
