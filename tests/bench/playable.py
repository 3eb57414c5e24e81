"""From the last word to a film that can be played. Prints JSON.

`python tests/bench/playable.py [seconds]`: one answer of so many seconds (60), recorded in real time over both roads,
on a machine that has nothing else to do; then twenty answers as long, over slices, that end at the same moment, with
one recorder and one media worker. The last word is the DELETE of the live road and the manifest of the
slices. Playable: the film is stored, and the address that the web app hands to the edge answers a part of it.
"""

import asyncio
import json
import pickle
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import aiohttp
import load
from slice_load import SLICE_S
from whole_road import (
    Film,
    Installation,
    Take,
    all_end,
    end_live,
    hand_over,
    say_last_word,
    speak_at_once,
    standing,
    until_playable,
)

WAITING = 20


async def speak(take: Take, film: Film, material: Path) -> float:
    """One page, both roads, in real time; answers when it said its last word."""
    stream = load.Stream(*pickle.loads(material.read_bytes()))
    async with aiohttp.ClientSession() as http:
        await stream.publish(http, f"{take.place}/whip/{take.recording}", take.ticket)
        sending = asyncio.create_task(load.keep_sending([stream]))
        began = time.monotonic()
        for number, data in enumerate(film.slices):
            await asyncio.sleep(began + (number + 1) * SLICE_S - time.monotonic())
            await hand_over(http, take, number, data)
        sending.cancel()
        last_word = time.time()
        await asyncio.gather(end_live(http, take, stream.session), say_last_word(http, take, film))
        await stream.connection.close()
    return last_word


def one(installation: Installation, film: Film, material: Path) -> dict:
    with installation.staffed() as staff:
        [take] = installation.takes(1)
        last_word = asyncio.run(speak(take, film, material))
        before = sum(staff.cpu_s())
        [told] = until_playable([take]).values()
        return {
            "playable_idle_s": told.playable - last_word,
            "playable_idle_safe_s": told.safe - last_word,
            "playable_idle_cpu_s": sum(staff.cpu_s()) - before,
        }


def many(installation: Installation, film: Film) -> dict:
    with installation.staffed() as staff:
        takes = installation.takes(WAITING)
        asyncio.run(speak_at_once(takes, film))
        before, last_word = sum(staff.cpu_s()), time.time()
        asyncio.run(all_end(takes, film))
        told = until_playable(takes).values()
        after = sorted(one.playable - last_word for one in told)
        return {
            f"playable_{WAITING}_first_s": after[0],
            f"playable_{WAITING}_median_s": median(after),
            f"playable_{WAITING}_last_s": after[-1],
            f"playable_{WAITING}_all_safe_s": max(one.safe for one in told) - last_word,
            f"playable_{WAITING}_cpu_s_per_answer": (sum(staff.cpu_s()) - before) / WAITING,
        }


def measure(seconds: int, folder: Path) -> dict:
    with standing(folder) as installation:
        film, material = Film.make(folder / "film.mkv", seconds), folder / "material"
        load.make_material(material)
        return {"playable_answer_s": seconds} | one(installation, film, material) | many(installation, film)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measure(round(float(sys.argv[1])) if len(sys.argv) > 1 else 60, Path(name))))


if __name__ == "__main__":
    main()
