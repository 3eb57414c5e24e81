"""Recordings and clips: the web app checks, the edge streams, and nothing of the store shows."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from support import rights, sealed, services
from support.visitors import Visitor
from werkzeug.serving import make_server

from storage.base.config import config
from storage.base.keys import key_store
from storage.base.objects import sha256_of
from storage.exam.recordings import Recording, RecordingState, RenditionKind
from storage.schemes import Clip
from webapp import create_app
from webapp.media import PIECE

FILM = os.urandom(200_000)


def seal(session, recording, film: Path) -> None:
    """Let this file be what is to be seen of the recording, sealed as the media worker does."""
    row = session.get(Recording, recording.id).rendition(RenditionKind.VIDEO)
    sealed.put(row.key, film, recording.id)
    row.size, row.sha256, row.sealed_under = film.stat().st_size, sha256_of(film), recording.id
    session.commit()


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
    assert answer.headers["X-Accel-Host"] == urlsplit(config().s3_endpoint).netloc
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


@pytest.fixture
def film(session, recording, object_store, tmp_path):
    """A sealed film of more than two pieces; its bytes."""
    path = tmp_path / "long"
    path.write_bytes(os.urandom(2 * PIECE + 12_345))
    seal(session, recording, path)
    return path.read_bytes()


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, PIECE - 1),
        ("bytes=0-1", 0, 1),
        ("bytes=65535-65536", 65_535, 65_536),
        (f"bytes={PIECE}-", PIECE, 2 * PIECE - 1),
        (f"bytes={2 * PIECE}-", 2 * PIECE, 2 * PIECE + 12_344),
        (f"bytes=100-{2 * PIECE}", 100, PIECE + 99),
        ("bytes=-5", 2 * PIECE + 12_340, 2 * PIECE + 12_344),
    ],
)
def test_a_player_gets_the_piece_that_it_asks_for(world, visit, recording, film, asked, first, last):
    answer = visit(world.people["assessor_1"]).get(f"/media/{recording.id}", headers={"Range": asked})
    assert (answer.status_code, answer.headers["Content-Type"]) == (206, "video/mp4")
    assert answer.data == film[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(film)}"
    assert (answer.headers["Content-Length"], answer.headers["Accept-Ranges"]) == (str(last + 1 - first), "bytes")


@pytest.mark.one_database
def test_what_is_no_piece_of_it_is_answered_as_http_says(world, visit, recording, film):
    visitor, address = visit(world.people["assessor_1"]), f"/media/{recording.id}"
    beyond = visitor.get(address, headers={"Range": f"bytes={len(film)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(film)}")
    whole = visitor.get(address)
    for odd in ("bytes=5-2", "nonsense", "bytes=0-1,5-6", "pages=1-2"):
        answer = visitor.get(address, headers={"Range": odd})
        assert (answer.status_code, answer.data) in ((200, film), (416, b"")), odd
    assert (whole.status_code, whole.data) == (200, film)
    assert "X-Accel-Redirect" not in whole.headers
    for mark, status in ((whole.headers["ETag"], 206), ('"another film"', 200)):
        assert visitor.get(address, headers={"Range": "bytes=0-9", "If-Range": mark}).status_code == status
    head = visitor.client.head(address)
    assert (head.status_code, head.headers["Content-Length"], head.data) == (200, str(len(film)), b"")


@pytest.mark.one_database
def test_when_its_key_is_gone_it_is_not_there(world, visit, recording, film):
    visitor = visit(world.people["assessor_1"])
    key_store().destroy(recording.id)
    for headers in ({}, {"Range": "bytes=0-"}):
        assert visitor.get(f"/media/{recording.id}", headers=headers).status_code == 404


@pytest.mark.one_database
def test_nothing_leaves_of_what_was_tampered_with(world, visit, recording, film, object_store, tmp_path):
    key = recording.rendition(RenditionKind.VIDEO).key
    content = bytearray(b"".join(object_store.read(key)))
    content[100_000] ^= 1
    (tmp_path / "changed").write_bytes(content)
    object_store.put_file(key, tmp_path / "changed")
    visitor = visit(world.people["assessor_1"])
    assert visitor.get(f"/media/{recording.id}", headers={"Range": "bytes=0-"}).status_code == 502
    assert visitor.get(f"/media/{recording.id}", headers={"Range": f"bytes={PIECE}-"}).status_code == 206


@pytest.mark.one_database
@pytest.mark.parametrize("own_key", [True, False], ids=["sealed", "from before"])
def test_through_the_real_edge_and_store(session, world, recording, object_store, installation, tmp_path, own_key):
    """The browser's own road: session, edge, web app, and the object store behind them."""
    film = tmp_path / "film"
    film.write_bytes(FILM)
    if own_key:
        seal(session, recording, film)
    else:
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
    caddy = [services.BIN / "caddy", "run", "--adapter", "caddyfile", "--config", "docker/edge/Caddyfile"]
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
