"""What sharing out the work of sixty candidates among twelve assessors costs, how even it is, and if it comes back.

`python tests/bench/allocation.py [candidates]`: in both modes, with a conflict for about one pair in six, one assessor
away for half of the time and one with work waiting. CPU seconds of one allocation in turns, the spread of the loads
(most less least, in answers) among those who were there all the time with nothing waiting, and how many places stayed
empty. Prints JSON. Fails when a forbidden pair was given, somebody has too much, or the seed says something else twice.
"""

import json
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from review.allocation import allocate
from review.batch import Assessor, Batch, Mode, Panel, fresh
from review.conflicts import Conflict

TURNS, ASSESSORS, ANSWERS = 5, 12, 10
PERIOD = (date(2026, 9, 1), date(2026, 9, 14))
AWAY = ((date(2026, 9, 8), date(2026, 9, 30)),)


def batch(mode: Mode, candidates: int, random: Random) -> Batch:
    limit = 4 * candidates * ANSWERS // ASSESSORS
    people = [Assessor(f"a{number:02}", limit) for number in range(ASSESSORS)]
    people[0] = Assessor("a00", limit, leave=AWAY)
    people[1] = Assessor("a01", limit, load=30)
    keys = [f"c{number:03}" for number in range(candidates)]
    pairs = [(person.key, candidate) for person in people for candidate in keys if random.random() < 1 / 6]
    answers = [str(number) for number in range(1, ANSWERS + 1)]
    ties = dict.fromkeys(pairs, (Conflict.EMPLOYER,))
    return Batch(fresh(keys, answers), tuple(people), ties, Panel(mode), PERIOD, {})


def measure(candidates: int) -> dict:
    found: dict = {
        "allocation_candidates": candidates,
        "allocation_assessors": ASSESSORS,
        "allocation_one_candidate": ANSWERS,
    }
    for mode in Mode:
        asked, times = batch(mode, candidates, Random(60)), []
        for _ in range(TURNS):
            began = time.process_time()
            made = allocate(asked, 12)
            times.append(time.process_time() - began)
            assert made == allocate(Batch.from_json(json.loads(json.dumps(asked.to_json()))), 12)
        loads = Counter(one.assessor for one in made.assignments)
        assert not [one for one in made.assignments if (one.assessor, one.candidate) in asked.forbidden]
        assert all(loads[one.key] <= one.capacity(*PERIOD) for one in asked.assessors)
        usual = [loads[one.key] for one in asked.assessors if not one.leave and not one.load]
        found |= {
            f"allocation_{mode}_conflicts": len(asked.forbidden),
            f"allocation_{mode}_cpu_s": times,
            f"allocation_{mode}_places": len(made.assignments),
            f"allocation_{mode}_empty": sum(one.openings for one in made.shortages),
            f"allocation_{mode}_gap": max(usual) - min(usual),
            f"allocation_{mode}_least": min(usual),
            f"allocation_{mode}_most": max(usual),
            f"allocation_{mode}_waiting_first": 30 + loads["a01"],
        }
    return found


if __name__ == "__main__":
    print(json.dumps(measure(int(float(sys.argv[1])) if len(sys.argv) > 1 else 60)))
