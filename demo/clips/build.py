"""One scenario to one clip with its captions."""

import zlib
from pathlib import Path

from scenarios.catalogue import Scenario

from .captions import cues, webvtt
from .cast import looks_of, voice_of
from .film import film
from .motion import Performance
from .portrait import Portrait
from .speech import envelope, speak


def build(scenario: Scenario, folder: Path) -> Path:
    """Writes the clip and the captions of one scenario into `folder`, in place of older ones; gives the clip's path."""
    person = scenario.person
    speech = speak(scenario.spoken, voice_of(scenario))
    looks = looks_of(scenario)
    portrait = Portrait(looks, person.name, person.role)
    seed = zlib.crc32(scenario.key.encode())
    performance = Performance(envelope(speech.samples), speech.sentences, seed, looks.restless)
    clip = folder / scenario.clip
    film(speech, (portrait.frame(pose) for pose in performance.poses()), clip)
    (folder / scenario.captions).write_text(webvtt(cues(speech.sentences)), encoding="utf-8")
    return clip
