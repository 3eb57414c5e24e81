"""How recorders and media workers share the work. Prints JSON.

`python tests/bench/sharing.py [seconds]`: twenty answers of so many seconds (20), on one recorder and one worker, then
on two recorders and three workers. First every page hands over its slices, one after the other; then all end at the
same moment, and the films are made. Recorders: what a slice costs them, which stays the same when they share as they
should. How fast they take them says nothing: a page waits for each to be on the disk. Workers: films a minute, from the
last word to the last film. No more is gained than there are cores left over: how many cores of the machine were in use
meanwhile, by these, the pages, the object store, the database and whatever else runs, is told beside the gain.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
from live import cpu_s
from whole_road import Film, Installation, all_end, speak_at_once, standing, until_playable

ANSWERS = 20
ONE, SEVERAL = (1, 1), (2, 3)
"""Recorders and workers."""


def machine_s() -> float:
    """CPU seconds that the whole machine has worked since it began."""
    spent = psutil.cpu_times()
    return spent.user + spent.nice + spent.system + spent.irq + spent.softirq


def turn(installation: Installation, film: Film, recorders: int, workers: int) -> dict:
    with installation.staffed(recorders, workers) as staff:
        takes = installation.takes(ANSWERS)
        before, machine, began = staff.cpu_s()[0], machine_s(), time.monotonic()
        asyncio.run(speak_at_once(takes, film))
        took_s, taking = time.monotonic() - began, machine_s() - machine
        taken = staff.cpu_s()[0] - before
        each, machine, last_word = [cpu_s(worker) for worker in staff.workers], machine_s(), time.time()
        asyncio.run(all_end(takes, film))
        made_s = max(one.playable for one in until_playable(takes).values()) - last_word
        making = machine_s() - machine
        each = [cpu_s(worker) - before for worker, before in zip(staff.workers, each, strict=True)]
    return {
        "recorder_cpu_ms_per_slice": 1000 * taken / ANSWERS / len(film.slices),
        "recorder_cores": taken / took_s,
        "recorder_machine_cores": taking / took_s,
        "recorder_most_share": max(Counter(take.recorder for take in takes).values()) / ANSWERS,
        "worker_films_per_minute": 60 * ANSWERS / made_s,
        "worker_cores": sum(each) / made_s,
        "worker_machine_cores": making / made_s,
        "worker_most_share": max(each) / sum(each),
    }


def measure(seconds: int, folder: Path) -> dict:
    with standing(folder) as installation:
        film = Film.make(folder / "film.mkv", seconds)
        one, several = turn(installation, film, *ONE), turn(installation, film, *SEVERAL)
    figures = {"sharing_recorders": SEVERAL[0], "sharing_workers": SEVERAL[1]}
    figures |= {f"sharing_one_{key}": value for key, value in one.items() if "share" not in key}
    return figures | {f"sharing_several_{key}": value for key, value in several.items()}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measure(round(float(sys.argv[1])) if len(sys.argv) > 1 else 20, Path(name))))


if __name__ == "__main__":
    main()
