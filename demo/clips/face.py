"""The face of a drawn person: outline, eyes, brows, nose, mouth, beard, signs of age, glasses.

Drawn around the origin at the middle of the face, about 230 wide and 330 high, y downward. Features lie a little nearer
to the viewer than the outline, so a turn of the head shifts them further: that is what makes a flat face look round."""

import math

import skia

from .looks import Looks, Mouth, Pose
from .pencil import brush, bubbles, curve, darker, glow, ink, lighter, mirrored, mix, pen, sideward

EYE_X, EYE_Y = 50, -6
MOUTH_Y = 94
FEATURE_SHIFT = 15


def outline(looks: Looks, drop: float = 0.0) -> list[tuple[float, float]]:
    """The outline of the face; `drop` is how far the chin is down for an open mouth."""
    w, j = looks.width, looks.width * looks.jaw
    half = [
        (0, -168),
        (62 * w, -158),
        (104 * w, -110),
        (115 * w, -40),
        (113 * w, 20),
        (104 * j, 76 + drop * 0.3),
        (80 * j, 120 + drop * 0.8),
        (42 * j, 150 + drop),
        (0, 158 + drop),
    ]
    return mirrored(half)


def draw_face(canvas: skia.Canvas, looks: Looks, pose: Pose) -> None:
    drop = pose.mouth.opening * 9
    shape = curve(outline(looks, drop))
    _ears(canvas, looks, pose)
    canvas.drawPath(shape, sideward(-120, 120, lighter(looks.skin, 0.1), darker(looks.skin, 0.1)))
    canvas.save()
    canvas.clipPath(shape, doAntiAlias=True)
    _shade(canvas, looks, pose, drop)
    canvas.save()
    canvas.translate(pose.turn * FEATURE_SHIFT, pose.nod * 8)
    _age(canvas, looks)
    if looks.beard in ("stubble", "full"):
        _beard(canvas, looks, drop)
    canvas.restore()
    canvas.restore()
    canvas.save()
    canvas.translate(pose.turn * FEATURE_SHIFT, pose.nod * 8)
    for side in (-1, 1):
        _eye(canvas, looks, pose, side)
        _brow(canvas, looks, pose, side)
    _nose(canvas, looks, pose)
    draw_mouth(canvas, looks, pose.mouth)
    if looks.beard in ("full", "moustache"):
        _moustache(canvas, looks)
    if looks.tears:
        _tears(canvas, looks)
    canvas.restore()


def _ears(canvas: skia.Canvas, looks: Looks, pose: Pose) -> None:
    shade = darker(looks.skin, 0.22)
    for side in (-1, 1):
        x = side * 117 * looks.width - pose.turn * 6
        ear = curve([(x + side * p[0], p[1]) for p in [(-8, -28), (8, -34), (17, -16), (12, 14), (2, 32), (-8, 26)]])
        canvas.drawPath(ear, brush(darker(looks.skin, 0.04 if side < 0 else 0.14)))
        fold = curve([(x + side * p[0], p[1]) for p in [(0, -20), (9, -17), (8, 2), (3, 14)]], closed=False)
        canvas.drawPath(fold, pen(shade, 3, 0.55))
        if looks.earrings:
            canvas.drawCircle(x + side * 4, 38, 6.5, brush(looks.earrings))
            canvas.drawCircle(x + side * 4 - 2, 36, 2, brush(lighter(looks.earrings, 0.7)))


def _shade(canvas: skia.Canvas, looks: Looks, pose: Pose, drop: float) -> None:
    skin, w = looks.skin, looks.width
    side = curve([(p[0] - 24 + pose.turn * 8, p[1] - 8) for p in outline(looks, drop)])
    dark = skia.Path()
    dark.addRect(skia.Rect(-160, -200, 160, 220))
    dark.addPath(side)
    dark.setFillType(skia.PathFillType.kEvenOdd)
    canvas.drawPath(dark, brush(darker(skin, 0.26), 0.38))
    canvas.drawRect(skia.Rect(-140, -180, 140, -70), _fade(-168, -84, darker(skin, 0.35), 0.4))
    flush = mix(skin, "#e0523f", 0.55)
    for s in (-1, 1):
        x = s * 66 * w + pose.turn * 10
        canvas.drawCircle(x, 46, 46, glow(x, 46, 46, flush, 0.5 if looks.tears else 0.3))


def _fade(top: float, bottom: float, colour: str, alpha: float) -> skia.Paint:
    ends = [skia.Point(0, top), skia.Point(0, bottom)]
    return brush(colour, shader=skia.GradientShader.MakeLinear(ends, [ink(colour, alpha), ink(colour, 0)]))


def _age(canvas: skia.Canvas, looks: Looks) -> None:
    """Lines that come with the years, from 30 on."""
    years = min(max((looks.age - 30) / 38, 0.0), 1.0)
    if not years:
        return
    line = darker(looks.skin, 0.42)
    for s in (-1, 1):
        fold = curve([(s * 31, 56), (s * 42, 68), (s * 47, 88), (s * 46, 100)], closed=False)
        canvas.drawPath(fold, pen(line, 2.6, 0.15 + 0.4 * years))
        bag = curve([(s * 32, 16), (s * 48, 23), (s * 66, 18)], closed=False)
        canvas.drawPath(bag, pen(line, 2.4, 0.42 * years))
        if looks.age > 45:
            for dy in (-4, 4, 11):
                crow = curve([(s * 82, EYE_Y + dy * 0.6), (s * 93, EYE_Y + dy * 1.3)], closed=False)
                canvas.drawPath(crow, pen(line, 2, 0.45 * years))
            jowl = curve([(s * 56, 112), (s * 60, 126), (s * 54, 136)], closed=False)
            canvas.drawPath(jowl, pen(line, 2.2, 0.4 * years))
    for i, y in enumerate((-98, -84) if looks.age > 40 else ()):
        reach = 46 - i * 6
        crease = curve([(-reach, y + 2), (-14, y - 2), (16, y), (reach, y + 3)], closed=False)
        canvas.drawPath(crease, pen(line, 2.2, 0.34 * years))


def _eye(canvas: skia.Canvas, looks: Looks, pose: Pose, side: int) -> None:
    x, y = side * EYE_X * looks.width, EYE_Y
    half, high, low = (25, 13.5, 10) if looks.woman else (24, 12, 9)
    if looks.monolid:
        high -= 1.5
    tilt = -2.5 if looks.woman or looks.monolid else -1.0
    open_share = (1 - pose.blink) * (1 - 0.32 * looks.lids)
    lid = high * open_share - low * pose.blink * 0.75
    inner, outer = (x - side * half, y + 3), (x + side * half, y + tilt)

    def lid_line(up: float) -> list[tuple[float, float]]:
        return [inner, (x - side * half * 0.45, y - up * 0.86), (x + side * half * 0.2, y - up), outer]

    lower = [(x + side * half * 0.35, y + low * 0.86), (x - side * half * 0.4, y + low)]
    canvas.drawCircle(x, y - 4, 34, glow(x, y - 4, 34, darker(looks.skin, 0.34), 0.42))
    shut = curve([*lid_line(high + 3), *lower])
    canvas.drawPath(shut, brush(darker(looks.skin, 0.13)))
    ball = curve([*lid_line(lid), *lower])
    canvas.save()
    canvas.clipPath(ball, doAntiAlias=True)
    white = mix("#fbf6ee", "#e9a79b", 0.45) if looks.tears else "#fbf6ee"
    canvas.drawRect(skia.Rect(x - 30, y - 22, x + 30, y + 22), brush(white))
    ix, iy = x + pose.gaze[0] * 6 + pose.turn * 3, y - 1 + pose.gaze[1] * 4
    canvas.drawCircle(ix, iy, 11.5, brush(darker(looks.eyes, 0.45)))
    canvas.drawCircle(ix, iy, 9.8, brush(looks.eyes))
    canvas.drawCircle(ix, iy + 3, 6, brush(lighter(looks.eyes, 0.3), 0.5))
    canvas.drawCircle(ix, iy, 5.2, brush("#16100e"))
    canvas.drawCircle(ix - 3.6, iy - 4, 2.7, brush("#ffffff", 0.95))
    canvas.drawPath(curve([*lid_line(lid + 4), outer, *reversed(lid_line(lid - 5))]), brush("#3a2a30", 0.22))
    canvas.restore()
    canvas.drawPath(curve(lid_line(lid), closed=False), pen("#2b1a18", 4.6 if looks.woman else 3.6))
    if looks.woman and looks.age < 60:
        tip = (outer[0] + side * 6, outer[1] - 5)
        canvas.drawPath(curve([(x + side * half * 0.7, y - lid * 0.55), outer, tip], closed=False), pen("#2b1a18", 3.4))
    canvas.drawPath(curve([outer, *lower], closed=False), pen(darker(looks.skin, 0.5), 1.8, 0.55))
    if not looks.monolid:
        crease = [(p[0], p[1] - 6.5 + 2 * pose.blink) for p in lid_line(high)[:3]]
        crease.append((outer[0] - side, outer[1] - 5))
        canvas.drawPath(curve(crease, closed=False), pen(darker(looks.skin, 0.45), 2, 0.55))


def _brow(canvas: skia.Canvas, looks: Looks, pose: Pose, side: int) -> None:
    colour = mix(looks.greying or looks.hair, "#2a1c18", 0.15 if looks.greying else 0.3)
    thick = 7.5 if looks.woman else 10.5
    x, y = side * EYE_X * looks.width, EYE_Y - 34 - pose.brow * 7
    inner = y + 4 + looks.frown * 8 - looks.worry * 12
    middle = y - 5 - looks.worry * 2 + looks.frown * 3
    end = y + 7 + looks.worry * 5 - looks.frown * 4
    squeeze = looks.frown * 4
    shape = curve(
        [
            (x - side * (28 + squeeze), inner),
            (x, middle),
            (x + side * 33, end),
            (x + side * 33, end),
            (x + side * 2, middle + thick * 0.85),
            (x - side * (26 + squeeze), inner + thick),
            (x - side * (28 + squeeze), inner + thick * 0.6),
        ]
    )
    canvas.drawPath(shape, brush(colour, 0.92))
    if looks.frown > 0.3 and side == 1:
        for s in (-1, 1):
            line = curve([(s * 8, y + 4), (s * 6, y + 22)], closed=False)
            canvas.drawPath(line, pen(darker(looks.skin, 0.45), 2.4, 0.5 * looks.frown))


def _nose(canvas: skia.Canvas, looks: Looks, pose: Pose) -> None:
    n, lean = looks.nose, pose.turn * 5
    shade = darker(looks.skin, 0.32)
    side = curve(
        [(13, -26), (10, -4), (15 + lean, 26), (23 * n + lean, 44), (17 * n + lean, 54), (4 + lean, 56), (8 + lean, 30)]
    )
    canvas.drawPath(side, brush(shade, 0.34))
    for s in (-1, 1):
        wing = curve([(s * 18 * n + lean, 34), (s * 24 * n + lean, 44), (s * 17 * n + lean, 53)], closed=False)
        canvas.drawPath(wing, pen(shade, 2.8, 0.75))
        nostril = curve([(s * 15 * n + lean, 52), (s * 9 * n + lean, 49), (s * 4 * n + lean, 54)], closed=False)
        canvas.drawPath(nostril, pen(darker(looks.skin, 0.55), 3, 0.8))
    canvas.drawCircle(lean - 2, 38, 13, glow(lean - 2, 38, 13, lighter(looks.skin, 0.6), 0.6))
    if looks.tears:
        canvas.drawCircle(lean, 44, 24, glow(lean, 44, 24, "#d9483b", 0.4))


def mouth_gap(mouth: Mouth) -> float:
    """How far the lips stand apart, in pixels."""
    return 31 * mouth.opening


def draw_mouth(canvas: skia.Canvas, looks: Looks, mouth: Mouth) -> None:
    half = 37 * (1 + 0.16 * mouth.spread - 0.08 * mouth.opening)
    gap, lift = mouth_gap(mouth), looks.smile * 8
    full = (1.15 if looks.woman else 0.9) * (1 - 0.12 * mouth.spread) * (0.88 if looks.age > 60 else 1.0)
    y = MOUTH_Y
    up, down = gap * 0.28, gap * 0.78
    corner_l, corner_r = (-half, y - lift), (half, y - lift)
    inner_top = [(-half * 0.5, y - up - lift * 0.2), (0, y - up + 2), (half * 0.5, y - up - lift * 0.2)]
    inner_low = [(half * 0.5, y + down * 0.86), (0, y + down + 1), (-half * 0.5, y + down * 0.86)]
    outer_top = [
        (-half * 0.55, y - up - 7.5 * full),
        (-half * 0.2, y - up - 11.5 * full),
        (0, y - up - 8.5 * full),
        (half * 0.2, y - up - 11.5 * full),
        (half * 0.55, y - up - 7.5 * full),
    ]
    outer_low = [(half * 0.52, y + down + 10 * full), (0, y + down + 14.5 * full), (-half * 0.52, y + down + 10 * full)]
    shadow = curve([(-half * 0.4, y + down + 19), (0, y + down + 23), (half * 0.4, y + down + 19)], closed=False)
    canvas.drawPath(shadow, pen(darker(looks.skin, 0.35), 5, 0.32))
    lips = looks.lips
    whole = curve([corner_l, corner_l, *outer_top, corner_r, corner_r, *outer_low])
    canvas.drawPath(whole, brush(lips))
    upper = curve([corner_l, corner_l, *outer_top, corner_r, corner_r, *reversed(inner_top)])
    canvas.drawPath(upper, brush(darker(lips, 0.2), 0.75))
    inside = curve([corner_l, corner_l, *inner_top, corner_r, corner_r, *inner_low])
    if gap > 1.5:
        canvas.save()
        canvas.clipPath(inside, doAntiAlias=True)
        canvas.drawRect(skia.Rect(-60, y - 40, 60, y + 60), brush("#4a1620"))
        if gap > 9 and mouth.hiss < 0.5:
            canvas.drawOval(skia.Rect(-half * 0.5, y + down - 10, half * 0.5, y + down + 16), brush("#b8555a"))
        teeth = y - up + 2 + 4.5 + mouth.hiss * 6
        row = skia.RRect.MakeRectXY(skia.Rect(-half * 0.66, y - up - 10, half * 0.66, teeth), 7, 5)
        canvas.drawRRect(row, brush("#f3ece2"))
        if mouth.hiss > 0.4:
            row = skia.RRect.MakeRectXY(skia.Rect(-half * 0.5, y + down - 4, half * 0.5, y + down + 12), 7, 5)
            canvas.drawRRect(row, brush("#e6dccf"))
        canvas.restore()
    else:
        seam = curve([corner_l, *inner_top, corner_r], closed=False)
        canvas.drawPath(seam, pen(darker(lips, 0.55), 3))
    canvas.drawOval(skia.Rect(-half * 0.28, y + down + 5, half * 0.22, y + down + 9.5), brush(lighter(lips, 0.5), 0.35))
    for s, corner in ((-1, corner_l), (1, corner_r)):
        canvas.drawPath(
            curve([corner, (corner[0] + s * 4, corner[1] + 0.5 - lift * 0.5)], closed=False),
            pen(darker(looks.skin, 0.5), 3, 0.6),
        )


def _beard_colour(looks: Looks) -> str:
    return mix(looks.hair, looks.greying, 0.55) if looks.greying else darker(looks.hair, 0.1)


def _beard(canvas: skia.Canvas, looks: Looks, drop: float) -> None:
    colour = _beard_colour(looks)
    hole = [(-44, 80), (0, 76), (44, 80), (46, 98), (26, 118 + drop), (0, 121 + drop), (-26, 118 + drop), (-46, 98)]
    if looks.beard == "stubble":
        hole = [(-40, 88), (0, 79), (40, 88), (28, 108 + drop * 2), (0, 114 + drop * 2.4), (-28, 108 + drop * 2)]
    jaw = mirrored([(0, 66), (46, 70), (74, 56), (100, 8), (128, -30), (140, 60), (110, 150), (50, 190), (0, 198)])
    path = curve(jaw)
    path.addPath(curve(hole))
    path.setFillType(skia.PathFillType.kEvenOdd)
    if looks.beard == "stubble":
        canvas.drawPath(path, _fade(190, 44, mix(darker(looks.skin, 0.55), "#4a4644", 0.4), 0.5))
    else:
        canvas.drawPath(path, brush(colour, 0.93))
        for s in (-1, 1):
            for k in range(5):
                x = s * (22 + k * 17)
                hair = curve([(x, 136 - k * 9), (x + s * 4, 152 - k * 11)], closed=False)
                canvas.drawPath(hair, pen(lighter(colour, 0.25), 2, 0.35))


def _moustache(canvas: skia.Canvas, looks: Looks) -> None:
    colour = _beard_colour(looks)
    shape = [(0, 67), (18, 64), (38, 74), (52, 92), (46, 96), (30, 84), (12, 79), (0, 81)]
    canvas.drawPath(curve(mirrored(shape)), brush(colour, 0.95))


def _tears(canvas: skia.Canvas, looks: Looks) -> None:
    for s in (-1, 1):
        x = s * EYE_X * looks.width
        canvas.drawPath(curve([(x - 14, 10), (x, 14), (x + 16, 9)], closed=False), pen("#ffffff", 3, 0.75))
        trail = curve([(x + s * 2, 14), (x + s * 6, 34), (x + s * 5, 56)], closed=False)
        canvas.drawPath(trail, pen("#ffffff", 4, 0.3))
        canvas.drawPath(bubbles([(x + s * 5, 58, 4.5)]), brush("#e8f4ff", 0.75))


def draw_glasses(canvas: skia.Canvas, looks: Looks, pose: Pose) -> None:
    if not looks.glasses:
        return
    canvas.save()
    canvas.translate(pose.turn * (FEATURE_SHIFT + 3), pose.nod * 8)
    rim, x = pen(looks.frame, 5), EYE_X * looks.width
    for s in (-1, 1):
        cx, cy = s * x, EYE_Y + 4
        if looks.glasses == "cat":
            points = [(-34, -16), (6, -25), (44, -34), (40, 8), (16, 28), (-20, 26), (-35, 8)]
            lens = curve([(cx + s * a, cy + b) for a, b in points])
        elif looks.glasses == "half":
            points = [(-35, 2), (-34, 2), (0, 0), (36, 0), (37, 2), (30, 26), (0, 33), (-30, 26)]
            lens = curve([(cx + s * a, cy + 6 + b) for a, b in points])
            rim = pen(looks.frame, 3.6)
        else:
            lens = skia.Path()
            lens.addRRect(skia.RRect.MakeRectXY(skia.Rect(cx - 38, cy - 27, cx + 38, cy + 28), 13, 13))
        canvas.drawPath(lens, brush("#ffffff", 0.1))
        canvas.save()
        canvas.clipPath(lens, doAntiAlias=True)
        gleam = skia.Path()
        gleam.addPoly(
            [
                skia.Point(cx - 30, cy + 30),
                skia.Point(cx - 2, cy - 36),
                skia.Point(cx + 12, cy - 36),
                skia.Point(cx - 16, cy + 30),
            ],
            True,
        )
        canvas.drawPath(gleam, brush("#ffffff", 0.13))
        canvas.restore()
        canvas.drawPath(lens, rim)
        arm_y = cy - (22 if looks.glasses == "cat" else 8) + (14 if looks.glasses == "half" else 0)
        arm = curve([(cx + s * 38, arm_y), (s * 118 * looks.width - pose.turn * 20, cy - 6)], closed=False)
        canvas.drawPath(arm, rim)
    bridge_y = EYE_Y + (10 if looks.glasses == "half" else 0)
    bridge = curve([(-x + 36, bridge_y), (0, bridge_y - 6), (x - 36, bridge_y)], closed=False)
    canvas.drawPath(bridge, rim)
    canvas.restore()


def blink_curve(phase: float) -> float:
    """How shut the eyes are over one blink, phase 0 to 1: down fast, up slower."""
    if not 0 < phase < 1:
        return 0.0
    return float(math.sin(math.pi * phase**0.7) ** 1.5)
