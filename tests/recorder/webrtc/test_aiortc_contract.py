"""The private parts of aiortc and aioice that the recorder stands on.

When a new version breaks this file, look at recorder/webrtc/receiver.py (Intake.connect, Intake._send, Receiver), at
recorder/webrtc/peer.py (install) and at recorder/webrtc/network.py (Connection), and at what replaced the part that is
gone; then
run test_live.py, which proves the whole road with two real peers.
"""

import asyncio
import inspect
import os
from pathlib import Path

import aioice
import aiortc
import pylibsrtp
import pytest
from aioice import ice
from aiortc import codecs, rtcicetransport, rtcpeerconnection, rtcrtpreceiver
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCDtlsTransport
from support.publisher import Publisher, speech, until
from support.recorder_app import running_app

from recorder.webrtc import peer, receiver
from recorder.webrtc.network import Connection, Network


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_the_names_that_are_replaced_are_looked_up_when_used() -> None:
    assert "RTCRtpReceiver(kind, dtlsTransport)" in inspect.getsource(rtcpeerconnection)
    assert "Connection(" in inspect.getsource(rtcicetransport.RTCIceGatherer.__init__)
    assert parameters(rtcrtpreceiver.RTCRtpReceiver.__init__) == ["self", "kind", "transport"]
    peer.install(Network(private_peers=True))
    assert rtcpeerconnection.RTCRtpReceiver is receiver.Receiver
    assert rtcicetransport.Connection is Connection


def test_a_receiver_is_told_to_receive_to_stop_and_its_own_ssrc() -> None:
    for name in ("receive", "stop", "_set_rtcp_ssrc"):
        stock, own = getattr(rtcrtpreceiver.RTCRtpReceiver, name), getattr(receiver.Receiver, name)
        assert parameters(stock) == parameters(own), name
        assert inspect.iscoroutinefunction(stock) == inspect.iscoroutinefunction(own), name


def test_the_dtls_transport_hands_media_to_two_methods_of_its_instance() -> None:
    source = inspect.getsource(RTCDtlsTransport._recv_next)
    assert "self._handle_rtp_data(data, arrival_time_ms=arrival_time_ms)" in source
    assert "self._handle_rtcp_data(data)" in source
    assert issubclass(pylibsrtp.Error, Exception)


def test_ice_gathers_by_a_method_that_can_be_overridden() -> None:
    assert parameters(ice.Connection.get_component_candidates) == ["self", "component", "addresses", "timeout"]
    assert "self.get_component_candidates(component=component, addresses=addresses)" in inspect.getsource(
        ice.Connection.gather_candidates
    )
    assert parameters(ice.StunProtocol.datagram_received) == ["self", "data", "addr"]
    assert aioice.Candidate and ice.candidate_foundation and ice.candidate_priority


def test_opus_is_in_the_table_of_codecs() -> None:
    assert [codec.clockRate for codec in codecs.CODECS["audio"] if codec.name == "opus"] == [48000]


def test_a_live_session_has_the_parts_that_are_reached_for(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running_app(tmp_path) as app:
            recording = app.admit()
            publisher = Publisher(audio=speech())
            await publisher.publish(app.http, app.url(recording), recording)
            await until(lambda: app.session(recording).intake.packets)
            peer_connection = app.session(recording).peer.connection
            assert isinstance(peer_connection, aiortc.RTCPeerConnection)
            (transceiver,) = peer_connection.getTransceivers()
            assert isinstance(transceiver.receiver, receiver.Receiver)
            transport = transceiver.receiver.transport
            assert transport.state == "connected"
            assert isinstance(transport._rx_srtp, pylibsrtp.Session) and isinstance(
                transport._tx_srtp, pylibsrtp.Session
            )
            connection = transport.transport._connection
            assert isinstance(connection, Connection)
            assert connection._nominated[1].protocol in connection._protocols
            assert connection._nominated[1].remote_addr
            assert all("datagram_received" in vars(protocol) for protocol in connection._protocols)
            await publisher.close()

    asyncio.run(scene())


@pytest.mark.parametrize("profile", SRTP_PROFILES, ids=lambda one: one.openssl_profile.decode())
def test_a_packet_that_somebody_changed_or_made_is_no_packet(profile):
    """Whatever is agreed authenticates each packet, header and body (OWASP ASVS 17.2.3)."""
    key = os.urandom(profile.key_length + profile.salt_length)
    facts = {"key": key, "srtp_profile": profile.libsrtp_profile}
    sender = pylibsrtp.Session(pylibsrtp.Policy(ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND, **facts))
    receiver = pylibsrtp.Session(pylibsrtp.Policy(ssrc_type=pylibsrtp.Policy.SSRC_ANY_INBOUND, **facts))
    packet = bytes.fromhex("80600001000000010000000a") + b"a picture" * 20
    sent = sender.protect(packet)
    for at in (1, 5, 11, 12, 40, len(sent) - 1):
        forged = bytearray(sent)
        forged[at] ^= 1
        with pytest.raises(pylibsrtp.Error):
            receiver.unprotect(bytes(forged))
    with pytest.raises(pylibsrtp.Error):
        receiver.unprotect(packet)
    assert receiver.unprotect(sent) == packet
    with pytest.raises(pylibsrtp.Error):
        receiver.unprotect(sent)
