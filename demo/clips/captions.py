"""WebVTT captions of a clip: a cue a sentence, long sentences in parts, two lines of at most 42 characters."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .speech import Sentence

LINE, LINES = 42, 2
LINGER_S = 0.25


@dataclass(frozen=True)
class Cue:
    """Times in seconds from the start of the clip."""

    start: float
    end: float
    text: str


def cues(sentences: Sequence[Sentence]) -> list[Cue]:
    found = []
    for sentence in sentences:
        parts = _parts(sentence.text)
        total, at = sum(map(len, parts)), sentence.start
        for part in parts:
            end = at + (sentence.end - sentence.start) * len(part) / total
            found.append(Cue(at, end, "\n".join(_lines(part))))
            at = end
    nexts = [cue.start for cue in found[1:]] + [found[-1].end + LINGER_S]
    return [Cue(c.start, min(c.end + LINGER_S, after), c.text) for c, after in zip(found, nexts, strict=True)]


def webvtt(all_cues: Iterable[Cue]) -> str:
    blocks = [f"{_clock(c.start)} --> {_clock(c.end)}\n{_escaped(c.text)}" for c in all_cues]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _parts(text: str) -> list[str]:
    """As few parts as fit two lines each, about equally long, cut after a comma where one is near."""
    if _lines(text):
        return [text]
    middle = len(text) / 2
    spaces = [m.start() for m in re.finditer(" ", text)]
    near = min(spaces, key=lambda at: abs(at - middle) - (16 if text[at - 1] in ",;:" else 0))
    return _parts(text[:near]) + _parts(text[near + 1 :])


def _lines(text: str) -> list[str]:
    """One or two lines, the second about as long as the first; none when it does not fit."""
    if len(text) <= LINE:
        return [text]
    cuts = [m.start() for m in re.finditer(" ", text) if m.start() <= LINE and len(text) - m.start() - 1 <= LINE]
    if not cuts:
        return []
    cut = min(cuts, key=lambda at: abs(at - len(text) / 2))
    return [text[:cut], text[cut + 1 :]]


def _clock(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
