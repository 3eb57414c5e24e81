"""Answers made by lot of packets that were coded once: what a browser's recorder and a live road may do to them.

Nothing is encoded for an answer, so that a hundred thousand can be made.
"""

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import av
from support import sender
from support.coded_once import CODECS, LONGEST_S, PACKET_S, RATE, SIZES, material, sounds
from support.sender import START_S, Sent

from recorder.media import matroska
from recorder.media.matroska import AUDIO, VIDEO, Block
from recorder.spool.packet_file import Kind


@dataclass
class Answer:
    """What was made: the originals, how each road was spoiled, and what of it a decoder could still show and play.

    Numbers of pictures (RATE a second) and of packets of sound (PACKET_S each), by road.
    """

    seed: int
    seconds: float
    paths: list[Path] = field(default_factory=list)
    mishaps: list[str] = field(default_factory=list)
    pictures: dict[str, set[int]] = field(default_factory=dict)
    heard: dict[str, set[int]] = field(default_factory=dict)


class Made:
    """Makes the answer of one seed in a folder."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.lot, self.folder = random.Random(seed), folder
        seconds = self.lot.randint(3 * RATE, LONGEST_S * RATE) / RATE
        self.answer = Answer(seed, seconds)
        self.codec, self.size = self.lot.choice(CODECS), SIZES[0]
        # What devices and browser gave is the same for both roads.
        self.shown = {n: n / RATE for n in range(round(seconds * RATE))}
        self.sounded = {n: n * PACKET_S for n in range(int(seconds / PACKET_S))}
        self._devices()
        self.live_begins = self.lot.uniform(0.2, 2.5) if self._maybe("live begins late", 0.3) else 0.0

    def make(self) -> Answer:
        roads = self.lot.choices((("slices", "live"), ("slices",), ("live",), ()), (70, 14, 14, 2))[0]
        if "slices" in roads:
            self._slices()
        if "live" in roads:
            self._live()
        return self.answer

    def _maybe(self, what: str, share: float) -> bool:
        happens = self.lot.random() < share
        if happens:
            self.answer.mishaps.append(what)
        return happens

    def _span(self, least: float, most: float) -> tuple[float, float]:
        begin = self.lot.uniform(0, self.answer.seconds)
        return begin, begin + self.lot.uniform(least, most)

    def _devices(self) -> None:
        """Tracks that begin late, end early, or go and come back."""
        for name, items in (("picture", self.shown), ("sound", self.sounded)):
            begin, end = 0.0, self.answer.seconds
            away = (0.0, 0.0)
            if self._maybe(f"no {name}", 0.03):
                end = 0.0
            if self._maybe(f"{name} late", 0.1):
                begin = self.lot.uniform(0.1, 2.5)
            if self._maybe(f"{name} ends", 0.1):
                end = self.lot.uniform(1, self.answer.seconds)
            if self._maybe(f"{name} away", 0.1):
                away = self._span(0.2, 3)
            for number, at in list(items.items()):
                if not begin <= at < end or away[0] <= at < away[1]:
                    del items[number]

    def _coded(self, number: int, changes_at: float) -> tuple[bool, bytes, tuple[bytes, ...]]:
        size = SIZES[number / RATE >= changes_at]
        return material(self.codec, size).pictures[number]

    def _is_key(self, number: int) -> bool:
        return material(self.codec, self.size).pictures[number][0]

    def _decodable(self, numbers: Sequence[int]) -> set[int]:
        """Those of these pictures that follow a keyframe, and nothing is missing that was coded between the two."""
        order, found, well = sorted(self.shown), set(), False
        there = set(numbers)
        for number in order:
            if number not in there:
                well = False
            elif material(self.codec, self.size).pictures[number][0]:
                well = True
            if well and number in there:
                found.add(number)
        return found

    # The browser's own recording, in slices.

    def _slices(self) -> None:
        shown, sounded = dict(self.shown), dict(self.sounded)
        if self._maybe("encoder stalls", 0.08):
            begin, end = self._span(0.3, 4)
            shown = {n: at for n, at in shown.items() if not begin <= at < end}
        if self._maybe("sound lost in the browser", 0.06):
            begin, end = self._span(0.3, 3)
            sounded = {n: at for n, at in sounded.items() if not begin <= at < end}
        changes_at = self.lot.uniform(1, 6) if self._maybe("size changes", 0.1) else LONGEST_S + 1.0
        if changes_at < LONGEST_S:
            changes_at = float(int(changes_at) + 1)  # with a keyframe
        mp4 = self.codec == "H264" and self._maybe("MP4", 0.4)
        began_anew = self._maybe("began anew", 0.08)
        parts = [(0.0, self.answer.seconds)]
        if began_anew:
            middle, gap = self.answer.seconds * self.lot.uniform(0.3, 0.7), self.lot.uniform(0.05, 1.5)
            parts = [(0.0, middle), (min(middle + gap, self.answer.seconds - 0.3), self.answer.seconds)]
        data, files, names = b"", [], {}
        for begin, end in parts:
            inside = [n for n, at in shown.items() if begin <= at < end]
            heard = [n for n, at in sounded.items() if begin <= at < end]
            if begin and inside and not self._is_key(inside[0]):
                # A browser begins with a keyframe at once: here it begins when the next one comes.
                inside = inside[next((i for i, n in enumerate(inside) if self._is_key(n)), len(inside)) :]
                heard = [n for n in heard if not inside or n * PACKET_S >= inside[0] / RATE]
            if not inside and not heard:
                continue
            # It says so when it has something to give.
            began = _first_s(inside, heard) if begin else 0.0
            one, places = (self._mp4 if mp4 else self._webm)(inside, heard, changes_at, began)
            names |= {key: (first + len(data), last + len(data)) for key, (first, last) in places.items()}
            files.append((len(data), began))
            data += one
        if not data:
            return
        self._cut(data, files, names, mp4)

    def _webm(self, shown: Sequence[int], heard: Sequence[int], changes_at: float, begin: float):
        offset = self.lot.choice((0.25, 0.7, 10, 5000)) if self._maybe("starts late", 0.2) else 0.0
        clock = {"picture": lambda at: at, "sound": lambda at: at}
        if self._maybe("sound clock jumps back", 0.05):
            at_s, by_s = self.lot.uniform(1, 7), self.lot.uniform(0.3, 3)
            offset += by_s
            clock["sound"] = lambda at: at if at < at_s else at - by_s
        if self._maybe("both clocks jump back", 0.04):
            from_s, back_s = self.lot.uniform(1, 7), self.lot.uniform(0.8, 3)
            offset += back_s
            for kind, before in list(clock.items()):
                clock[kind] = lambda at, before=before: before(at) - (back_s if at >= from_s else 0)
        wild = self.lot.choice([*heard, None]) if self._maybe("a wild time", 0.05) and heard else None
        far_s = self.lot.choice((40.0, 2000.0, 1e5))
        blocks = []
        for number in shown:
            key, data, _ = self._coded(number, changes_at)
            at = clock["picture"](number / RATE - begin) + offset
            blocks.append((number / RATE, Block(at, VIDEO, key, data), ("picture", number)))
        for number in heard:
            at = clock["sound"](number * PACKET_S - begin) + offset + (far_s if number == wild else 0)
            blocks.append((number * PACKET_S, Block(at, AUDIO, True, sounds()[number]), ("sound", number)))
        blocks.sort(key=lambda one: one[0])
        path = self.folder / "made.webm"
        track = material(self.codec, self.size).track if shown else None
        in_order = patch.object(matroska, "sorted", lambda given, key: list(given), create=True)
        own_clusters = patch.object(matroska, "_CLUSTER_TICKS", -(10**12))
        with in_order, own_clusters:
            matroska.write(path, track, bool(heard), [block for _, block, _ in blocks])
        data = path.read_bytes()
        # As it comes from a browser: of unknown length.
        at = data.index(bytes.fromhex("18538067")) + 4
        data = data[:at] + b"\x01" + b"\xff" * 7 + data[at + 8 :]
        return data, _places(data, [(name, block.data, 30) for _, block, name in blocks])

    def _mp4(self, shown: Sequence[int], heard: Sequence[int], changes_at: float, begin: float):
        path, source = self.folder / "made.mp4", self.folder / "template.mkv"
        blocks = [Block(n / RATE, VIDEO, *self._coded(n, changes_at)[:2]) for n in shown]
        blocks += [Block(n * PACKET_S, AUDIO, True, sounds()[n]) for n in heard]
        matroska.write(source, material(self.codec, self.size).track if shown else None, bool(heard), blocks)
        options = {"movflags": "frag_keyframe+empty_moov+default_base_moof" + ("" if shown else "+frag_every_frame")}
        late = self.lot.choice((0.0, 0.0, 0.7, 10.0))
        with av.open(str(source)) as was, av.open(str(path), "w", format="mp4", options=options) as made:
            streams = {s.index: made.add_stream_from_template(s) for s in was.streams}
            for packet in was.demux():
                if packet.pts is None:
                    continue
                shift = round((late - begin) / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.pts + shift
                packet.stream = streams[packet.stream.index]
                made.mux(packet)
        data = path.read_bytes()
        wanted = [(("picture", n), self._coded(n, changes_at)[1], 0) for n in shown]
        wanted += [(("sound", n), sounds()[n], 0) for n in heard]
        spans = list(_fragments(data))
        places = {}
        for name, payload, _ in wanted:
            at = data.find(payload)
            span = next(((first, last) for first, last in spans if first <= at < last), None)
            if at >= 0 and span:
                places[name] = span
        return data, places

    def _cut(self, data: bytes, files: Sequence[tuple[int, float]], names: dict, mp4: bool) -> None:
        """Cut it into slices, of which some may be lost; a file begins with a slice of its own."""
        edges = sorted({0, len(data), *(at for at, _ in files)})
        edges = sorted({*edges, *(self.lot.randrange(1, len(data)) for _ in range(self.lot.randint(2, 6)))})
        pieces = list(pairwise(edges))
        lost: set[int] = set()
        if self._maybe("a slice lost", 0.2):
            lost |= {self.lot.randrange(len(pieces)) for _ in range(self.lot.randint(1, 2))}
        if self._maybe("the tail never came", 0.15):
            lost |= set(range(self.lot.randrange(1, len(pieces) + 1), len(pieces)))
        kept = [n for n in range(len(pieces)) if n not in lost]
        rows: list[list[int]] = []
        begins = {at for at, _ in files[1:]}
        for number in kept:
            # A recorder ends a row where another file begins.
            if rows and rows[-1][-1] == number - 1 and pieces[number][0] not in begins:
                rows[-1].append(number)
            else:
                rows.append([number])
        for row in rows:
            path = self.folder / f"slices-{row[0]}-{row[-1]}"
            path.write_bytes(data[pieces[row[0]][0] : pieces[row[-1]][1]])
            self.answer.paths.append(path)
        spans = [(pieces[row[0]][0], pieces[row[-1]][1]) for row in rows]
        whole = {name for name, (first, last) in names.items() if any(a <= first and last <= b for a, b in spans)}
        for (at, _), (to, _) in pairwise([*files, (len(data), 0.0)]):
            # Nobody knows what it is without its head, which goes up to the first packet.
            head_to = min((first for first, _ in names.values() if at <= first < to), default=to)
            if not any(a <= at and head_to <= b for a, b in spans):
                whole = {name for name in whole if not at <= names[name][0] < to}
        self.answer.pictures["slices"] = self._decodable([n for kind, n in whole if kind == "picture"])
        self.answer.heard["slices"] = {n for kind, n in whole if kind == "sound"}
        self._closing(data, len(pieces), files, edges, mp4)

    def _closing(self, data: bytes, count: int, files: Sequence, edges: Sequence[int], mp4: bool) -> None:
        if self._maybe("no last word", 0.1):
            return
        message = {
            "count": count,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "seconds": self.answer.seconds * (self.lot.uniform(0.3, 3) if self._maybe("wrong length", 0.04) else 1),
            "mime_type": "video/mp4" if mp4 else "video/webm",
            "started_ms": 0 if self._maybe("no start", 0.1) else 1000 * START_S,
            "published_ms": [1000 * (START_S + self.live_begins)],
            "complete": not self._maybe("torn away", 0.1),
            "parts": [[edges.index(at), 1000 * (START_S + begin)] for at, begin in files],
            "notes": [],
        }
        path = self.folder / "closing"
        path.write_bytes(json.dumps(message).encode())
        self.answer.paths.append(path)

    # The live road.

    def _live(self) -> None:
        begin, end = self.live_begins, self.answer.seconds
        if self._maybe("live ends early", 0.2):
            end = self.lot.uniform(1, self.answer.seconds)
        borders = [begin, end]
        if self._maybe("two sessions", 0.2) and end - begin > 1:
            borders = [begin, self.lot.uniform(begin + 0.3, end), end]
        pictures: set[int] = set()
        heard: set[int] = set()
        for number, (first, last) in enumerate(pairwise(borders), start=1):
            shown, sounded = self._session(number, first, last)
            pictures |= shown
            heard |= sounded
        self.answer.pictures["live"], self.answer.heard["live"] = pictures, heard

    def _session(self, number: int, begin: float, end: float) -> tuple[set[int], set[int]]:
        shown = [n for n, at in self.shown.items() if begin <= at < end]
        sounded = [n for n, at in self.sounded.items() if begin <= at < end]
        # A session begins with a keyframe, since one is asked for.
        keys = [n for n in shown if material(self.codec, self.size).pictures[n][0]]
        shown = [n for n in shown if keys and n >= keys[0]]
        coded = [(n, n / RATE, material(self.codec, self.size).pictures[n][2]) for n in shown]
        sent = sender.send(
            coded,
            [(n * PACKET_S, sounds()[n]) for n in sounded],
            sequence=self.lot.choice((100, 65_500)),
            timestamp=self.lot.choice((5_000, 2**32 - 90_000)),
            reports=not self._maybe("no reports", 0.1),
        )
        if not shown and not sounded:
            return set(), set()
        if self._maybe("new SSRC", 0.1):
            # Another source begins with a keyframe.
            at = self.lot.choice([n / RATE for n in shown if n in keys] or [self.lot.uniform(begin, end)])
            sent = _taken_over(sent, START_S + at, self.lot.choice((0.0, 100.0)))
        gone: set[int] = set()
        if self._maybe("packets lost", 0.3):
            share = self.lot.choice((0.01, 0.05, 0.2))
            gone |= {i for i, one in enumerate(sent) if one.kind is not Kind.REPORT and self.lot.random() < share}
        if self._maybe("outage", 0.15):
            first = START_S + self.lot.uniform(begin, end)
            last = first + self.lot.uniform(0.2, 3)
            gone |= {i for i, one in enumerate(sent) if first <= one.arrival_s < last}
        left = [one for i, one in enumerate(sent) if i not in gone]
        lost = {sent[i].data[12:] for i in gone}
        if self._maybe("reordered", 0.2):
            left = sorted(
                (Sent(one.arrival_s + self.lot.uniform(0, 0.15), one.kind, one.data) for one in left),
                key=lambda one: one.arrival_s,
            )
        path = self.folder / f"whip-{number}"
        self.answer.paths.append(sender.spool(path, left, session=number, codec=self.codec))
        alive = [n for n, _, payloads in coded if not lost & set(payloads)]
        return self._decodable(alive), {n for n in sounded if sounds()[n] not in lost}


def _first_s(shown: Sequence[int], heard: Sequence[int]) -> float:
    """When the first of these pictures or packets of sound came; 0 without any."""
    return min([*(n / RATE for n in shown[:1]), *(n * PACKET_S for n in heard[:1])], default=0.0)


def _taken_over(sent: Sequence[Sent], at_s: float, clock_s: float) -> list[Sent]:
    """The same, where another source took over: new SSRCs, another clock, sequence numbers of its own."""
    made = []
    for one in sent:
        if one.arrival_s < at_s:
            made.append(one)
        elif one.kind is not Kind.REPORT:
            rate = 90_000 if one.kind is Kind.VIDEO else 48_000
            stamp = (int.from_bytes(one.data[4:8], "big") + round(clock_s * rate)) % 2**32
            sequence = (int.from_bytes(one.data[2:4], "big") + 30_000) % 2**16
            ssrc = int.from_bytes(one.data[8:12], "big") + 7
            head = one.data[:2] + sequence.to_bytes(2, "big") + stamp.to_bytes(4, "big") + ssrc.to_bytes(4, "big")
            made.append(Sent(one.arrival_s, one.kind, head + one.data[12:]))
    return made


def _places(
    data: bytes, wanted: Sequence[tuple[tuple[str, int], bytes, int]]
) -> dict[tuple[str, int], tuple[int, int]]:
    """From where to where each of these lies, with so many bytes of head before it."""
    found, at = {}, 0
    for name, payload, head in wanted:
        at = data.index(payload, at)
        found[name] = (max(0, at - head), at + len(payload))
        at += len(payload)
    return found


def _fragments(data: bytes) -> Iterator[tuple[int, int]]:
    """From where to where each fragment of an MP4 lies, its media included."""
    at, head = 0, 0
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind == b"moof":
            head = at
        if kind == b"mdat":
            yield head, at + size
        at += max(size, 8)
