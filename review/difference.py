"""The difference between two texts, word by word, for whoever must see it at a glance."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_TOKEN = re.compile(r"\S+\s*|\s+")


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Run:
    """A stretch of text that stayed, came or went."""

    change: Change
    text: str


def difference(before: str, after: str) -> tuple[Run, ...]:
    """The runs that lead from `before` to `after`. Words are compared, and white space is that of `after`."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    runs = []
    words_before, words_after = ([token.strip() for token in tokens] for tokens in (old, new))
    for kind, a, b, c, d in SequenceMatcher(None, words_before, words_after, autojunk=False).get_opcodes():
        if kind == "equal":
            runs.append(Run(Change.SAME, "".join(new[c:d])))
            continue
        if b > a:
            runs.append(Run(Change.REMOVED, "".join(old[a:b])))
        if d > c:
            runs.append(Run(Change.ADDED, "".join(new[c:d])))
    return tuple(runs)


def shared(text: str, other: str, least: int = 3) -> tuple[Run, ...]:
    """`text` in runs: what `other` has too, in `least` words on end or more (same), and what it has not (added)."""
    runs: list[Run] = []
    for run in difference(other, text):
        if run.change is Change.REMOVED:
            continue
        short = run.change is Change.SAME and len(run.text.split()) < least
        kind = Change.ADDED if short else run.change
        if runs and runs[-1].change is kind:
            runs[-1] = Run(kind, runs[-1].text + run.text)
        else:
            runs.append(Run(kind, run.text))
    return tuple(runs)
