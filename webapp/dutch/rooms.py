"""What was measured on the computer of a location, in words."""

from scenarios.readiness import Figures, Part
from webapp.dutch.formats import number


def part(name: Part, figures: Figures) -> str:
    """One part with what was found of it."""
    coded = figures.coded_per_second
    return {
        Part.CAMERA: f"Camera: {figures.width:.0f} × {figures.height:.0f}, {figures.frames_per_second:.0f} beelden per "
        "seconde",
        Part.MICROPHONE: f"Microfoon: geluid tot {figures.loudest * 100:.0f} procent",
        Part.SPEAKER: "Luidspreker: de tonen zijn gehoord",
        Part.COMPUTER: "Computer: niet te meten in deze browser"
        if coded is None
        else f"Computer: {coded:.0f} beelden per seconde verwerkt",
        Part.LINE: f"Internet: {number(figures.line_kbps / 1000, 1)} megabit per seconde versturen",
    }[name]
