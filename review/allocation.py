"""Who judges what: random, even, reproducible from a seed, and never a forbidden pair.

Both modes are one flow of work, from assessors by way of candidates to the openings. In `whole` an opening is all
answers of a candidate, in `spread` it is one answer and each assessor takes at most a few of a candidate. The
solver fills every opening it can, then makes loads as even as they can be, then minimises random costs drawn from the
seed. A flow in whole numbers is what comes out by itself, so the search is short.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from review.batch import Allocation, Assessor, Assignment, Batch, Cause, Mode, Shortage

if TYPE_CHECKING:
    import numpy as np

WHOLE = ""
"""The one opening of a candidate who is judged as a whole."""


def allocate(batch: Batch, seed: int) -> Allocation:
    """Shares the open openings of all candidates of a batch among the assessors.

    The order in which candidates, answers and assessors are given does not matter.
    """
    # Here and below, since every process knows of this module and hardly any shares out work.
    import numpy as np

    random = np.random.default_rng(seed)
    assessors = sorted(batch.assessors, key=lambda assessor: assessor.key)
    chosen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for assessor, candidate, answer in _flow(batch, assessors, random):
        chosen[candidate, answer].append(assessor)
    assignments: list[Assignment] = []
    shortages: list[Shortage] = []
    for candidate in sorted(batch.open):
        rank = dict(zip((one.key for one in assessors), random.permutation(len(assessors)), strict=True))
        answers = batch.open[candidate]
        for answer in sorted(answers):
            who = chosen[candidate, WHOLE if batch.panel.mode is Mode.WHOLE else answer]
            assignments += [
                Assignment(candidate, answer, slot, assessor)
                for slot, assessor in zip(answers[answer], sorted(who, key=rank.__getitem__), strict=False)
            ]
    filled = Counter(assignment.candidate for assignment in assignments)
    for candidate, answers in sorted(batch.open.items()):
        if empty := sum(map(len, answers.values())) - filled[candidate]:
            shortages.append(Shortage(candidate, empty, _cause(batch, candidate)))
    return Allocation(tuple(assignments), tuple(shortages))


def why_not(batch: Batch, assessor: Assessor, candidate: str) -> Cause | None:
    """The cause that keeps this assessor from this candidate whatever the others do; None when nothing does.

    For a conflict the reasons stand in `batch.forbidden`.
    """
    if (assessor.key, candidate) in batch.forbidden:
        return Cause.CONFLICTS
    if not assessor.days_present(*batch.period):
        return Cause.LEAVE
    unit = len(batch.open[candidate]) if batch.panel.mode is Mode.WHOLE else 1
    return Cause.LOAD_LIMITS if assessor.capacity(*batch.period) < unit else None


def serving_order(work: Iterable[tuple[int, str]], assessor: str) -> list[tuple[int, str]]:
    """(situation, code of the answer) in the order in which it is served: situation by situation across candidates.

    Within a situation the answers come in an order that is random, other for each assessor, and stays as it is when
    work is added: no candidate always comes after the same one, and no answer tells by its opening when it was given.
    """
    return sorted(work, key=lambda one: (one[0], sha256(f"{assessor}/{one[1]}".encode()).digest()))


def _flow(batch: Batch, assessors: Sequence[Assessor], random: np.random.Generator) -> list[tuple[str, str, str]]:
    """(assessor, candidate, opening) of everything that is given.

    Columns of the problem: what each assessor may take of each opening; what each takes of a candidate; a step per unit
    of work of each assessor, dearer with each step, so that an even spread is the cheapest; and each opening that stays
    empty, dearer than all else, the second of an answer a little dearer than the first.
    """
    whole = batch.panel.mode is Mode.WHOLE
    openings = [(candidate, opening) for candidate in sorted(batch.open) for opening in _openings(batch, candidate)]
    slots = [len(_openings(batch, candidate)[opening]) for candidate, opening in openings]
    unit = max((len(batch.open[candidate]) for candidate, _ in openings), default=1) if whole else 1
    shares = {(row, one): batch.share(a.key, one) // unit for row, a in enumerate(assessors) for one in batch.open}
    cells = [
        (row, column)
        for row, assessor in enumerate(assessors)
        for column, (candidate, opening) in enumerate(openings)
        if shares[row, candidate] and opening not in batch.held.get((assessor.key, candidate), ())
    ]
    if not cells:
        return []
    pairs = {pair: number for number, pair in enumerate(dict.fromkeys((row, openings[at][0]) for row, at in cells))}
    reach = Counter(row for row, _ in cells)
    steps = [
        (row, step)
        for row, assessor in enumerate(assessors)
        for step in range(1, min(assessor.capacity(*batch.period) // unit, reach[row]) + 1)
    ]
    empties = [(column, number) for column, open_slots in enumerate(slots) for number in range(open_slots)]
    even = len(empties) + 1
    loads = [assessor.load / unit for assessor in assessors]
    empty = even * (max(loads) + max((step for _, step in steps), default=0) + 2)
    costs = [
        *random.random(len(cells)),
        *(0.0 for _ in pairs),
        *(even * (loads[row] + step) for row, step in steps),
        *(empty * (1 + number / even) for _, number in empties),
    ]
    upper = [*(1 for _ in cells), *(shares[pair] for pair in pairs), *(1 for _ in steps), *(1 for _ in empties)]
    # Rows: what an opening gets, what an assessor takes of a candidate, what an assessor takes in all.
    pair_row, person_row = len(openings), len(openings) + len(pairs)
    pair_column, step_column = len(cells), len(cells) + len(pairs)
    entries = [
        *((at, number, 1) for number, (_, at) in enumerate(cells)),
        *((pair_row + pairs[row, openings[at][0]], number, 1) for number, (row, at) in enumerate(cells)),
        *((pair_row + number, pair_column + number, -1) for number in pairs.values()),
        *((person_row + row, pair_column + number, 1) for (row, _), number in pairs.items()),
        *((person_row + row, step_column + number, -1) for number, (row, _) in enumerate(steps)),
        *((at, step_column + len(steps) + number, 1) for number, (at, _) in enumerate(empties)),
    ]
    taken = _solved(costs, upper, entries, [*slots, *(0 for _ in pairs), *(0 for _ in assessors)])
    return [(assessors[row].key, *openings[at]) for number, (row, at) in enumerate(cells) if taken[number]]


def _openings(batch: Batch, candidate: str) -> dict[str, tuple[int, ...]]:
    """The openings of one candidate, in a fixed order, each with the slots that are free."""
    answers = batch.open[candidate]
    if batch.panel.mode is Mode.WHOLE:
        return dict(zip((WHOLE,), answers.values(), strict=False))
    return {answer: answers[answer] for answer in sorted(answers)}


def _solved(
    costs: Sequence[float], upper: Sequence[int], entries: Sequence[tuple[int, int, int]], totals: Sequence[int]
) -> np.ndarray:
    """The cheapest whole numbers from 0 to `upper` of which each row makes its total; there always are some.

    `entries`: (row, column, factor) of everything that is not zero.
    """
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    rows, columns, factors = zip(*entries, strict=True)
    result = milp(
        costs,
        integrality=np.ones(len(costs), dtype=int),
        bounds=Bounds(0, upper),
        constraints=LinearConstraint(
            csr_array((factors, (rows, columns)), shape=(len(totals), len(costs))), totals, totals
        ),
        options={"mip_rel_gap": 0},
    )
    if result.x is None:
        raise RuntimeError(f"the solver gave up: {result.message}")
    return np.rint(result.x).astype(int)


def _cause(batch: Batch, candidate: str) -> Cause:
    """The cause that alone explains that nobody was found for all openings of this candidate."""
    needed = sum(map(len, batch.open[candidate].values()))
    tied = {assessor for assessor, one in batch.forbidden if one == candidate}
    untied = Batch(batch.open, batch.assessors, {}, batch.panel, batch.period, batch.held)
    shares = {assessor: untied.share(assessor.key, candidate) for assessor in batch.assessors}
    if sum(shares.values()) < needed:
        return Cause.TOO_FEW_ASSESSORS
    shares = {assessor: share for assessor, share in shares.items() if assessor.key not in tied}
    if sum(shares.values()) < needed:
        return Cause.CONFLICTS
    present = sum(share for assessor, share in shares.items() if assessor.days_present(*batch.period))
    return Cause.LEAVE if present < needed else Cause.LOAD_LIMITS
