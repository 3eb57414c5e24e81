"""How people are found by words: what stands in names and addresses is kept from the beginning of each of its parts.

So "jansen-de vries" is found by "jans", "de" and "vries", and a@mail.example by "mail.ex": searching is a look into an
index, and costs the same however many people there are. Case and accents make no difference.
"""

import re
import unicodedata

_PART = re.compile(r"[^\W_]+")

LONGEST = 254
"""Letters of a word that are kept: some letters become many when they are folded."""

BEYOND = "\U0010ffff"
"""Comes after whatever may follow a beginning."""


def folded(text: str) -> str:
    """Without case and accents."""
    bare = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).casefold()


def endings(*texts: str) -> set[str]:
    """Each word of these texts from the beginning of each of its parts on; what somebody types begins one of these."""
    words = [word for text in texts for word in folded(text).split()]
    return {word[part.start() :][:LONGEST] for word in words for part in _PART.finditer(word)}


def typed(words: str) -> list[str]:
    """The words that somebody looks for, from their first letter or digit on; one without any finds nothing."""
    return [
        word[part.start() :][:LONGEST] if (part := _PART.search(word)) else BEYOND for word in folded(words).split()
    ]
