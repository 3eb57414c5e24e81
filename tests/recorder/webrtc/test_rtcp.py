"""What we say back, read by another implementation (aiortc)."""

import struct

import pytest
from aiortc.rtp import RtcpPacket, RtcpPsfbPacket, RtcpRrPacket, RtcpRtpfbPacket, unpack_remb_fci
from hypothesis import given
from hypothesis import strategies as st

from recorder.webrtc import rtcp


def test_a_receiver_report() -> None:
    data = rtcp.receiver_report(1, [rtcp.ReceptionReport(7, 128, -3, 65536 + 5, 90, 0xAABBCCDD, 65536)])
    (packet,) = RtcpPacket.parse(data)
    assert isinstance(packet, RtcpRrPacket)
    (report,) = packet.reports
    assert (packet.ssrc, report.ssrc, report.fraction_lost, report.packets_lost) == (1, 7, 128, -3)
    assert (report.highest_sequence, report.jitter, report.lsr, report.dlsr) == (65541, 90, 0xAABBCCDD, 65536)


@given(st.sets(st.integers(60000, 70000), min_size=1, max_size=1200))
def test_every_missing_packet_is_named_once_even_where_numbers_wrap(missing: set[int]) -> None:
    named: list[int] = []
    for data in rtcp.nack(1, 7, sorted(missing)):
        assert len(data) < 1200
        (packet,) = RtcpPacket.parse(data)
        assert isinstance(packet, RtcpRtpfbPacket) and packet.media_ssrc == 7
        named += [sequence & 0xFFFF for sequence in packet.lost]
    assert sorted(named) == sorted(sequence & 0xFFFF for sequence in missing)


def test_nothing_missing_is_not_asked() -> None:
    assert list(rtcp.nack(1, 7, [])) == []


@pytest.mark.parametrize("rate", [300_000, 2_500_000, 262_143, 262_144])
def test_a_bit_rate_and_a_key_frame(rate: int) -> None:
    remb, pli = RtcpPacket.parse(rtcp.maximum_bitrate(1, 7, rate) + rtcp.picture_loss(1, 7))
    assert isinstance(remb, RtcpPsfbPacket) and isinstance(pli, RtcpPsfbPacket)
    told, ssrcs = unpack_remb_fci(remb.fci)
    assert rate * 0.9999 <= told <= rate and ssrcs == [7]
    assert (pli.fmt, pli.ssrc, pli.media_ssrc) == (1, 1, 7)


def test_sender_reports_are_found_in_a_compound() -> None:
    def report(ssrc: int) -> bytes:
        return struct.pack(">BBHIQIII", 0x80, 200, 6, ssrc, 0x1111222233334444, 5, 0, 0)

    description = struct.pack(">BBHI", 0x81, 202, 1, 7)
    found = list(rtcp.sender_reports(report(7) + description + report(8)))
    assert [(one.ssrc, one.ntp_middle, one.timestamp) for one in found] == [(7, 0x22223333, 5), (8, 0x22223333, 5)]
    assert list(rtcp.sender_reports(report(7)[:-1])) == []
    assert list(rtcp.sender_reports(b"")) == []


@given(st.binary(max_size=60))
def test_any_bytes_are_survived(data: bytes) -> None:
    list(rtcp.sender_reports(data))
