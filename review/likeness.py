"""Likeness of substantiations: with several candidates each gets a personal one (the examination's text).

The share is the best of two normalised Indel similarities of the words in lower case: in the order of the text, and
with the words sorted, so that moving sentences about hides nothing. Two honest Dutch texts come to about 0.5.
"""


def share(one: str, other: str) -> float:
    """How much two texts are alike, from 0 to 1; 0 when one of them has no word."""
    from rapidfuzz import fuzz, utils

    first, second = utils.default_process(one), utils.default_process(other)
    if not first or not second:
        return 0.0
    return max(fuzz.ratio(first, second), fuzz.token_sort_ratio(first, second)) / 100
