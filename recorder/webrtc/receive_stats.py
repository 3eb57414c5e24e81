"""Statistics of one stream of RTP packets at the receiving end: its holes, its jitter, its loss.

Pure bookkeeping: times come in as microseconds, nothing is sent from here. Holes are asked for again by a timer, not
only when the next gap shows, since a retransmission may be lost as well.
"""

ASK_AFTER_S = 0.010
"""The least wait before a missing packet is asked for; a jittery road gets twice its jitter instead."""
ASK_AFTER_MOST_S = 0.250
ASK_AGAIN_S = 0.100
GIVE_UP_S = 3.0
"""Browsers keep about this much for retransmission."""
LONGEST_HOLE = 1000
"""Of a longer hole (packets) only its end is asked for; the rest is given up at once."""
MISORDERED = 3000
"""A sequence number that lies further back than this is not a late packet: the sender began anew (RFC 3550 A.1)."""

_MICROSECONDS = 1_000_000


class Reception:
    """Counts of one SSRC. Sequence numbers inside are extended: they go on where 16 bits would wrap."""

    def __init__(self, clock_rate: int) -> None:
        self.missing: dict[int, list[int]] = {}  # sequence -> [noticed, ask next], microseconds
        self.highest = -1
        self.jitter_s = 0.0
        self.unrecovered = False
        """Something is lost for good since this was last cleared; a decoder needs a key frame."""
        self._clock_rate = clock_rate
        self._base = 0
        self._received = 0
        self._reported_expected = self._reported_received = 0
        self._timestamp = -1
        self._arrival_us = 0

    def add(self, sequence: int, timestamp: int, now_us: int) -> bool:
        """Count a packet. True when something is now missing or lost, so that somebody should call `due`."""
        self._received += 1
        step = (sequence - self.highest) & 0xFFFF
        hole = False
        if self.highest < 0:
            self._base = self.highest = sequence
        elif step == 1:
            self.highest += 1
        elif step == 0:
            self._received -= 1
            return False
        elif step < 0x8000:
            hole = True
            self._open(self.highest + step, now_us)
        elif 0x10000 - step > MISORDERED:
            hole = True
            self._begin_anew(sequence)
        else:
            self.missing.pop(self.highest - 0x10000 + step, None)
            return False
        if timestamp != self._timestamp:
            self._measure(timestamp, now_us)
        return hole

    def extended(self, sequence: int) -> int:
        """The extended number of a 16-bit sequence number near the newest packet."""
        step = (sequence - self.highest) & 0xFFFF
        return self.highest + step - (0x10000 if step >= 0x8000 else 0)

    def due(self, now_us: int) -> tuple[list[int], int | None]:
        """Which packets to ask for now, oldest first, and when to look again (None: nothing is missing)."""
        ask: list[int] = []
        look_us: int | None = None
        given_up = now_us - int(GIVE_UP_S * _MICROSECONDS)
        for sequence, times in list(self.missing.items()):
            if times[0] <= given_up:
                del self.missing[sequence]
                self.unrecovered = True
                continue
            if times[1] <= now_us:
                ask.append(sequence)
                times[1] = now_us + int(ASK_AGAIN_S * _MICROSECONDS)
            look_us = times[1] if look_us is None else min(look_us, times[1])
        return ask, look_us

    def lost(self) -> int:
        """Packets lost so far; retransmissions that came by themselves count as received."""
        return self.highest - self._base + 1 - self._received

    def share_lost(self) -> float | None:
        """The share (0 to 1) of all packets so far that the road lost; None before the first one."""
        expected = self.highest - self._base + 1
        return max(0, self.lost()) / expected if self.highest >= 0 else None

    def fraction_lost(self) -> float:
        """The share lost (0 to 1) since the last call, which is how reports count."""
        expected = self.highest - self._base + 1
        due, got = expected - self._reported_expected, self._received - self._reported_received
        self._reported_expected, self._reported_received = expected, self._received
        return max(0.0, (due - got) / due) if due > 0 else 0.0

    def _open(self, highest: int, now_us: int) -> None:
        first = max(self.highest + 1, highest - LONGEST_HOLE)
        if first > self.highest + 1:
            self.missing.clear()
            self.unrecovered = True
        wait = min(max(ASK_AFTER_S, 2 * self.jitter_s), ASK_AFTER_MOST_S)
        ask_us = now_us + int(wait * _MICROSECONDS)
        for sequence in range(first, highest):
            self.missing[sequence] = [now_us, ask_us]
        self.highest = highest
        while len(self.missing) > LONGEST_HOLE:
            del self.missing[next(iter(self.missing))]
            self.unrecovered = True

    def _begin_anew(self, sequence: int) -> None:
        self.missing.clear()
        self.unrecovered = True
        self._base = self.highest = sequence
        self._received = 1
        self._reported_expected = self._reported_received = 0

    def _measure(self, timestamp: int, now_us: int) -> None:
        """Interarrival jitter (RFC 3550 A.8), where one outage may not count for more than a second."""
        if self._timestamp >= 0:
            elapsed = (timestamp - self._timestamp) & 0xFFFFFFFF
            if elapsed < 0x80000000:
                deviation = abs((now_us - self._arrival_us) / _MICROSECONDS - elapsed / self._clock_rate)
                self.jitter_s += (min(deviation, 1.0) - self.jitter_s) / 16
        self._timestamp, self._arrival_us = timestamp, now_us


class RateCap:
    """The most that the sender is told to send: constant, and lower only while loss stays above a tenth.

    A browser that hears a constant bound finds its own rate by loss alone, and starts at full resolution.
    """

    MOST, LEAST = 2_500_000, 300_000
    BAD, GOOD = 0.10, 0.02

    def __init__(self) -> None:
        self.bits_per_s = self.MOST
        self._bad = self._good = 0

    def second(self, fraction_lost: float) -> int:
        """Take in one second's loss (0 to 1); returns the bound for the next."""
        self._bad = self._bad + 1 if fraction_lost > self.BAD else 0
        self._good = self._good + 1 if fraction_lost < self.GOOD else 0
        if self._bad >= 3:
            self.bits_per_s = max(self.LEAST, self.bits_per_s * 4 // 5)
        elif self._good >= 3:
            self.bits_per_s = min(self.MOST, self.bits_per_s * 9 // 8)
        return self.bits_per_s
