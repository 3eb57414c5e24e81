"""The figures of a simulation, made by a worker: it counts with many numbers at once, for a minute or more."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from review import panel_trials
from review.panel_trials import AIM, Setting
from review.panel_ways import Way
from review.simulate_panel import simulate_all
from review.simulated_figures import Counts, figures, reaching, recommended
from review.simulated_people import Spreads
from storage.base.database import session_scope
from storage.base.present import present
from storage.committee.panel_settings import setting
from storage.committee.simulations import Simulation

ALLOCATIONS = 3
"""So often is work shared out; batches take turns."""


def run(
    simulation: uuid.UUID, clock: Callable[[], datetime], report: Callable[[float], object] = lambda _: None
) -> dict[str, Any]:
    """Make the figures of this simulation; `report` hears how far it is, from 0 to 100. Again gives the same."""
    with session_scope(writes=False) as session:
        row = session.get_one(Simulation, simulation)
        content, pack = row.pack.scheme.content, row.pack.content
        supposed, candidates, seed = dict(row.supposed), row.candidates, row.seed
    whole = suppose(present(setting(content, pack)), supposed)
    ways, steps = whole.ways(), whole.steps()
    told = -1

    def tell(share: float) -> None:
        nonlocal told
        if round(100 * share) > told:
            told = round(100 * share)
            report(told)

    counted = simulate_all({**ways, **steps}, candidates, seed, tell, ALLOCATIONS)
    kept = to_keep(ways, steps, counted)
    with session_scope() as session:
        row = session.get_one(Simulation, simulation)
        row.figures, row.finished_at = kept, clock()
    return {"candidates": candidates}


def suppose(whole: Setting, supposed: Mapping[str, Any]) -> Setting:
    """The setting with what was supposed. Raises ValueError for what cannot be."""
    given = dict(supposed)
    error, cut, situations = (given.pop(name, None) for name in ("error", "cut", "situations"))
    people = replace(Spreads(), **given)
    whole = replace(whole, spreads=people if error is None else people.with_error(error))
    if cut is not None:
        whole = replace(whole, meant=whole.rule, rule=replace(whole.rule, competency_min=Fraction(cut)))
    if situations is not None:
        whole = replace(whole, form=whole.form.longer(situations))
    return whole


def to_keep(ways: Mapping[str, Any], steps: Mapping[str, Any], counted: Mapping[str, Counts]) -> dict[str, Any]:
    """The figures as they are kept, with what they recommend."""
    of_ways, of_steps = ({name: figures(counted[name]) for name in names} for names in (ways, steps))
    free = {name: one for name, one in of_ways.items() if name != Way.NO_ERROR}
    return {
        "ways": panel_trials.to_plain(of_ways),
        "steps": panel_trials.to_plain(of_steps),
        "aim": AIM,
        "recommended": recommended(free, AIM),
        "reaching_ways": reaching(free, AIM),
        "reaching": reaching(of_steps, AIM),
    }
