"""A refusal: why something may not be done, as data. The screens turn it into a sentence."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any


class Refused(Exception):
    """An act that a rule does not allow now: the rule, what was found, and what was needed."""

    def __init__(self, rule: StrEnum, found: object = None, needed: object = None):
        super().__init__(f"{rule}: found {found!r}, needed {needed!r}")
        self.rule, self.found, self.needed = rule, found, needed


class Step(StrEnum):
    """The rule that a state may only be left for a state that its table of steps allows."""

    NOT_ALLOWED = "step_not_allowed"


def check_step(steps: Mapping[Any, Collection[Any]], now_in: StrEnum, wanted: StrEnum) -> None:
    """Raise Refused unless the table `steps` allows going from `now_in` to `wanted`."""
    if wanted not in steps[now_in]:
        raise Refused(Step.NOT_ALLOWED, found=now_in, needed=wanted)
