"""Hair styles: what hangs behind the head, what lies over the forehead, and the strands that give it body."""

from collections.abc import Callable
from dataclasses import dataclass, field

import skia

from .looks import Looks, Pose
from .pencil import Point, around, brush, bubbles, curve, darker, lighter, mirrored, pen


@dataclass
class Hair:
    front: skia.Path
    back: skia.Path | None = None
    strands: list[list[Point]] = field(default_factory=list)


def _curls(looks: Looks) -> Hair:
    """Short and curly, with volume."""
    crown = [(x, y, 34) for x, y in around(0, -80, 118, 112, -8, 188, 15)]
    top = [(x, y, 32) for x, y in around(0, -96, 80, 84, 12, 168, 9)]
    fringe = [(-84, -104, 30), (-52, -122, 30), (-16, -130, 30), (22, -128, 28), (58, -118, 28), (88, -98, 27)]
    rings = [around(x, y, 17, 16, 30, 250, 6) for x, y, _ in [*crown[1:-1:2], *top[::2], *fringe[::2]]]
    behind = bubbles([(x, y, 40) for x, y in around(0, -50, 112, 110, -30, 210, 13)])
    return Hair(bubbles([*crown, *top, *fringe]), behind, rings)


def _tousled(looks: Looks) -> Hair:
    """Short on the sides, loose on top."""
    rim = [(-119, -14), (-130, -80), (-122, -150), (-92, -196), (-60, -204), (-30, -226), (8, -218), (46, -228)]
    rim += [(74, -204), (112, -178), (130, -110), (127, -60), (118, -14)]
    edge = [(112, -54), (106, -92), (98, -104), (78, -96), (70, -112), (44, -92), (22, -108), (-6, -84), (-28, -104)]
    edge += [(-58, -86), (-74, -102), (-94, -84), (-106, -88), (-112, -52)]
    strands: list[list[Point]] = [
        [(-96, -170), (-70, -150), (-62, -110)],
        [(-40, -210), (-30, -160), (-34, -124)],
        [(20, -208), (30, -160), (22, -126)],
        [(70, -190), (76, -150), (66, -118)],
        [(104, -160), (110, -126), (104, -100)],
    ]
    return Hair(curve([*rim, *edge]), None, strands)


def _bob(looks: Looks) -> Hair:
    """To the jaw, with a full fringe."""
    back = curve(
        mirrored([(0, -214), (84, -204), (138, -140), (152, -40), (156, 50), (146, 118), (110, 130), (60, 90), (0, 60)])
    )
    rim = [(-122, 96), (-146, 40), (-146, -60), (-128, -150), (-74, -206), (0, -216), (74, -206), (128, -150)]
    rim += [(146, -60), (146, 40), (122, 96)]
    edge = [(112, 40), (108, -30), (104, -70), (104, -70), (60, -76), (20, -70), (-20, -74), (-60, -70), (-104, -78)]
    edge += [(-104, -78), (-108, -30), (-112, 40)]
    strands: list[list[Point]] = [
        [(-60, -196), (-84, -140), (-80, -84)],
        [(-10, -204), (-26, -150), (-28, -84)],
        [(34, -202), (30, -150), (34, -84)],
        [(78, -188), (88, -130), (84, -86)],
        [(124, -120), (134, -40), (128, 50)],
        [(-124, -120), (-134, -40), (-128, 50)],
    ]
    return Hair(curve([*rim, *edge]), back, strands)


def _long(looks: Looks) -> Hair:
    """Long and wavy, parted on one side."""
    half = [
        (0, -208),
        (90, -198),
        (142, -130),
        (146, -40),
        (162, 40),
        (152, 120),
        (172, 196),
        (156, 268),
        (104, 300),
        (0, 240),
    ]
    back = curve(mirrored(half))
    rim = [(-116, 60), (-138, 0), (-136, -80), (-116, -156), (-64, -204), (10, -214), (80, -200), (128, -146)]
    rim += [(140, -60), (136, 20), (120, 70)]
    edge = [
        (116, 0),
        (108, -60),
        (84, -112),
        (38, -148),
        (-14, -172),
        (-14, -172),
        (-54, -132),
        (-92, -84),
        (-108, -30),
    ]
    strands: list[list[Point]] = [
        [(-20, -186), (-76, -140), (-116, -60)],
        [(10, -196), (76, -154), (116, -76)],
        [(30, -200), (100, -160), (130, -70), (128, 20)],
        [(-30, -200), (-104, -150), (-128, -50), (-126, 30)],
    ]
    return Hair(curve([*rim, *edge]), back, strands)


def _swept(looks: Looks) -> Hair:
    """Short sides, the top combed up and over."""
    rim = [(-118, -22), (-124, -80), (-120, -140), (-104, -186), (-60, -218), (10, -232), (80, -222), (122, -184)]
    rim += [(132, -132), (125, -80), (118, -22)]
    edge = [(110, -60), (104, -104), (84, -132), (30, -142), (-30, -134), (-84, -112), (-104, -92), (-110, -56)]
    strands: list[list[Point]] = [
        [(-90, -124), (-50, -170), (20, -206)],
        [(-50, -138), (0, -176), (70, -206)],
        [(0, -146), (50, -176), (104, -184)],
        [(50, -144), (90, -158), (122, -150)],
    ]
    return Hair(curve([*rim, *edge]), None, strands)


def _receding(looks: Looks) -> Hair:
    """Short, with a high hairline and bare temples."""
    rim = [(-117, -20), (-123, -80), (-117, -140), (-84, -186), (-30, -202), (30, -202), (84, -186), (117, -140)]
    rim += [(123, -80), (117, -20)]
    edge = [(110, -52), (106, -96), (96, -128), (72, -158), (46, -160), (22, -146), (-14, -144), (-42, -158)]
    edge += [(-72, -156), (-96, -128), (-106, -96), (-110, -52)]
    strands: list[list[Point]] = [
        [(-26, -150), (-18, -176), (4, -196)],
        [(10, -148), (22, -176), (50, -190)],
        [(-104, -120), (-98, -150), (-80, -174)],
        [(104, -120), (98, -150), (80, -174)],
    ]
    return Hair(curve([*rim, *edge]), None, strands)


def _cropped(looks: Looks) -> Hair:
    """Very short and dense, with a neat hairline."""
    rim = [(-116, -22), (-121, -80), (-116, -136), (-84, -180), (-30, -194), (30, -194), (84, -180), (116, -136)]
    rim += [(121, -80), (116, -22)]
    edge = [(109, -52), (100, -96), (98, -98), (80, -128), (40, -134), (0, -135), (-40, -134), (-80, -128), (-98, -98)]
    edge += [(-100, -96), (-109, -52)]
    return Hair(curve([*rim, *edge]))


def _neat(looks: Looks) -> Hair:
    """Short, with a side parting."""
    rim = [(-118, -16), (-127, -80), (-122, -150), (-84, -200), (-20, -214), (50, -212), (106, -182), (128, -124)]
    rim += [(126, -70), (118, -16)]
    edge = [
        (110, -56),
        (104, -98),
        (96, -116),
        (60, -128),
        (10, -122),
        (-40, -130),
        (-66, -146),
        (-66, -146),
        (-92, -118),
    ]
    edge += [(-104, -94), (-110, -54)]
    strands: list[list[Point]] = [
        [(-62, -150), (-20, -180), (50, -190)],
        [(-40, -140), (20, -160), (90, -156)],
        [(-70, -160), (-96, -140), (-114, -100)],
        [(20, -134), (70, -140), (104, -124)],
    ]
    return Hair(curve([*rim, *edge]), None, strands)


def _bun(looks: Looks) -> Hair:
    """Combed back from a side parting into a bun."""
    back = bubbles([(4, -206, 50), (-22, -196, 38), (30, -198, 38)])
    rim = [
        (-116, -10),
        (-127, -80),
        (-118, -150),
        (-72, -200),
        (0, -212),
        (72, -200),
        (118, -150),
        (127, -80),
        (116, -10),
    ]
    edge = [(110, -46), (104, -88), (84, -118), (30, -140), (-30, -158), (-40, -160), (-40, -160), (-80, -128)]
    edge += [(-104, -88), (-110, -46)]
    strands: list[list[Point]] = [
        [(-38, -164), (30, -160), (96, -120), (116, -60)],
        [(-30, -172), (50, -176), (110, -130)],
        [(-44, -168), (-90, -146), (-116, -70)],
        [(-30, -180), (10, -196), (50, -204)],
    ]
    return Hair(curve([*rim, *edge]), back, strands)


def _ponytail(looks: Looks) -> Hair:
    """A light fringe, the rest tied at the back and hanging over one shoulder."""
    tail = [(60, -150), (128, -170), (176, -110), (184, 0), (176, 110), (186, 200), (150, 250), (128, 190), (126, 60)]
    tail += [(118, -60), (80, -100)]
    rim = [
        (-114, 10),
        (-128, -70),
        (-120, -150),
        (-72, -204),
        (0, -214),
        (72, -204),
        (120, -150),
        (128, -70),
        (114, 10),
    ]
    edge = [(110, -20), (107, -56), (96, -70), (72, -62), (54, -72), (30, -62), (6, -72), (-22, -63), (-46, -73)]
    edge += [(-74, -64), (-98, -72), (-107, -56), (-110, -20)]
    strands: list[list[Point]] = [
        [(-40, -200), (-62, -140), (-60, -80)],
        [(0, -204), (-12, -140), (-8, -80)],
        [(40, -200), (48, -140), (42, -80)],
        [(84, -182), (104, -130), (112, -50)],
        [(-84, -182), (-104, -130), (-112, -50)],
    ]
    return Hair(curve([*rim, *edge]), curve(tail), strands)


def _full_curls(looks: Looks) -> Hair:
    """Curls down to the shoulders."""
    short = _curls(looks)
    sides = [
        (s * x, y, r) for s in (-1, 1) for x, y, r in ((128, -30, 34), (140, 20, 36), (146, 76, 38), (138, 130, 38))
    ]
    inner = [
        (s * x, y, r) for s in (-1, 1) for x, y, r in ((100, 40, 50), (104, 110, 54), (112, 170, 44), (84, 180, 40))
    ]
    round_the_head = [(x, y, 42) for x, y in around(0, -50, 118, 116, -30, 210, 13)]
    short.back = bubbles([*round_the_head, *sides, *inner])
    return short


STYLES: dict[str, Callable[[Looks], Hair]] = {
    "curls": _curls,
    "tousled": _tousled,
    "bob": _bob,
    "long": _long,
    "swept": _swept,
    "cropped": _cropped,
    "receding": _receding,
    "neat": _neat,
    "bun": _bun,
    "ponytail": _ponytail,
    "full_curls": _full_curls,
}


def draw_hair_behind(canvas: skia.Canvas, looks: Looks, pose: Pose) -> None:
    hair = STYLES[looks.hair_style](looks)
    if hair.back is None:
        return
    canvas.save()
    canvas.translate(-pose.turn * 5, 0)
    canvas.scale(looks.width, 1)
    canvas.drawPath(hair.back, brush(darker(looks.hair, 0.3)))
    canvas.restore()


def draw_hair(canvas: skia.Canvas, looks: Looks, pose: Pose) -> None:
    hair = STYLES[looks.hair_style](looks)
    canvas.save()
    canvas.translate(pose.turn * 4, pose.nod * 3)
    canvas.scale(looks.width, 1)
    canvas.save()
    canvas.translate(0, 7)
    canvas.clipRect(skia.Rect(-104, -160, 104, -20))
    canvas.drawPath(hair.front, brush(darker(looks.skin, 0.5), 0.28))
    canvas.restore()
    canvas.drawPath(hair.front, brush(looks.hair))
    canvas.save()
    canvas.clipPath(hair.front, doAntiAlias=True)
    for i, strand in enumerate(hair.strands):
        tone = lighter(looks.hair, 0.3) if i % 2 else darker(looks.hair, 0.35)
        canvas.drawPath(curve(strand, closed=False), pen(tone, 5 if i % 2 else 4, 0.42))
    if looks.greying:
        for s in (-1, 1):
            canvas.drawOval(skia.Rect(s * 112 - 20, -120, s * 112 + 20, 0), brush(looks.greying, 0.75))
    shine = curve([(-84, -150), (-40, -186), (20, -190)], closed=False)
    if looks.hair_style not in ("curls", "full_curls", "cropped"):
        canvas.drawPath(shine, pen(lighter(looks.hair, 0.45), 12, 0.2))
    canvas.restore()
    canvas.restore()


def draw_headset(canvas: skia.Canvas, looks: Looks, pose: Pose) -> None:
    if not looks.headset:
        return
    canvas.save()
    canvas.translate(pose.turn * 2, 0)
    w = looks.width
    high = 182 if looks.hair_style == "receding" else 196
    band = curve(around(0, -30, 130 * w, high, 4, 176, 14), closed=False)
    canvas.drawPath(band, pen("#23262c", 11))
    canvas.drawPath(band, pen("#4a5059", 3))
    for s in (-1, 1):
        cup = skia.RRect.MakeRectXY(skia.Rect(s * 124 * w - 17, -38, s * 124 * w + 17, 34), 15, 18)
        canvas.drawRRect(cup, brush("#2b2f36"))
        cup = skia.RRect.MakeRectXY(skia.Rect(s * 126 * w - 8, -24, s * 126 * w + 8, 20), 8, 10)
        canvas.drawRRect(cup, brush("#454b55"))
    arm = curve([(-126 * w, 22), (-122 * w, 78), (-96, 116), (-62, 124)], closed=False)
    canvas.drawPath(arm, pen("#23262c", 5))
    canvas.drawOval(skia.Rect(-78, 116, -50, 134), brush("#23262c"))
    canvas.restore()
