"""Who asks about a certificate by its number and the last name: the rule of when the two belong together.

What is compared is the same work whether there is a certificate or not, so that nobody learns from the time which
numbers exist.
"""

import hashlib
import hmac

from storage.people.search_words import folded

NOBODY = "\N{REPLACEMENT CHARACTER} nobody"
"""Stands for the name when there is no certificate: nothing that anybody types is part of it."""
MOST_WORDS = 8


def is_last_name(typed: str, name: str | None) -> bool:
    """True when `typed` is the end of `name` ("Berg", "den Berg" and "van den Berg" of Jan van den Berg)."""
    wanted = _digest(_words(typed))
    words = _words(name or NOBODY)
    found = False
    for taken in range(1, MOST_WORDS + 1):
        # Every length is compared, whatever came before.
        found |= hmac.compare_digest(wanted, _digest(words[-taken:]))
    return found and bool(_words(typed)) and name is not None


def _words(text: str) -> list[str]:
    return folded(text).replace("-", " ").replace("’", "'").split()[-MOST_WORDS:]


def _digest(words: list[str]) -> bytes:
    return hashlib.sha256(" ".join(words).encode()).digest()
