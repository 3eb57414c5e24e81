"""A refusal: why something may not be done, as data. The screens turn it into a sentence."""

from enum import StrEnum
from typing import Any


class Refused(Exception):
    """An act that a rule does not allow now: the rule, what was found, and what was needed, of the rule's own kinds."""

    def __init__(self, rule: StrEnum, found: Any = None, needed: Any = None):
        super().__init__(f"{rule}: found {found!r}, needed {needed!r}")
        self.rule, self.found, self.needed = rule, found, needed
