"""What a rating is for: the exam itself, or a benchmark answer (storage/judging/benchmarks.py)."""

from enum import StrEnum

OF_BENCHMARKS = 0
"""The marking of ratings on benchmark answers. Those of an exam begin at 1, so no verdict ever counts these."""


class Purpose(StrEnum):
    """Only ratings for the exam count for its verdict; all others are on a benchmark answer and have no slot."""

    EXAM = "exam"
    START = "start"
    """In the start round, where three assessors say apart from each other what they see."""
    TRAINING = "training"
    """By an assessor who practises, and reads after each answer what was agreed on."""
    TEST = "test"
    """By an assessor who is calibrated."""
    SEED = "seed"
    """Among ordinary work, where the assessor cannot tell it from any other answer."""


LISTED = (Purpose.EXAM, Purpose.SEED)
"""What stands in the ordinary list of work."""
