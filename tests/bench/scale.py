"""What a live stream costs from 1 to 200 at once, and how many there may be before a packet is lost. Prints JSON.

`python tests/bench/scale.py [seconds]`: for each number of streams one steady time of our recorder, with the cheap
publisher on the same machine, so that the two share its cores. A packet is lost when the recorder's files lack it: the
numbers of what was sent are without a gap. `recorder_lossless_streams`: the most streams at which none was.
"""

import json
import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psutil
from live import PICTURES_PER_S, Exam, make_material, publishing, services, steady

from recorder import rtp

STREAMS = (1, 20, 50, 100, 150, 200)


def turn(exam: Exam, streams: int, material: Path, folder: Path, seconds: float) -> dict:
    port, spool = services.free_ports(1), folder / f"spool-{uuid.uuid4().hex[:8]}"
    variables = {
        "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{port}",
        "VIGNET_SPOOL": str(spool),
        "VIGNET_RECORDER_CAPACITY": str(streams + 1),
    }
    with services.running([sys.executable, "-m", "recorder.server"], [port], folder / "log", variables) as server:
        alone = psutil.Process(server.pid).memory_info().rss
        admitted = exam.admit(streams)
        place = f"http://127.0.0.1:{port}/recorder/whip"
        with publishing(material, [(f"{place}/{recording}", ticket) for recording, ticket in admitted]):
            span = steady(server.pid, seconds)
            time.sleep(0.7)
    pictures = lost = packets = 0
    for recording, _ in admitted:
        numbers: dict[int, set[int]] = {rtp.Kind.VIDEO: set(), rtp.Kind.AUDIO: set()}
        for record in rtp.read(spool / recording / "whip-1.rtp"):
            if record.kind in numbers and span.begin_us <= record.arrival_us < span.end_us:
                numbers[record.kind].add(int.from_bytes(record.payload[2:4], "big"))
                pictures += record.kind is rtp.Kind.VIDEO and record.payload[1] >> 7
        for found in numbers.values():
            packets += len(found)
            lost += max(found) - min(found) + 1 - len(found) if found else 1
    minutes = pictures / PICTURES_PER_S / 60
    return {
        "cpu_s_per_stream_minute": span.cpu_s / minutes,
        "memory_mb_per_stream": (span.memory - alone) / streams / 1e6,
        "lost_packets_per_million": 1e6 * lost / (packets + lost),
        "pace": minutes * 60 / streams / ((span.end_us - span.begin_us) / 1e6),
    }


def measure(seconds: float, folder: Path) -> dict:
    material = folder / "material"
    make_material(material)
    exam, figures, most = Exam(), {}, 0
    for streams in STREAMS:
        found = turn(exam, streams, material, folder, seconds)
        figures |= {f"recorder_{streams}_streams_{key}": value for key, value in found.items()}
        if not found["lost_packets_per_million"] and most == max([0, *(one for one in STREAMS if one < streams)]):
            most = streams
    return figures | {"recorder_lossless_streams": most}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        os.environ.update(VIGNET_ENV="development", VIGNET_DATA=name, VIGNET_BROKER_URL="memory://")
        os.environ.pop("VIGNET_DATABASE_URL", None)
        print(json.dumps(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 10, Path(name))))


if __name__ == "__main__":
    main()
