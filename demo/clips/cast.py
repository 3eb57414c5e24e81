"""Who is drawn how: the hints of the pack, and for each person of the first pack the details that hints leave open."""

from typing import Any

from scenarios.catalogue import Hair, Scenario, VoiceKind

from .looks import Looks
from .speech import Voice

STYLES = {
    Hair.SHORT: "neat",
    Hair.LONG: "long",
    Hair.BOB: "bob",
    Hair.BUN: "bun",
    Hair.CURLS: "curls",
    Hair.PONYTAIL: "ponytail",
    Hair.RECEDING: "receding",
}

# By scenario number: what the pack's hints leave open. Moods are held back: the text has to do the work.
DETAILS: dict[int, dict[str, Any]] = {
    0: {"room": "studio", "clothes": "polo_neck", "hair_style": "full_curls", "eyes": "#5d7350", "smile": 0.7},
    1: {
        "room": "kitchen",
        "clothes": "cardigan",
        "under": "#f3e9dc",
        "hair_style": "curls",
        "glasses": "half",
        "frame": "#8a6a3c",
        "eyes": "#5f7f94",
        "earrings": "#f1ece0",
        "frown": 0.42,
        "smile": -0.45,
        "lids": 0.3,
        "jaw": 0.96,
    },
    2: {
        "room": "break_room",
        "clothes": "hoodie",
        "hair_style": "tousled",
        "eyes": "#6a7d4f",
        "tears": True,
        "worry": 1.0,
        "smile": -0.6,
        "lids": 0.3,
        "jaw": 0.92,
        "width": 0.95,
        "restless": 1.0,
    },
    3: {
        "room": "desk",
        "clothes": "blouse",
        "under": "#e9dfc8",
        "glasses": "cat",
        "frame": "#7a1f2b",
        "eyes": "#4c6a54",
        "frown": 0.45,
        "smile": -0.25,
        "width": 1.04,
    },
    4: {"room": "meeting", "clothes": "jacket", "earrings": "#d9a441", "eyes": "#4a2f1e", "frown": 0.2, "smile": 0.1},
    5: {
        "room": "sales",
        "clothes": "shirt",
        "hair_style": "swept",
        "eyes": "#4f7f9e",
        "smile": 0.8,
        "jaw": 0.97,
    },
    6: {
        "room": "home_desk",
        "clothes": "polo",
        "hair_style": "cropped",
        "eyes": "#2f1c12",
        "greying": "#8d857f",
        "frame": "#2b2320",
        "frown": 0.5,
        "worry": 0.2,
        "smile": -0.2,
        "nose": 1.2,
        "width": 1.04,
    },
    7: {
        "room": "floor",
        "clothes": "jacket",
        "under": "#e8e6df",
        "hair_style": "neat",
        "eyes": "#3f2a1a",
        "frown": 0.3,
        "lids": 0.22,
    },
    8: {
        "room": "canteen",
        "clothes": "jumper",
        "eyes": "#32211a",
        "monolid": True,
        "restless": 0.0,
        "worry": 0.5,
        "smile": -0.3,
        "jaw": 0.92,
    },
    9: {
        "room": "control",
        "clothes": "checked",
        "under": "#d8b06a",
        "eyes": "#5d7d92",
        "headset": True,
        "smile": 0.45,
        "worry": 0.3,
        "jaw": 0.99,
        "width": 1.03,
    },
    10: {
        "room": "board_room",
        "clothes": "jacket",
        "under": "#f6f3ec",
        "eyes": "#5b86a0",
        "earrings": "#f4f0e6",
        "frame": "#8d99a8",
        "smile": 0.25,
        "lids": 0.28,
        "width": 0.96,
        "jaw": 0.94,
    },
}

# espeak-ng's own variants of a voice: throat, breath and brightness, apart from pitch and pace.
VARIANTS = {0: "f2", 1: "f1", 2: "m3", 3: "f5", 4: "f4", 5: "m7", 6: "m1", 7: "m4", 8: "f3", 9: "m5", 10: "f2"}

# Synthetic voices lie closer together than people do, so the hints are drawn apart.
MIDDLE_PITCH, SPREAD = 46, 1.6


def looks_of(scenario: Scenario) -> Looks:
    person, hints = scenario.person, scenario.person.looks
    woman = person.voice.kind is VoiceKind.FEMALE
    drawn = {
        "age": person.age,
        "woman": woman,
        "skin": hints.skin,
        "hair": hints.hair_colour,
        "hair_style": STYLES[hints.hair],
        "clothes": "jumper" if woman else "shirt",
        "top": hints.clothes,
        "wall": hints.background,
        "glasses": "square",
        "beard": "" if hints.beard == "none" else str(hints.beard),
        **DETAILS.get(scenario.number, {}),
    }
    if not hints.glasses:
        drawn["glasses"] = ""
    return Looks(**drawn)


def voice_of(scenario: Scenario) -> Voice:
    hints = scenario.person.voice
    variant = VARIANTS.get(scenario.number, "f2" if hints.kind is VoiceKind.FEMALE else "m3")
    pitch = MIDDLE_PITCH + (hints.pitch - MIDDLE_PITCH) * SPREAD
    return Voice(variant, round(min(max(pitch, 0), 99)), hints.pace)
