"""WHIP by the book: what each request answers, and that nothing a client sends is our error."""

import asyncio
import re
import uuid
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.publisher import Picture, Publisher, speech, until
from support.recorder_app import RecorderApp, running_app
from support.whip_offer import OFFER, headers, post

from recorder.webrtc import peer


def in_app(path: Path, scene, **options) -> None:
    async def play() -> None:
        async with running_app(path, **options) as app:
            await scene(app)

    asyncio.run(play())


def test_an_offer_is_answered_with_a_session(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        response = await post(app, recording, OFFER)
        assert (response.status, response.content_type) == (201, "application/sdp")
        place, _, session = response.headers["Location"].rpartition("/")
        assert place == f"/recorder/whip/{recording}"
        assert uuid.UUID(session)
        assert response.headers["ETag"].startswith('"')
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Location" in response.headers["Access-Control-Expose-Headers"]
        answer = await response.text()
        assert "a=candidate:" in answer and "a=end-of-candidates" in answer
        assert "127.0.0.1" in answer
        assert answer.count("a=recvonly") == 2
        assert "a=rtcp-fb:111 nack\r\n" in answer
        assert "a=rtpmap:102 H264/90000" in answer and "a=rtpmap:103 rtx/90000" in answer
        assert "VP8" not in answer

    in_app(tmp_path, scene)


def test_ice_servers_are_told_in_links(tmp_path: Path) -> None:
    servers = [
        {"urls": "stun:127.0.0.1:9"},
        {"urls": ["turn:127.0.0.1:9?transport=udp"], "username": "u", "credential": "p"},
        {"urls": "turns:127.0.0.1:9"},
    ]

    async def scene(app: RecorderApp) -> None:
        began = asyncio.get_running_loop().time()
        recording, other = app.admit(), app.admit()
        response = await post(app, recording, OFFER)
        *links, own = response.headers.getall("Link")
        ends_at, whose = re.search(r'username="(\d+):([^"]+)"; credential="[A-Za-z0-9+/]{27}="', own).groups()
        assert (int(ends_at), whose) == (int(app.tickets[recording].ends_at.timestamp()), recording)
        assert (await post(app, other, OFFER)).headers.getall("Link")[-1] != own
        assert links == [
            '<stun:127.0.0.1:9>; rel="ice-server"',
            '<turn:127.0.0.1:9?transport=udp>; rel="ice-server"; username="u"; credential="p"; '
            'credential-type="password"',
        ]
        assert asyncio.get_running_loop().time() - began < 3, "dead servers do not hold up the answer"

    in_app(tmp_path, scene, ice_servers=servers)


def test_who_has_no_ticket_learns_nothing(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        recording, other = app.admit(), app.admit()
        url = app.url(recording)
        for value in (None, "", "Basic abc", "Bearer", "Bearer a b", "Bearer ü"):
            sent = {"Content-Type": "application/sdp"} | ({"Authorization": value} if value is not None else {})
            async with app.http.post(url, data=OFFER, headers=sent) as response:
                assert response.status == 401, value
                assert response.headers["WWW-Authenticate"].startswith("Bearer")
                assert response.headers["Access-Control-Allow-Origin"] == "*"
        for place, ticket in ((recording, other), (str(uuid.uuid4()), other), ("nonsense", other), (recording, "x")):
            async with app.http.post(app.url(place), data=OFFER, headers=headers(ticket)) as response:
                assert response.status == 404
        created = await post(app, recording, OFFER)
        for method in ("DELETE", "PATCH"):
            async with app.http.request(
                method, app.url(created.headers["Location"]), headers=headers(other)
            ) as response:
                assert response.status == 404
            async with app.http.request(method, app.url(created.headers["Location"])) as response:
                assert response.status == 401

    in_app(tmp_path, scene)


def test_a_closed_recording_takes_nothing_more(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        assert (await post(app, app.admit(closed=True), OFFER)).status == 409

    in_app(tmp_path, scene)


def without(text: str, *lines: str) -> str:
    return "\r\n".join(line for line in text.split("\r\n") if not line.startswith(lines))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b""),
        (400, b"hello"),
        (400, b"\xff\xfe"),
        (400, "v=0\r\nm=video"),
        (400, OFFER.replace("a=setup:actpass", "a=setup:maybe")),
        (400, OFFER.replace("m=video 9", "m=video nine")),
        (400, without(OFFER, "a=ice-ufrag")),
        (400, without(OFFER, "a=fingerprint")),
        (400, without(OFFER, "a=setup")),
        (413, OFFER + "a=x-filling\r\n" * 6000),
        (422, without(OFFER, "a=rtcp-mux")),
        (422, without(OFFER, "a=group")),
        (422, without(OFFER, "a=mid")),
        (422, OFFER.replace("a=sendonly", "a=recvonly")),
        (422, OFFER.replace("VP8", "VP9").replace("H264", "H265")),
        (422, OFFER.replace("opus/48000/2", "PCMU/8000")),
        (422, OFFER.replace("m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel")),
        (422, OFFER + OFFER[OFFER.index("m=video") :]),
    ],
)
def test_a_bad_offer_is_the_clients_error(tmp_path: Path, status: int, body: str | bytes) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        assert (await post(app, recording, body)).status == status
        assert app.files(recording) == [] and app.sessions.live == 0

    in_app(tmp_path, scene)


def test_another_content_type_is_refused(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        assert (await post(app, recording, OFFER, **{"Content-Type": "application/json"})).status == 415
        created = await post(app, recording, OFFER)
        async with app.http.patch(app.url(created.headers["Location"]), headers=headers(recording)) as response:
            assert response.status == 415

    in_app(tmp_path, scene)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_no_mutation_of_an_offer_breaks_the_reader(data: st.DataObject) -> None:
    lines = OFFER.split("\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "cut", "double", "swap", "text"]))
        if change == "drop":
            del lines[index]
        elif change == "cut":
            lines[index] = lines[index][: data.draw(st.integers(0, len(lines[index])))]
        elif change == "double":
            lines.insert(index, lines[index])
        elif change == "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[index], lines[other] = lines[other], lines[index]
        else:
            lines[index] += data.draw(st.text(max_size=8))
    try:
        offer = peer.read_offer("\r\n".join(lines))
    except (peer.Malformed, peer.Unusable):
        return
    assert offer.tracks


def test_options_tells_what_may_be_sent(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        session = f"{recording}/{uuid.uuid4()}"
        accepts = {recording: ("Accept-Post", "application/sdp")}
        accepts |= {session: ("Accept-Patch", "application/trickle-ice-sdpfrag")}
        for place, (name, value) in accepts.items():
            async with app.http.options(app.url(place)) as response:
                assert response.status == 204
                assert response.headers[name] == value
                assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
                assert "PATCH" in response.headers["Access-Control-Allow-Methods"]
        for method, place in (*product(("GET", "HEAD", "PUT"), accepts), ("POST", session)):
            async with app.http.request(method, app.url(place)) as response:
                assert response.status == 405
                assert response.headers["Allow"]

    in_app(tmp_path, scene)


@pytest.mark.parametrize(("offered", "answered"), [("actpass", "active"), ("active", "passive")])
def test_either_side_may_begin_the_handshake(tmp_path: Path, offered: str, answered: str) -> None:
    async def scene(app: RecorderApp) -> None:
        created = await post(app, app.admit(), OFFER.replace("setup:actpass", f"setup:{offered}"))
        assert f"a=setup:{answered}\r\n" in await created.text()

    in_app(tmp_path, scene)


def test_patch_takes_candidates_and_no_restart(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        created = await post(app, recording, OFFER)
        url, etag = app.url(created.headers["Location"]), created.headers["ETag"]
        fragment = (
            "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
        )
        candidate = "a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host\r\na=end-of-candidates\r\n"
        restart = fragment.replace("abcd", "efgh")

        async def patch(body: str, match: str | None) -> int:
            sent = {"Authorization": f"Bearer {recording}", "Content-Type": "application/trickle-ice-sdpfrag"}
            sent |= {"If-Match": match} if match else {}
            async with app.http.patch(url, data=body, headers=sent) as response:
                return response.status

        assert await patch(fragment + candidate, etag) == 204
        assert await patch(fragment + candidate, None) == 428
        assert await patch(fragment + candidate, '"another"') == 412
        assert await patch(restart + candidate, "*") == 422
        assert await patch(restart + candidate, etag) == 422
        assert await patch(fragment + candidate.replace(" 9 ", " port "), etag) == 400
        remote = app.session(recording).peer.connection.getTransceivers()[0].receiver.transport.transport
        assert [c.port for c in remote.getRemoteCandidates()] == [9]

    in_app(tmp_path, scene)


def test_full_and_draining_say_when_to_come_back(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        first = app.admit()
        assert (await post(app, first, OFFER)).status == 201
        refused = await post(app, app.admit(), OFFER)
        assert refused.status == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert (await post(app, first, OFFER)).status == 201, "who takes over needs no more app"
        app.sessions.capacity, app.sessions.draining = 9, True
        assert (await post(app, app.admit(), OFFER)).status == 503
        assert (await post(app, first, OFFER)).status == 201, "what has begun ends in peace"

    in_app(tmp_path, scene, capacity=1)


def test_delete_ends_the_answer_and_only_the_newest_session_may(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        first = await post(app, recording, OFFER)
        second = await post(app, recording, OFFER)
        statuses = []
        for created in (first, second):
            async with app.http.delete(app.url(created.headers["Location"]), headers=headers(recording)) as response:
                statuses.append(response.status)
        await until(lambda: app.complete)
        assert statuses == [404, 200]
        async with app.http.delete(app.url(second.headers["Location"]), headers=headers(recording)) as response:
            assert response.status == 404, "it is over"
        assert app.complete == [uuid.UUID(recording)]
        assert not app.spool.folder(uuid.UUID(recording)).exists(), "nothing came, nothing is kept"

    in_app(tmp_path, scene)


def test_a_new_session_takes_over_from_one_that_looks_alive(tmp_path: Path) -> None:
    async def scene(app: RecorderApp) -> None:
        recording = app.admit()
        first, second = Publisher(Picture(), speech()), Publisher(Picture(), speech())
        await first.publish(app.http, app.url(recording), recording)
        await until(lambda: app.session(recording).intake.packets > 20)
        await second.publish(app.http, app.url(recording), recording)
        await until(lambda: app.session(recording).intake.packets > 20)
        await until(lambda: app.sessions.live == 1)
        async with app.http.delete(app.url(second.location), headers=headers(recording)) as response:
            assert response.status == 200
        await until(lambda: app.complete)
        assert app.ends(recording) == ["takeover", "delete"]
        assert app.complete == [uuid.UUID(recording)]
        await first.close()
        await second.close()

    in_app(tmp_path, scene)
