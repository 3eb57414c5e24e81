"""What a minute of slices costs the recorder. Prints JSON.

`python tests/bench/slices.py [seconds]`: CPU seconds (user and system, of the server process) for one minute of one
page, over a steady time in which twenty pages, and then a hundred, in the midst of their answers go on. They hand over
what the live stream of `live.py` is, and twenty of them once more what a page is told to record. The real process
with its database, tickets and spool, each slice forced to the disk.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from live import HERE, Exam, services, steady
from slice_load import SLICE_S

TURNS, ALREADY = 3, 5
FEW, MANY = 20, 100
"""Pages at once."""
STREAM_BPS, PAGE_BPS = 1_040_000, 1_564_000
"""Bits a second: of the live stream beside it (`load.Stream`), and what a page is told to record (`slices.js`)."""


@contextlib.contextmanager
def handing_over(sessions: list[tuple[str, str]], size: int) -> Iterator[None]:
    """Each sends slice after slice of `size` bytes."""
    command = ["setpriv", "--pdeathsig", "KILL", "--", sys.executable, str(HERE / "slice_load.py")]
    command += [str(ALREADY), str(size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
        try:
            load.stdin.write(json.dumps(sessions) + "\n")
            load.stdin.flush()
            if load.stdout.readline() != "ready\n":
                raise RuntimeError("the pages did not get going")
            time.sleep(1)
            yield
            load.stdin.close()
            refused = int(load.stdout.readline().split()[1])
            if refused:
                raise RuntimeError(f"{refused} slices were refused")
        finally:
            load.kill()


def turn(exam: Exam, pages: int, bps: int, folder: Path, seconds: float) -> dict:
    size = int(SLICE_S * bps / 8)
    port, spool = services.free_ports(1), folder / f"spool-{uuid.uuid4().hex[:8]}"
    variables = {"VIGNET_RECORDER_LISTEN": f"127.0.0.1:{port}", "VIGNET_SPOOL": str(spool)}
    with services.running(
        [sys.executable, "-m", "recorder.http.server"], [port], folder / "recorder.log", variables
    ) as one:
        place = f"http://127.0.0.1:{port}/recorder/slices"
        with handing_over([(f"{place}/{recording}", ticket) for recording, ticket in exam.admit(pages)], size):
            span = steady(one.pid, seconds, partial(kept, spool, size))
    lasted_s = (span.end_us - span.begin_us) / 1e6
    return {
        "cpu_s_per_stream_minute": 60 / SLICE_S * span.cpu_s / span.taken,
        "pace": SLICE_S * span.taken / pages / lasted_s,
    }


def kept(spool: Path, size: int) -> int:
    """How many slices of `size` bytes are on the disk."""
    return sum(path.stat().st_size // size for path in spool.glob("*/slices/*.log"))


def measure(seconds: float, folder: Path) -> dict:
    exam = Exam()
    figures: dict = {"slices_pages": FEW, "slices_many_pages": MANY, "slice_s": SLICE_S}
    figures |= {"slices_mbps": STREAM_BPS / 1e6, "slices_of_page_mbps": PAGE_BPS / 1e6}
    for _ in range(TURNS):
        for name, pages, bps in (
            ("recorder_slices", FEW, STREAM_BPS),
            ("recorder_slices_many", MANY, STREAM_BPS),
            ("recorder_slices_of_page", FEW, PAGE_BPS),
        ):
            for key, value in turn(exam, pages, bps, folder, seconds).items():
                figures.setdefault(f"{name}_{key}", []).append(value)
    return figures


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        os.environ.update(VIGNET_ENV="development", VIGNET_DATA=name, VIGNET_BROKER_URL="memory://")
        os.environ.pop("VIGNET_DATABASE_URL", None)
        print(json.dumps(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 10, Path(name))))


if __name__ == "__main__":
    main()
