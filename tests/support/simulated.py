"""A simulation that is done, with counts that were made up: what a worker really makes is in test_simulation_pages."""

import numpy as np

from review.panel_ways import Step, Way
from review.simulated_figures import Counts
from storage.committee import simulating, simulations


def finished(session, pack, member, now):
    """A simulation of this pack whose figures are there."""
    supposed = {"mean": 3.1, "error": 0.7, "drift": 0.0, "unseen": 0.0, "cut": "2.00", "situations": 12}
    row = simulations.ask(session, pack, 240, supposed, 7, "0.5.0", member, now)
    ways, steps = ({str(name): None for name in names} for names in (Way, Step))
    counted = {name: counts(number) for number, name in enumerate([*ways, *steps])}
    row.figures, row.finished_at = simulating.to_keep(ways, steps, counted), now
    session.flush()
    return row


def counts(number):
    """Of four batches; each next one has a wrong verdict less."""
    wrong = np.array([9, 7, 8, 6]) - number // 4
    right, alike = 40 - wrong, 55 - wrong // 2
    again = np.full(4, 60), alike, np.full(4, 60), alike - 1
    return Counts(
        right, wrong // 2, 20 - wrong // 2, wrong, np.zeros(4, dtype=int), *again, np.full(4, 600 + 60 * number)
    )
