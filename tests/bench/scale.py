"""What a live stream costs from 1 to 200 at once, and how many there may be before a packet is lost. Prints JSON.

`python tests/bench/scale.py [seconds]`: for each number of streams one steady time of our recorder, with the cheap
publisher on the same machine, so that the two share its cores. A packet is lost when the recorder's files lack it: the
numbers of what was sent are without a gap. `pace` is the share of what should have been sent that was recorded in time:
where it falls, the machine has no time left for the publisher. `recorder_lossless_streams`: the most streams at which
nothing was lost and nothing was late.
"""

import json
import math
import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psutil
from live import PICTURES_PER_S, Exam, make_material, publishing, services, steady

from recorder.spool import packet_file

STREAMS = (1, 20, 50, 100, 150, 200)
CONNECT_S = "45"
"""How long they may take to connect: on a machine that has no time left some never do, and the pace tells."""
IN_TIME = 0.98
"""Share of the pictures that must have been sent and recorded in time, or the machine was the limit."""


def turn(exam: Exam, streams: int, material: Path, folder: Path, seconds: float) -> dict:
    port, spool = services.free_ports(1), folder / f"spool-{uuid.uuid4().hex[:8]}"
    variables = {
        "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{port}",
        "VIGNET_SPOOL": str(spool),
        "VIGNET_RECORDER_CAPACITY": str(streams + 1),
    }
    with services.running([sys.executable, "-m", "recorder.http.server"], [port], folder / "log", variables) as server:
        alone = psutil.Process(server.pid).memory_info().rss
        admitted = exam.admit(streams)
        place = f"http://127.0.0.1:{port}/recorder/whip"
        with publishing(material, [(f"{place}/{recording}", ticket) for recording, ticket in admitted], CONNECT_S):
            span = steady(server.pid, seconds)
            time.sleep(0.7)
    pictures = lost = packets = 0
    for file in spool.glob("*/whip-1.rtp"):
        numbers: dict[int, set[int]] = {packet_file.Kind.VIDEO: set(), packet_file.Kind.AUDIO: set()}
        for record in packet_file.read(file):
            if record.kind in numbers and span.begin_us <= record.arrival_us < span.end_us:
                numbers[record.kind].add(int.from_bytes(record.payload[2:4], "big"))
                pictures += record.kind is packet_file.Kind.VIDEO and record.payload[1] >> 7
        for found in numbers.values():
            packets += len(found)
            lost += max(found) - min(found) + 1 - len(found) if found else 1
    minutes = pictures / PICTURES_PER_S / 60
    return {
        "cpu_s_per_stream_minute": span.cpu_s / minutes if minutes else math.nan,
        "memory_mb_per_stream": (span.memory - alone) / streams / 1e6,
        "lost_packets_per_million": 1e6 * lost / max(1, packets + lost),
        "pace": minutes * 60 / streams / ((span.end_us - span.begin_us) / 1e6),
    }


def measure(seconds: float, folder: Path) -> dict:
    material = folder / "material"
    make_material(material)
    exam, figures, most = Exam(), {}, 0
    for streams in STREAMS:
        found = turn(exam, streams, material, folder, seconds)
        figures |= {f"recorder_{streams}_streams_{key}": value for key, value in found.items()}
        whole = not found["lost_packets_per_million"] and found["pace"] > IN_TIME
        if whole and most == max([0, *(one for one in STREAMS if one < streams)]):
            most = streams
    return figures | {"recorder_lossless_streams": most}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        os.environ.update(VIGNET_ENV="development", VIGNET_DATA=name, VIGNET_BROKER_URL="memory://")
        os.environ.pop("VIGNET_DATABASE_URL", None)
        print(json.dumps(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 10, Path(name))))


if __name__ == "__main__":
    main()
