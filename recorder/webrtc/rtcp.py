"""Feedback of a receiver to the sender, and the sender's reports (RFC 3550, RFC 4585)."""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SENDER_REPORT, RECEIVER_REPORT, TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 200, 201, 205, 206
_NACK, _PLI, _APPLICATION = 1, 1, 15

NACK_ENTRIES = 250
"""Entries in one NACK; four bytes each, so that it fits in one datagram."""


class SenderReport(NamedTuple):
    """`ntp`: the sender's clock, in 2⁻³² s since 1900; `timestamp`: the same moment on the clock of its media."""

    ssrc: int
    ntp: int
    timestamp: int

    @property
    def ntp_middle(self) -> int:
        """The middle 32 bits of the sender's NTP time, which a receiver report sends back."""
        return (self.ntp >> 16) & 0xFFFFFFFF


class ReceptionReport(NamedTuple):
    """One block of a receiver report; `fraction_lost` in 1/256, `jitter` in clock units, `delay` in 1/65536 s."""

    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int


def sender_reports(compound: bytes) -> Iterator[SenderReport]:
    """The sender reports in a compound packet; what is malformed ends it."""
    position = 0
    while position + 8 <= len(compound):
        first, kind, words = struct.unpack_from(">BBH", compound, position)
        following = position + 4 + 4 * words
        if first >> 6 != 2 or following > len(compound):
            return
        if kind == SENDER_REPORT and words >= 6:
            yield SenderReport(*struct.unpack_from(">IQI", compound, position + 4))
        position = following


def receiver_report(own_ssrc: int, reports: Sequence[ReceptionReport]) -> bytes:
    body = struct.pack(">I", own_ssrc)
    for report in reports:
        lost = max(-0x800000, min(report.lost, 0x7FFFFF)) & 0xFFFFFF
        body += struct.pack(
            ">IIIIII",
            report.ssrc,
            report.fraction_lost << 24 | lost,
            report.highest & 0xFFFFFFFF,
            min(report.jitter, 0xFFFFFFFF),
            report.last_report,
            report.delay,
        )
    return _packet(RECEIVER_REPORT, len(reports), body)


def nack(own_ssrc: int, media_ssrc: int, missing: Sequence[int]) -> Iterator[bytes]:
    """Ask for packets again. `missing`: sequence numbers in the order of sending, not yet reduced to 16 bits."""
    entries: list[tuple[int, int]] = []
    for sequence in missing:
        ahead = sequence - entries[-1][0] - 1 if entries else 16
        if ahead < 16:
            entries[-1] = (entries[-1][0], entries[-1][1] | 1 << ahead)
        else:
            entries.append((sequence, 0))
    for start in range(0, len(entries), NACK_ENTRIES):
        body = struct.pack(">II", own_ssrc, media_ssrc)
        for sequence, mask in entries[start : start + NACK_ENTRIES]:
            body += struct.pack(">HH", sequence & 0xFFFF, mask)
        yield _packet(TRANSPORT_FEEDBACK, _NACK, body)


def picture_loss(own_ssrc: int, media_ssrc: int) -> bytes:
    """Ask for a key frame."""
    return _packet(PAYLOAD_FEEDBACK, _PLI, struct.pack(">II", own_ssrc, media_ssrc))


def maximum_bitrate(own_ssrc: int, media_ssrc: int, bits_per_s: int) -> bytes:
    """The most that the sender may send (draft-alvestrand-rmcat-remb-03)."""
    exponent = max(0, bits_per_s.bit_length() - 18)
    value = exponent << 18 | bits_per_s >> exponent
    body = struct.pack(">II4sII", own_ssrc, 0, b"REMB", 1 << 24 | value, media_ssrc)
    return _packet(PAYLOAD_FEEDBACK, _APPLICATION, body)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0x80 | count, kind, len(body) // 4) + body
