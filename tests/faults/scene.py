"""Where a row happens: a running product, a candidate in a real browser, and the counting when it is over."""

import time
from itertools import pairwise

from faults.stage import Stage
from faults.table import Result, Row
from support import camera
from support.candidate import Candidate, Kept

TALK_S = 9
BREAK_S = 3
"""How long somebody has talked when something breaks."""
LONGEST_S = 180
"""How long an end may take that does not come late."""
LATE_S = 900
"""How long an end may take that does come late."""


class Missed(AssertionError):
    """Something that the row is about was not as it should be; the message is the reason."""


class Scene:
    """One row on its way. What it does is written with the verbs of a candidate; the rest is counted here."""

    def __init__(self, candidate: Candidate, stage: Stage | None = None) -> None:
        self.candidate, self.product, self.stage = candidate, candidate.product, stage
        self.relay, self.witness = candidate.relay, candidate.witness
        self.more: dict = {}
        self._since = time.time()
        self._last_word: float | None = None
        self._over, self._ended = 0.0, False

    def begin(self) -> "Scene":
        """Begin to answer."""
        self.candidate.begin()
        return self

    def talk(self, seconds: float) -> "Scene":
        self.candidate.talk(seconds)
        return self

    def end(self) -> "Scene":
        """Press the button, and wait until the page has gone on."""
        self.stop().candidate.between()
        return self

    def stop(self) -> "Scene":
        """Press the button, whatever comes of it: the page has ended the recording, and what it says of it counts."""
        self.last_word()
        self.candidate.press("Stoppen en bewaren")
        self._ended = True
        return self

    def last_word(self) -> "Scene":
        """What is said from now on need not be kept."""
        self._last_word = time.time()
        return self

    def kill_browser(self) -> "Scene":
        """End it as a power cut does, once it has told what the camera showed."""
        self.talk(0.3).last_word()
        self.candidate.kill()
        return self

    def over(self) -> "Scene":
        """From now on everything works again."""
        self._over = time.time()
        return self

    def answer(self) -> "Scene":
        """A whole answer in which nothing happens beside what has been arranged."""
        return self.begin().talk(TALK_S).end()

    def check(self, well: bool, otherwise: str) -> None:
        if not well:
            raise Missed(otherwise)

    @property
    def number(self) -> int:
        return self.candidate.number

    def settle(self, row: Row, number: int, seconds: float, commit: str) -> Result:
        """Wait for the end of the answer, and count."""
        result = Result(row.name, commit, more=self.more)
        if not row.counted:
            result.state = "all"
            return result.judge(row)
        kept = self.candidate.kept(number, seconds)
        take = kept.take
        result.state = take["state"]
        last = max(self._last_word or 0.0, self._over)
        result.safe_s, result.playable_s = (
            take[at] and max(0.0, round(take[at] - last, 1)) for at in ("safe_at", "stored_at")
        )
        result.slices_lost = len(self.witness.lost(take["id"], kept.folder))
        decision = take["figures"].get("decision") or {}
        result.more |= {"decision": decision, "faults": take["faults"], "how": take["figures"].get("how")}
        result.more["loss"] = take["figures"].get("loss")
        result.more["originals"] = sorted(take["originals"])
        if result.state == "stored":
            self._count(result, kept)
        return result.judge(row)

    def _count(self, result: Result, kept: Kept) -> None:
        film = kept.watch("film.mp4")
        begun = self.witness.recording_since(self._since)
        shown = self.witness.between(begun, self._last_word)
        turns = round((shown[0] - film.numbers[0]) / camera.PICTURES) * camera.PICTURES
        have = {number + turns for number in film.numbers}
        result.frames_shown, result.frames_kept = len(set(shown)), len(set(shown) & have)
        # What the page itself has ended goes on a little longer than the last word.
        page_s = kept.decision["page_s"] or 0.0 if self._ended else 0.0
        result.sound_shown_s = round(max(page_s, self._last_word - begun), 2)
        # A film begins with silence when the sound began late: what came of it says how much that is.
        came_s = kept.decision.get(kept.decision["took"], {}).get("audio_s", film.sound_s)
        result.sound_kept_s = round(min(film.sound_s - swallowed_s(film), came_s, result.sound_shown_s), 2)
        result.more |= {"film_s": round(film.seconds, 2), "film_sound_s": round(film.sound_s, 2)}
        result.more["turned"] = len(film.numbers) - len(set(film.numbers))
        result.more["lines"] = film.size[1]
        for name in ("slices", "live.mkv"):
            if (kept.folder / name).exists() and (kept.folder / name).stat().st_size:
                try:
                    seen = kept.watch(name)
                except (OSError, ValueError, IndexError):
                    continue
                theirs = {number + turns for number in seen.numbers}
                result.more[name] = {"frames": len(set(shown) & theirs), "seconds": round(seen.seconds, 2)}
                result.more[name]["apart_s"] = apart_s(film, seen)
                result.more[name]["begins_s"] = round(min(seen.times[0], seen.sound_from_s), 2)


def swallowed_s(film: camera.Seen) -> float:
    """How long the beeps, one each second, stayed away: a hole in the sound that was filled with silence."""
    return sum(later - sooner - 1 for sooner, later in pairwise(film.beeps) if later - sooner > 1.5)


def apart_s(film: camera.Seen, other: camera.Seen) -> float | None:
    """How much later the film has its sound than `other`, where both hold enough to say so."""
    try:
        return round(camera.apart_s(film, other), 3)
    except AssertionError:
        return None
