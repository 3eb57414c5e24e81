"""The table of mishaps: what a row is, what counts as met, and the file that remembers what was found."""

import json
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FPS = 30
MET, SHORT = "met", "short"


@dataclass(frozen=True)
class Bar:
    """What a row is held against. `None` is not looked at.

    `pictures`: of those that the camera showed while the page said that it records, how many the film may lack.
    `sound_s`: how much of the sound it may lack, in seconds. `safe_s`: how long after the last word, or after the fault
    is over, the originals may take to be in the object store. `ends`: in which states the recording may end.
    """

    pictures: int | None = 2
    sound_s: float | None = 0.1
    safe_s: float | None = 30
    ends: tuple[str, ...] = ("stored",)


WHOLE = Bar()
"""Nothing is lost: up to a tenth of the packets, any part of the server killed, any outage, while the page lives."""
TORN = Bar(pictures=2 * FPS, sound_s=2.0)
"""Tab or browser are gone: at most the last two seconds are."""


@dataclass(frozen=True)
class Row:
    """One mishap. `act` makes it happen to a scene (`scene.Scene`) and returns once the answer has been given.

    `installation`: which product it happens to. `late`: its end comes so late that other rows are run meanwhile.
    `counted`: whether it is about one answer, to be counted. `proof` says what else should be otherwise in the
    result, a sentence each.
    """

    name: str
    what: str
    act: Callable[[Any], None]
    bar: Bar = WHOLE
    installation: str = "one machine"
    late: bool = False
    counted: bool = True
    proof: Callable[["Result"], Iterable[str]] = lambda result: ()


@dataclass
class Result:
    """What was found. Seconds; `None` where there was nothing to count."""

    row: str
    commit: str
    frames_shown: int | None = None
    frames_kept: int | None = None
    sound_shown_s: float | None = None
    sound_kept_s: float | None = None
    state: str = ""
    safe_s: float | None = None
    playable_s: float | None = None
    slices_lost: int = 0
    more: dict = field(default_factory=dict)
    verdict: str = ""
    reason: str = ""
    took_s: float = 0.0

    def judge(self, row: Row) -> "Result":
        reasons = [*self._reasons(row.bar), *(row.proof(self) if self.state in ("stored", "all") else ())]
        self.verdict, self.reason = (SHORT if reasons else MET), "; ".join(reasons)
        return self

    def _reasons(self, bar: Bar) -> Iterable[str]:
        if self.reason:
            yield self.reason
        if self.slices_lost:
            yield f"{self.slices_lost} acknowledged slices are lost"
        if self.state not in ("", "all", *bar.ends):
            yield ": ".join([f"ended {self.state}", *filter(None, [", ".join(self.more.get("faults") or ())])])
        if None not in (bar.pictures, self.frames_shown) and self.state == "stored":
            missing = self.frames_shown - self.frames_kept
            if missing > bar.pictures:
                yield f"{missing} pictures are missing"
        if None not in (bar.sound_s, self.sound_shown_s) and self.state == "stored":
            missing_s = self.sound_shown_s - self.sound_kept_s
            if missing_s > bar.sound_s:
                yield f"{missing_s:.2f} s of sound are missing"
        if None not in (bar.safe_s, self.safe_s) and self.safe_s > bar.safe_s:
            yield f"safe after {self.safe_s:.0f} s, {bar.safe_s:.0f} allowed"


class Found:
    """The results so far, in a file that is written after each row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        rows = json.loads(path.read_text()) if path.exists() else []
        self.results = {row["row"]: Result(**row) for row in rows}

    def done(self, row: Row, commit: str) -> bool:
        known = self.results.get(row.name)
        return known is not None and known.commit == commit

    def keep(self, result: Result) -> None:
        self.results[result.row] = result
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps([asdict(one) for one in self.results.values()], indent=1))
        fresh.rename(self.path)


def commit() -> str:
    """The commit that is looked at; with a + when files differ from it."""
    told = [_git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")]
    return told[0] + ("+" if told[1] else "")


def table(rows: Iterable[Row], found: Found) -> str:
    """One line a row, as text."""
    lines = [("row", "what breaks", "pictures", "sound", "ends", "safe", "playable", "verdict")]
    for row in rows:
        result = found.results.get(row.name)
        if result is None:
            lines.append((row.name, row.what, "", "", "", "", "", "not run"))
            continue
        pictures = f"{result.frames_kept} of {result.frames_shown}" if result.frames_shown is not None else ""
        sound = f"{result.sound_kept_s:.2f} of {result.sound_shown_s:.2f} s" if result.sound_shown_s is not None else ""
        safe, playable = (f"{one:.1f} s" if one is not None else "" for one in (result.safe_s, result.playable_s))
        verdict = result.verdict + (f": {result.reason}" if result.reason else "")
        lines.append((row.name, row.what, pictures, sound, result.state, safe, playable, verdict))
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]) for line in lines
    )


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()
