"""Answers made by lot of packets that were coded once: how many end dead, or lose silently what could be decoded.

`python tests/bench/made_answers.py [count [first]]`: the lots of `count` numbers from `first` on, one process a core.
What is wrong is told on stderr as it is found. Prints one JSON object.
"""

import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.coded_once import numbers
from support.made_checks import complaints

STEP = 100


def some(first: int, count: int) -> tuple[Counter, dict[int, list[str]], set[int], float]:
    """What was taken and what was spoiled, how often; what is wrong, by number; which of it is dead; CPU seconds."""
    told: Counter = Counter()
    wrong, dead, began = {}, set(), time.process_time()
    for number in range(first, first + count):
        try:
            found, answer, took = complaints(number)
        except Exception as error:
            # Any error is what is looked for.
            dead.add(number)
            wrong[number] = [f"dead: {error!r}"]
            continue
        told[took] += 1
        told.update(f"with {mishap}" for mishap in set(answer.mishaps))
        if found:
            wrong[number] = found
    return told, wrong, dead, time.process_time() - began


def main(count: int = 2000, first: int = 0) -> dict:
    """Look at the answers of these numbers."""
    told, wrong, dead, cpu_s = Counter(), {}, set(), 0.0
    starts = range(first, first + count, STEP)
    numbers()  # coded before the processes part, which then all have it
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for more, found, ended, seconds in pool.map(some, starts, (min(STEP, first + count - at) for at in starts)):
            told, wrong, dead, cpu_s = told + more, wrong | found, dead | ended, cpu_s + seconds
            for number, what in found.items():
                print(f"{number}: {what}", file=sys.stderr, flush=True)
    for what, times in sorted(told.items()):
        print(f"{times:8} {what}", file=sys.stderr)
    return {
        "made_answers": count,
        "made_answers_dead": len(dead),
        "made_answers_lossy": len(wrong) - len(dead),
        "made_answers_cpu_ms": round(1000 * cpu_s / count, 1),
    }


if __name__ == "__main__":
    print(json.dumps(main(*(round(float(word)) for word in sys.argv[1:3]))))
