"""The names of what a simulation compares: ways of judging, and steps on the way of a regulation."""

from enum import StrEnum


class Way(StrEnum):
    """Ways of judging that are set beside each other."""

    ONE = "one"
    TWO = "two"
    TWO_THIRD = "two_third"
    NEAR_CUT = "near_cut"
    THREE = "three"
    SPREAD = "spread"
    SPREAD_THIRD = "spread_third"
    NO_ERROR = "no_error"
    """Two assessors who make no error: what the number of situations alone leaves possible. Nobody can choose it."""


class Step(StrEnum):
    """What is tried on the way of the regulation itself, alone and together."""

    AS_IT_IS = "as_it_is"
    CALIBRATED = "calibrated"
    LOWER_CUT = "lower_cut"
    SPREAD = "step_spread"
    CALIBRATED_LOWER_CUT = "calibrated_lower_cut"
    CALIBRATED_SPREAD = "calibrated_spread"
    SPREAD_LOWER_CUT = "spread_lower_cut"
    ALL = "all_steps"


STEPS: dict[Step, frozenset[Step]] = {
    Step.AS_IT_IS: frozenset(),
    Step.CALIBRATED: frozenset({Step.CALIBRATED}),
    Step.LOWER_CUT: frozenset({Step.LOWER_CUT}),
    Step.SPREAD: frozenset({Step.SPREAD}),
    Step.CALIBRATED_LOWER_CUT: frozenset({Step.CALIBRATED, Step.LOWER_CUT}),
    Step.CALIBRATED_SPREAD: frozenset({Step.CALIBRATED, Step.SPREAD}),
    Step.SPREAD_LOWER_CUT: frozenset({Step.SPREAD, Step.LOWER_CUT}),
    Step.ALL: frozenset({Step.CALIBRATED, Step.LOWER_CUT, Step.SPREAD}),
}
"""Of which single steps each is made."""
