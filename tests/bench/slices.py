"""What a minute of slices costs the recorder. Prints JSON.

`python tests/bench/slices.py [seconds]`: CPU seconds (user and system, of the server process) for one minute of one
page that hands over 1.56 Mbps in slices, over a steady time in which twenty pages, and then a hundred, in
the midst of their answers go on. The real process with its database, tickets and spool, each slice forced to the disk.
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
from slice_load import SLICE_BYTES, SLICE_S

TURNS, ALREADY = 3, 5
FEW, MANY = 20, 100
"""Pages at once."""


@contextlib.contextmanager
def handing_over(sessions: list[tuple[str, str]]) -> Iterator[None]:
    command = ["setpriv", "--pdeathsig", "KILL", "--", sys.executable, str(HERE / "slice_load.py"), str(ALREADY)]
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


def turn(exam: Exam, pages: int, folder: Path, seconds: float) -> dict:
    port, spool = services.free_ports(1), folder / f"spool-{uuid.uuid4().hex[:8]}"
    variables = {"VIGNET_RECORDER_LISTEN": f"127.0.0.1:{port}", "VIGNET_SPOOL": str(spool)}
    with services.running([sys.executable, "-m", "recorder.server"], [port], folder / "recorder.log", variables) as one:
        place = f"http://127.0.0.1:{port}/recorder/slices"
        with handing_over([(f"{place}/{recording}", ticket) for recording, ticket in exam.admit(pages)]):
            span = steady(one.pid, seconds, partial(kept, spool))
    lasted_s = (span.end_us - span.begin_us) / 1e6
    return {
        "cpu_s_per_stream_minute": 60 / SLICE_S * span.cpu_s / span.taken,
        "pace": SLICE_S * span.taken / pages / lasted_s,
    }


def kept(spool: Path) -> int:
    """How many slices are on the disk."""
    return sum(path.stat().st_size // SLICE_BYTES for path in spool.glob("*/slices/*.log"))


def measure(seconds: float, folder: Path) -> dict:
    exam = Exam()
    figures: dict = {"slices_pages": FEW, "slices_many_pages": MANY}
    for _ in range(TURNS):
        for name, pages in (("recorder_slices", FEW), ("recorder_slices_many", MANY)):
            for key, value in turn(exam, pages, folder, seconds).items():
                figures.setdefault(f"{name}_{key}", []).append(value)
    return figures


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        os.environ.update(VIGNET_ENV="development", VIGNET_DATA=name, VIGNET_BROKER_URL="memory://")
        os.environ.pop("VIGNET_DATABASE_URL", None)
        print(json.dumps(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 10, Path(name))))


if __name__ == "__main__":
    main()
