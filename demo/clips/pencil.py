"""The few strokes that all drawing of stand-in clips is made of: mixed colours, smooth outlines, fills and lines."""

import math
from collections.abc import Iterable, Sequence

import skia

Point = tuple[float, float]

CURVINESS = 1 / 6  # Catmull-Rom tension as cubic Bézier handles


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(one: str, other: str, share: float) -> str:
    """`one` with `share` (0 to 1) of `other` stirred in."""
    parts = (round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True))
    return "#{:02x}{:02x}{:02x}".format(*parts)


def darker(colour: str, share: float) -> str:
    """Shade keeps some warmth: flat black would make skin and wood look dirty."""
    return mix(colour, "#2a1220", share)


def lighter(colour: str, share: float) -> str:
    return mix(colour, "#fff6e8", share)


def ink(colour: str, alpha: float = 1.0) -> int:
    return int(skia.Color(*rgb(colour), round(255 * alpha)))


def brush(colour: str, alpha: float = 1.0, shader: skia.Shader | None = None) -> skia.Paint:
    paint = skia.Paint(AntiAlias=True, Color=ink(colour, alpha))
    if shader is not None:
        paint.setShader(shader)
    return paint


def pen(colour: str, width: float, alpha: float = 1.0) -> skia.Paint:
    return skia.Paint(
        AntiAlias=True,
        Color=ink(colour, alpha),
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )


def downward(top: float, bottom: float, upper: str, lower: str) -> skia.Paint:
    """A fill that runs from one colour to another, downward."""
    ends = [skia.Point(0, top), skia.Point(0, bottom)]
    return brush(upper, shader=skia.GradientShader.MakeLinear(ends, [ink(upper), ink(lower)]))


def sideward(left: float, right: float, first: str, last: str) -> skia.Paint:
    ends = [skia.Point(left, 0), skia.Point(right, 0)]
    return brush(first, shader=skia.GradientShader.MakeLinear(ends, [ink(first), ink(last)]))


def glow(x: float, y: float, radius: float, colour: str, alpha: float) -> skia.Paint:
    """A soft round spot that fades to nothing."""
    shades = [ink(colour, alpha), ink(colour, 0)]
    return brush(colour, shader=skia.GradientShader.MakeRadial(skia.Point(x, y), radius, shades))


def curve(points: Sequence[Point], closed: bool = True) -> skia.Path:
    """A smooth line through all `points`; two equal neighbours make a sharp corner."""
    path, n = skia.Path(), len(points)
    path.moveTo(*points[0])
    for i in range(n if closed else n - 1):
        p1, p2 = points[i], points[(i + 1) % n]
        p0 = points[i - 1] if closed or i else p1
        p3 = points[(i + 2) % n] if closed or i + 2 < n else p2
        if p1 == p2:
            continue
        path.cubicTo(
            p1[0] + (p2[0] - p0[0]) * CURVINESS,
            p1[1] + (p2[1] - p0[1]) * CURVINESS,
            p2[0] - (p3[0] - p1[0]) * CURVINESS,
            p2[1] - (p3[1] - p1[1]) * CURVINESS,
            *p2,
        )
    if closed:
        path.close()
    return path


def mirrored(right_half: Sequence[Point]) -> list[Point]:
    """A whole outline from its right half, given from the top to the bottom."""
    return [*right_half, *((-x, y) for x, y in reversed(right_half) if x)]


def moved(points: Iterable[Point], dx: float, dy: float = 0.0) -> list[Point]:
    return [(x + dx, y + dy) for x, y in points]


def bubbles(spots: Iterable[tuple[float, float, float]]) -> skia.Path:
    """Curls, foliage, clouds: one outline around many circles (x, y, radius)."""
    path = skia.Path()
    for x, y, radius in spots:
        path.addCircle(x, y, radius)
    return path


def around(x: float, y: float, rx: float, ry: float, start: float, stop: float, count: int) -> list[Point]:
    """`count` points on an ellipse; degrees, 0 is right, 90 is up."""
    turns = (math.radians(start + (stop - start) * i / (count - 1)) for i in range(count))
    return [(x + rx * math.cos(t), y - ry * math.sin(t)) for t in turns]
