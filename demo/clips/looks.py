"""The looks and the pose of a drawn person in one frame: values only, no drawing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Looks:
    """Everything that makes one drawn person differ from another. Colours as #rrggbb.

    Moods from -1 to 1; `restless` is how often the eyes leave the viewer, 0 to 1; the measures are shares of the usual.
    """

    age: int
    skin: str
    hair: str
    hair_style: str
    clothes: str
    top: str
    under: str = "#f4efe6"
    room: str = "studio"
    wall: str = "#cfd8d6"
    eyes: str = "#5b4030"
    lips: str = "#b5625a"
    woman: bool = False
    glasses: str = ""
    frame: str = "#3a3230"
    beard: str = ""
    greying: str = ""
    earrings: str = ""
    headset: bool = False
    tears: bool = False
    monolid: bool = False
    width: float = 1.0
    jaw: float = 1.0
    nose: float = 1.0
    frown: float = 0.0
    worry: float = 0.0
    smile: float = 0.0
    lids: float = 0.0
    restless: float = 0.35


@dataclass(frozen=True)
class Mouth:
    """One mouth shape. `opening` 0 shut to 1 wide open; `spread` -1 rounded to 1 broad; `hiss` 1 teeth together."""

    opening: float = 0.0
    spread: float = 0.0
    hiss: float = 0.0


@dataclass(frozen=True)
class Pose:
    """One frame of a person. Shifts in pixels, turns from -1 to 1 (right, down), `roll` in degrees, the rest 0 to 1."""

    dx: float = 0.0
    dy: float = 0.0
    roll: float = 0.0
    turn: float = 0.0
    nod: float = 0.0
    breath: float = 0.0
    blink: float = 0.0
    brow: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    mouth: Mouth = Mouth()
