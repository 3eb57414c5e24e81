"""The addresses and ports at which a recorder can be reached, and what of an offer is recorded."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aioice import ice
from support.publisher import Publisher, speech
from support.recorder_app import running_app
from support.whip_offer import OFFER, post

from recorder.webrtc import peer
from recorder.webrtc.network import Network

PUBLIC = "203.0.113.7"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    peer.install(Network(loopback=True, private_peers=True))


def own_addresses(version: int) -> list[str]:
    return ice.get_host_addresses(use_ipv4=version == 4, use_ipv6=version == 6)


def answered(path: Path, network: Network) -> list[tuple[str, int, str]]:
    """Address, port and type of each candidate in an answer."""

    async def scene() -> list[tuple[str, int, str]]:
        async with running_app(path) as app:
            peer.install(network)
            response = await post(app, app.admit(), OFFER)
            assert response.status == 201
            audio = (await response.text()).partition("m=video")[0]
            fields = [line.split() for line in audio.splitlines() if line.startswith("a=candidate:")]
            return [(field[4], int(field[5]), field[7]) for field in fields]

    return asyncio.run(scene())


def test_all_addresses_of_the_host_are_announced_and_loopback_only_when_asked_for(tmp_path: Path) -> None:
    own = {*own_addresses(4), *own_addresses(6)}
    assert {host for host, _, _ in answered(tmp_path, Network())} == own
    assert {host for host, _, _ in answered(tmp_path, Network(loopback=True))} == {*own, "127.0.0.1"}


def test_a_public_address_is_announced_instead_of_the_hosts_own(tmp_path: Path) -> None:
    found = answered(tmp_path, Network(addresses=(PUBLIC,)))
    assert {(host, kind) for host, _, kind in found} == {(PUBLIC, "host")}
    assert len(found) == len(own_addresses(4))


def test_one_of_the_hosts_addresses_may_be_chosen(tmp_path: Path) -> None:
    chosen = own_addresses(4)[0]
    assert [host for host, _, _ in answered(tmp_path, Network(addresses=(chosen,)))] == [chosen]


def test_ports_stay_in_their_range_and_are_free_again_afterwards(tmp_path: Path) -> None:
    network = Network(ports=(18150, 18153), loopback=True, addresses=(PUBLIC,))
    for _ in range(6):
        found = answered(tmp_path, network)
        assert found and all(18150 <= port <= 18153 for _, port, _ in found)


def test_media_flow_through_a_range_of_ports(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running_app(tmp_path) as app:
            peer.install(Network(ports=(18160, 18179), loopback=True, private_peers=True))
            recording = app.admit()
            publisher = Publisher(audio=speech())
            await publisher.publish(app.http, app.url(recording), recording)
            await publisher.close()

    asyncio.run(scene())


def test_vp8_is_taken_where_there_is_no_h264() -> None:
    offer = peer.read_offer(OFFER.replace("H264", "H265"))
    assert [(track.codec, track.payload_type) for track in offer.tracks] == [("opus", 111), ("VP8", 96)]
    assert [stream.repair_type for stream in offer.streams] == [None, 97]


def test_what_the_sender_said_of_its_codec_is_kept() -> None:
    audio, video = peer.read_offer(OFFER).tracks
    assert (audio.fmtp, audio.ssrc) == ("minptime=10;useinbandfec=1", 11)
    assert "profile-level-id=42e01f" in video.fmtp and (video.ssrc, video.clock_rate) == (12, 90000)


def test_candidates_that_cannot_be_tried_are_left_out() -> None:
    lines = "".join(
        f"a=candidate:{n} {component} {protocol} 1 {host} 9 typ host\r\n"
        for n, (component, protocol, host) in enumerate(
            [(1, "udp", "8d1.local"), (2, "udp", "192.0.2.1"), (1, "tcp", "192.0.2.1"), *[(1, "UDP", "192.0.2.1")] * 50]
        )
    )
    text = peer.read_offer(OFFER.replace("a=mid:0", lines + "a=mid:0") + "a=end-of-candidates\r\n").text
    assert text.count("a=candidate") == peer.CANDIDATES
    assert "8d1.local" not in text and " tcp " not in text and "a=end-of-candidates" not in text
