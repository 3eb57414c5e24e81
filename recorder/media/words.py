"""Words with their times, as a machine heard them, and the captions that are made of them. Pure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

LINE = 42
"""Signs on one line of a caption, as broadcasters count them."""
LINES = 2
LONGEST_S = 6.0
"""How long one caption stays."""
PAUSE_S = 0.8
"""A silence that ends a caption."""
ENDS = (".", "?", "!", "…")


@dataclass(frozen=True)
class Word:
    """What was heard from one second of the film to another, with its punctuation."""

    start: float
    end: float
    text: str


def joined(pieces: Iterable[Word], seconds: float) -> list[Word]:
    """Whole words of a film of so many `seconds`, in order of time.

    A piece that does not begin with a space belongs to the word before it. Times that a recogniser puts outside of the
    film are brought back into it.
    """
    words: list[Word] = []
    for piece in pieces:
        text = piece.text.strip()
        if not text:
            continue
        start = min(max(piece.start, words[-1].start if words else 0.0), seconds)
        end = min(max(piece.end, start), seconds)
        if words and not piece.text[0].isspace():
            words[-1] = replace(words[-1], end=max(end, words[-1].end), text=words[-1].text + text)
        else:
            words.append(Word(start, end, text))
    return words


def to_json(words: Sequence[Word], language: str) -> str:
    """What a page reads: the language, and of each word the second in which it begins, in which it ends, and itself."""
    listed = [[round(one.start, 2), round(one.end, 2), one.text] for one in words]
    return json.dumps({"language": language, "words": listed}, ensure_ascii=False, separators=(",", ":"))


def captions(words: Sequence[Word]) -> str:
    """The words as WebVTT: cues of at most two lines, which end with a sentence, at a pause or after six seconds."""
    cues = ["WEBVTT"]
    for cue in _cues(words):
        text = "\n".join(" ".join(one.text for one in line) for line in _lines(cue))
        cues.append(f"{_stamp(cue[0].start)} --> {_stamp(max(cue[-1].end, cue[0].start + 0.1))}\n{_escaped(text)}")
    return "\n\n".join(cues) + "\n"


def _cues(words: Sequence[Word]) -> Iterable[list[Word]]:
    cue: list[Word] = []
    for word in words:
        if cue and _is_over(cue, word):
            yield cue
            cue = []
        cue.append(word)
    if cue:
        yield cue


def _is_over(cue: list[Word], word: Word) -> bool:
    """True when this word begins another cue."""
    return (
        word.start - cue[-1].end > PAUSE_S
        or word.end - cue[0].start > LONGEST_S
        or len(_lines([*cue, word])) > LINES
        or (cue[-1].text.endswith(ENDS) and _length(cue) > LINE // 2)
    )


def _lines(cue: Sequence[Word]) -> list[list[Word]]:
    lines: list[list[Word]] = [[]]
    for word in cue:
        if lines[-1] and _length([*lines[-1], word]) > LINE:
            lines.append([])
        lines[-1].append(word)
    return lines


def _length(words: Sequence[Word]) -> int:
    return sum(len(one.text) + 1 for one in words) - 1


def _stamp(seconds: float) -> str:
    """0:01:02.345 as WebVTT writes it: 00:01:02.345"""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
