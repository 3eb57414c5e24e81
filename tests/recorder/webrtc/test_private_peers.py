"""Where an offer can have the recorder knock: at the public internet, and inside only where a setting says so."""

import asyncio
from pathlib import Path

import pytest
from support.recorder_app import running_app
from support.whip_offer import OFFER, post

from recorder.webrtc import peer
from recorder.webrtc.network import Network, is_public

PUBLIC = ("9.9.9.9", "198.20.0.1", "2606:4700::1111", "2a00:1450::1")
INSIDE = (
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "192.0.2.1"),
    *("198.18.0.1", "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "::", "::1", "fe80::1", "fc00::1"),
    *("fd00::2", "ff02::1", "fec0::1", "::ffff:10.0.0.1", "::ffff:9.9.9.9", "64:ff9b::a00:1", "2002:a00:1::1"),
    *("2001::1", "2001:db8::1", "localhost", "example.org", "1", "0x7f000001", "127.1", "", "fe80::1%eth0"),
)


@pytest.mark.parametrize("host", PUBLIC)
def test_the_public_internet_is_public(host):
    assert is_public(host)


@pytest.mark.parametrize("host", INSIDE)
def test_what_is_inside_or_a_name_or_hides_another_address_is_not(host):
    assert not is_public(host)


def _tried(path: Path, network: Network, trickled: bool) -> set[str]:
    """The addresses that the recorder would send to for an offer that names these three."""
    named = ("9.9.9.9", "10.0.0.1", "127.0.0.1")
    lines = [f"a=candidate:{n} 1 udp {2**30 - n} {host} 5000 typ host" for n, host in enumerate(named)]

    async def scene() -> set[str]:
        async with running_app(path) as app:
            peer.install(network)
            recording = app.admit()
            offer = OFFER if trickled else OFFER.replace("a=setup:actpass", "\r\n".join([*lines, "a=setup:actpass"]))
            assert (await post(app, recording, offer)).status == 201
            connection = app.session(recording).peer
            if trickled:
                await connection.add_candidates(lines)
            transport = connection.connection.getTransceivers()[0].receiver.transport.transport
            return {candidate.host for candidate in transport._connection.remote_candidates}

    return asyncio.run(scene())


@pytest.mark.parametrize("trickled", [False, True], ids=["in the offer", "by PATCH"])
def test_candidates_inside_are_not_followed_unless_a_setting_says_so(tmp_path, trickled):
    assert _tried(tmp_path / "out", Network(), trickled) == {"9.9.9.9"}
    assert _tried(tmp_path / "in", Network(private_peers=True), trickled) == {"9.9.9.9", "10.0.0.1", "127.0.0.1"}
