"""Neck, shoulders and clothes of a drawn person, in the same coordinates as the face."""

import skia

from .looks import Looks, Pose
from .pencil import Point, brush, curve, darker, downward, lighter, pen

FLOOR = 500  # below the picture
RISE = 40  # how far the shoulders stand up under the chin


def shoulders(looks: Looks) -> list[Point]:
    s = 0.93 if looks.woman else 1.05
    half = [(58, 196), (110 * s, 226), (196 * s, 258), (246 * s, 318), (262 * s, 400), (270 * s, FLOOR)]
    return [*half, *((-x, y) for x, y in reversed(half))]


def draw_body(canvas: skia.Canvas, looks: Looks, pose: Pose) -> None:
    canvas.save()
    canvas.translate(0, -RISE)
    neck = 60 if looks.woman else 70
    skin = darker(looks.skin, 0.12)
    side = [(neck, 90), (neck, 170), (neck + 8, 228), (50, 330)]
    throat = curve([*((-x, y) for x, y in side), *reversed(side)])
    canvas.drawPath(throat, brush(skin))
    canvas.save()
    canvas.clipPath(throat, doAntiAlias=True)
    lean = pose.turn * 10
    shadow = curve(
        [(-96, 90), (-84, 158), (-40 + lean, 204), (14 + lean, 222), (62 + lean, 208), (100, 166), (106, 90)]
    )
    canvas.drawPath(shadow, brush(darker(looks.skin, 0.42), 0.42))
    for s in (-1, 1):
        sinew = curve([(s * 34, 200), (s * 22, 236), (s * 12, 252)], closed=False)
        canvas.drawPath(sinew, pen(darker(looks.skin, 0.4), 4, 0.22))
    canvas.restore()
    if looks.age > 50:
        for y in (206, 222):
            crease = curve([(-40, y - 6), (0, y), (38, y - 8)], closed=False)
            canvas.drawPath(crease, pen(darker(looks.skin, 0.5), 2.2, 0.3))
    canvas.save()
    canvas.translate(0, -2.5 * pose.breath)
    CLOTHES[looks.clothes](canvas, looks)
    canvas.restore()
    canvas.restore()


def _trunk(canvas: skia.Canvas, looks: Looks, colour: str, neckline: list[Point]) -> skia.Path:
    """Shoulders in `colour`, open at the neck along `neckline` (from left to right)."""
    outline = shoulders(looks)
    right, left = outline[1:6], outline[6:11]
    path = curve([*neckline, neckline[-1], *right, right[-1], left[0], *left, neckline[0]])
    canvas.drawPath(path, downward(190, FLOOR, lighter(colour, 0.05), darker(colour, 0.22)))
    canvas.save()
    canvas.clipPath(path, doAntiAlias=True)
    for s in (-1, 1):
        fold = curve([(s * 186, 318), (s * 184, 390), (s * 176, FLOOR)], closed=False)
        canvas.drawPath(fold, pen(darker(colour, 0.5), 3.5, 0.35))
    side = curve([(150, 200), (290, 260), (330, FLOOR), (214, FLOOR), (190, 320)])
    canvas.drawPath(side, brush(darker(colour, 0.4), 0.28))
    canvas.restore()
    return path


def _collar(canvas: skia.Canvas, colour: str, depth: float, spread: float) -> None:
    for s in (-1, 1):
        wing = [(s * 60, 184), (s * 84, 198), (s * spread, 262), (s * spread, 262), (s * 26, depth), (s * 26, depth)]
        canvas.drawPath(curve(wing), brush(darker(colour, 0.04 if s < 0 else 0.14)))
        canvas.drawPath(curve(wing), pen(darker(colour, 0.45), 2, 0.45))


def _round(top: float, depth: float) -> list[Point]:
    return [
        (-top, 196),
        (-top * 0.72, 196 + depth * 0.66),
        (0, 196 + depth),
        (top * 0.72, 196 + depth * 0.66),
        (top, 196),
    ]


def _jumper(canvas: skia.Canvas, looks: Looks) -> None:
    line = _round(78, 56)
    _trunk(canvas, looks, looks.top, line)
    canvas.drawPath(curve(line, closed=False), pen(darker(looks.top, 0.28), 15))
    canvas.drawPath(curve(line, closed=False), pen(lighter(looks.top, 0.12), 3, 0.5))


def _polo_neck(canvas: skia.Canvas, looks: Looks) -> None:
    _trunk(canvas, looks, looks.top, [(-80, 200), (-40, 214), (0, 218), (40, 214), (80, 200)])
    neck = skia.RRect.MakeRectXY(skia.Rect(-80, 158, 80, 226), 26, 26)
    canvas.drawRRect(neck, downward(158, 226, looks.top, darker(looks.top, 0.2)))
    canvas.drawPath(curve([(-70, 212), (0, 224), (70, 212)], closed=False), pen(darker(looks.top, 0.5), 3, 0.45))


def _cardigan(canvas: skia.Canvas, looks: Looks) -> None:
    line = _round(74, 60)
    _trunk(canvas, looks, looks.under, line)
    canvas.drawPath(curve(line, closed=False), pen(darker(looks.under, 0.18), 7))
    _open_front(canvas, looks, 46, 30)


def _open_front(canvas: skia.Canvas, looks: Looks, low: float, edge: float) -> None:
    outline = shoulders(looks)
    for s in (-1, 1):
        sleeve = [(s * 78, 198), *((s * abs(x), y) for x, y in outline[1:6])]
        panel = curve([*sleeve, sleeve[-1], (s * low, FLOOR), (s * low, FLOOR), (s * (low + edge), 330), (s * 84, 240)])
        canvas.drawPath(panel, downward(190, FLOOR, lighter(looks.top, 0.06), darker(looks.top, 0.2)))
        hem = curve([(s * 79, 200), (s * 84, 240), (s * (low + edge), 330), (s * low, FLOOR)], closed=False)
        canvas.drawPath(hem, pen(darker(looks.top, 0.3), 9))
        fold = curve([(s * 186, 318), (s * 184, 390), (s * 176, FLOOR)], closed=False)
        canvas.drawPath(fold, pen(darker(looks.top, 0.5), 3.5, 0.35))


def _shirt(canvas: skia.Canvas, looks: Looks) -> None:
    _trunk(canvas, looks, looks.top, [(-78, 196), (-34, 250), (0, 272), (34, 250), (78, 196)])
    canvas.drawPath(curve([(0, 272), (1, 360), (0, FLOOR)], closed=False), pen(darker(looks.top, 0.45), 3, 0.6))
    for y in (310, 372, 432):
        canvas.drawCircle(11, y, 5.5, brush(lighter(looks.top, 0.65)))
    _collar(canvas, looks.top, 256, 92)


def _checked(canvas: skia.Canvas, looks: Looks) -> None:
    trunk = _trunk(canvas, looks, looks.top, [(-78, 196), (-34, 250), (0, 272), (34, 250), (78, 196)])
    canvas.save()
    canvas.clipPath(trunk, doAntiAlias=True)
    for x in range(-300, 320, 50):
        canvas.drawRect(skia.Rect(x, 190, x + 15, FLOOR), brush(looks.under, 0.2))
    for y in range(210, FLOOR, 50):
        canvas.drawRect(skia.Rect(-320, y, 320, y + 15), brush(looks.under, 0.2))
    canvas.restore()
    canvas.drawPath(curve([(0, 272), (1, 360), (0, FLOOR)], closed=False), pen(darker(looks.top, 0.5), 3, 0.7))
    _collar(canvas, looks.top, 256, 92)


def _polo(canvas: skia.Canvas, looks: Looks) -> None:
    _trunk(canvas, looks, looks.top, [(-78, 196), (-32, 244), (0, 262), (32, 244), (78, 196)])
    canvas.drawPath(curve([(0, 262), (0, 330)], closed=False), pen(darker(looks.top, 0.5), 15, 0.35))
    for y in (292, 318):
        canvas.drawCircle(0, y, 4.5, brush(lighter(looks.top, 0.7)))
    _collar(canvas, lighter(looks.top, 0.1), 250, 88)


def _hoodie(canvas: skia.Canvas, looks: Looks) -> None:
    hood = curve(
        [
            (-74, 176),
            (-130, 206),
            (-120, 262),
            (0, 300),
            (120, 262),
            (130, 206),
            (74, 176),
            (60, 232),
            (0, 262),
            (-60, 232),
        ]
    )
    _trunk(canvas, looks, looks.top, _round(70, 60))
    canvas.drawPath(hood, brush(darker(looks.top, 0.12)))
    canvas.drawPath(
        curve([(-74, 180), (-60, 234), (0, 264), (60, 234), (74, 180)], closed=False), pen(darker(looks.top, 0.42), 5)
    )
    for s in (-1, 1):
        cord = curve([(s * 34, 258), (s * 38, 310), (s * 34, 366)], closed=False)
        canvas.drawPath(cord, pen(looks.under, 6))
        canvas.drawCircle(s * 34, 370, 5, brush(darker(looks.under, 0.3)))


def _jacket(canvas: skia.Canvas, looks: Looks) -> None:
    """A jacket with lapels over a blouse or shirt."""
    line: list[Point] = [(-70, 198), (-34, 270), (0, 316), (34, 270), (70, 198)] if looks.woman else _round(70, 40)
    _trunk(canvas, looks, looks.under, line)
    if not looks.woman:
        _collar(canvas, looks.under, 250, 84)
    outline = shoulders(looks)
    for s in (-1, 1):
        sleeve = [(s * 78, 196), *((s * abs(x), y) for x, y in outline[1:6])]
        front = curve([*sleeve, sleeve[-1], (s * 2, FLOOR), (s * 2, FLOOR), (s * 40, 400), (s * 78, 280)])
        canvas.drawPath(front, downward(190, FLOOR, lighter(looks.top, 0.08), darker(looks.top, 0.2)))
        fold = curve([(s * 190, 318), (s * 188, 390), (s * 180, FLOOR)], closed=False)
        canvas.drawPath(fold, pen(darker(looks.top, 0.5), 3.5, 0.35))
        tip, notch = (s * 134, 300), (s * 104, 286)
        lapel = [
            (s * 72, 192),
            (s * 72, 192),
            (s * 96, 218),
            notch,
            notch,
            tip,
            tip,
            (s * 84, 376),
            (s * 8, 452),
            (s * 8, 452),
        ]
        lapel += [(s * 44, 360), (s * 74, 262)]
        canvas.drawPath(curve(lapel), brush(lighter(looks.top, 0.1 if s < 0 else 0.03)))
        canvas.drawPath(curve(lapel), pen(darker(looks.top, 0.5), 2.4, 0.6))


def _blouse(canvas: skia.Canvas, looks: Looks) -> None:
    line: list[Point] = [(-76, 198), (-40, 258), (0, 306), (40, 258), (76, 198)]
    trunk = _trunk(canvas, looks, looks.top, line)
    canvas.save()
    canvas.clipPath(trunk, doAntiAlias=True)
    for row in range(6):
        for x in range(-270, 280, 54):
            canvas.drawCircle(x + (row % 2) * 27, 236 + row * 40, 5.5, brush(looks.under, 0.5))
    canvas.restore()
    canvas.drawPath(curve(line, closed=False), pen(darker(looks.top, 0.3), 9))
    canvas.drawPath(curve([(0, 306), (0, FLOOR)], closed=False), pen(darker(looks.top, 0.4), 3, 0.6))


CLOTHES = {
    "jumper": _jumper,
    "polo_neck": _polo_neck,
    "cardigan": _cardigan,
    "shirt": _shirt,
    "checked": _checked,
    "polo": _polo,
    "hoodie": _hoodie,
    "jacket": _jacket,
    "blouse": _blouse,
}
