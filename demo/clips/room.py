"""Where the drawn people are: softly out of focus, so that the person stands out and the picture stays small."""

from collections.abc import Callable
from typing import TypeAlias

import skia

from .pencil import brush, bubbles, curve, darker, downward, glow, ink, lighter, mix, pen

WIDTH, HEIGHT = 1280, 720
SOFTNESS = 5.0
BLEED = 24  # drawn beyond the picture, so that its edge blurs too

Canvas: TypeAlias = skia.Canvas


def _wall(c: Canvas, colour: str) -> None:
    c.drawRect(skia.Rect(0, 0, WIDTH, HEIGHT), downward(0, HEIGHT, lighter(colour, 0.2), darker(colour, 0.12)))


def _box(c: Canvas, x: float, y: float, w: float, h: float, colour: str, radius: float = 4, alpha: float = 1.0) -> None:
    c.drawRRect(skia.RRect.MakeRectXY(skia.Rect(x, y, x + w, y + h), radius, radius), brush(colour, alpha))


def _window(c: Canvas, x: float, y: float, w: float, h: float, sky: str = "#d5e8f0", frame: str = "#f6f1e7") -> None:
    _box(c, x - 12, y - 12, w + 24, h + 24, frame, 6)
    c.drawRect(skia.Rect(x, y, x + w, y + h), downward(y, y + h, sky, lighter(sky, 0.6)))
    c.save()
    c.clipRect(skia.Rect(x, y, x + w, y + h))
    c.drawPath(bubbles((x + w * k / 6, y + h, h * 0.22) for k in range(7)), brush("#9db893", 0.8))
    c.restore()
    _box(c, x + w / 2 - 5, y, 10, h, frame, 0)
    _box(c, x - 20, y + h + 8, w + 40, 14, darker(frame, 0.08), 3)


def _plant(c: Canvas, x: float, y: float, size: float, leaf: str = "#6f9470", pot: str = "#c98a63") -> None:
    for k, lean in enumerate((-0.9, -0.5, -0.15, 0.2, 0.55, 0.95)):
        tip = (x + lean * size, y - size * (1.25 - abs(lean) * 0.45))
        mid = (x + lean * size * 0.35, y - size * 0.75)
        blade = curve([(x, y), (x, y), (mid[0] - size * 0.12, mid[1]), tip, tip, (mid[0] + size * 0.12, mid[1] + 8)])
        c.drawPath(blade, brush(darker(leaf, 0.1 * (k % 3))))
    _box(c, x - size * 0.3, y - 4, size * 0.6, size * 0.5, pot, 8)


def _shelf(c: Canvas, x: float, y: float, w: float, colours: tuple[str, ...], wood: str = "#b98f67") -> None:
    at, k = x + 12, 0
    while at < x + w - 36:
        book, tall = 15 + (k * 7) % 13, 62 + (k * 23) % 34
        _box(c, at, y - tall, book, tall, colours[k % len(colours)], 2)
        at += book + (26 if k % 6 == 5 else 3)
        k += 1
    _box(c, x, y, w, 12, wood, 2)


def _screen(c: Canvas, x: float, y: float, w: float, h: float, glass: str, lines: str) -> None:
    _box(c, x - 8, y - 8, w + 16, h + 16, "#2c3038", 8)
    _box(c, x, y, w, h, glass, 3)
    for k in range(4):
        _box(c, x + 14, y + 16 + k * h / 5, w * (0.7 - 0.13 * (k % 3)), h / 14, lines, 3, 0.8)
    _box(c, x + w / 2 - 14, y + h + 8, 28, 46, "#3a3f48", 2)


def _lamp(c: Canvas, x: float, y: float, shade: str) -> None:
    _box(c, x - 3, -10, 6, y, "#6b6157", 0)
    c.drawPath(curve([(x - 26, y - 40), (x + 26, y - 40), (x + 62, y + 20), (x - 62, y + 20)]), brush(shade))
    c.drawCircle(x, y + 30, 210, glow(x, y + 30, 210, "#fff2c8", 0.6))


def _kitchen(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    for row in range(4):
        for k in range(22):
            _box(c, k * 60 - (row % 2) * 30, 286 + row * 40, 56, 36, "#f4ecdd" if (k + row) % 3 else "#e9dcc4", 3)
    for k in range(3):
        _box(c, 20 + k * 150, 40, 140, 210, "#a9b79f", 6)
        c.drawCircle(142 + k * 150, 226, 6, brush("#f0e6d2"))
    _window(c, 900, 60, 300, 200)
    _box(c, 0, 446, WIDTH, 30, "#b08a62", 2)
    _box(c, 0, 476, WIDTH, 260, "#9fae96", 2)
    for k in range(6):
        _box(c, 16 + k * 214, 500, 198, 220, "#a9b79f", 5)
    _box(c, 150, 366, 78, 80, "#c75f4a", 20)
    c.drawPath(curve([(228, 384), (262, 392), (228, 426)], closed=False), pen("#c75f4a", 9))
    _plant(c, 1070, 420, 70)
    _box(c, 330, 390, 44, 56, "#e4d7bd", 8)


def _break_room(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    _box(c, 60, 80, 240, 420, "#8fa5a8", 10)
    _box(c, 84, 110, 192, 180, "#dfe9e8", 8)
    for k in range(6):
        _box(c, 100 + (k % 3) * 58, 130 + (k // 3) * 70, 40, 50, ("#e2b06b", "#c97865", "#7fa089")[k % 3], 6)
    _window(c, 920, 70, 280, 260, "#c6dbe6")
    _box(c, 360, 150, 180, 130, "#e9efe9", 4)
    _box(c, 378, 168, 144, 94, "#88aeb0", 2)
    _box(c, 880, 470, 420, 24, "#c2a27c", 6)
    _plant(c, 860, 540, 120)
    _box(c, 1000, 420, 46, 52, "#f3efe6", 8)


def _desk(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    _window(c, 60, 50, 340, 280, "#d7e4ea")
    for k in range(7):
        _box(c, 60, 60 + k * 38, 340, 16, "#f1ebe0", 2, 0.85)
    _shelf(c, 860, 210, 360, ("#7c8f9b", "#c39a6b", "#a55e50", "#dfd2bb", "#5f7a74"))
    _shelf(c, 860, 350, 360, ("#a55e50", "#5f7a74", "#dfd2bb", "#7c8f9b", "#c39a6b"))
    _box(c, 0, 520, WIDTH, 220, "#a88761", 4)
    _screen(c, 120, 380, 250, 150, "#38505c", "#9fc3c8")
    _plant(c, 1160, 520, 90)


def _meeting(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    for k in range(6):
        _box(c, 10 + k * 215, 0, 200, 600, "#e9f0f1", 2, 0.7)
        _box(c, k * 215, 0, 10, 620, "#8d999d", 0)
    _box(c, 60, 200, 330, 190, "#ffffff", 6)
    for k, colour in enumerate(("#e0b04f", "#6aa29a", "#d47c62", "#6aa29a", "#e0b04f")):
        _box(c, 84 + k * 58, 226 + (k % 2) * 66, 46, 46, colour, 3)
    _lamp(c, 1010, 130, "#c9745a")
    _box(c, 820, 520, 480, 26, "#9b7a58", 6)
    _plant(c, 1200, 560, 130)


def _sales(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    _window(c, 760, 40, 480, 230, "#bfdcea")
    _box(c, 80, 70, 330, 190, "#27465c", 10)
    for k, tall in enumerate((50, 80, 66, 110, 132)):
        _box(c, 112 + k * 58, 236 - tall, 36, tall, "#f0b34e" if k == 4 else "#6fb0c9", 4)
    for k in range(3):
        _box(c, k * 460 - 60, 390, 400, 210, ("#8fa7b3", "#7f99a7")[k % 2], 8)
        _screen(c, k * 460 + 40, 340, 190, 120, "#31485a", "#8cc1d6")
    _box(c, 0, 560, WIDTH, 200, "#93755a", 3)


def _home_desk(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    for row in range(3):
        _shelf(c, 40, 180 + row * 150, 350, ("#8c5a48", "#d3b88a", "#4f6d70", "#c98d4f", "#e6dcc7"), "#7d5a3e")
    _box(c, 880, 90, 150, 190, "#7d5a3e", 3)
    _box(c, 894, 104, 122, 162, "#e5c98e", 2)
    c.drawCircle(955, 170, 34, brush("#c66b43"))
    _box(c, 894, 210, 122, 56, "#5d7f78", 0)
    _box(c, 1070, 120, 110, 140, "#7d5a3e", 3)
    _box(c, 1082, 132, 86, 116, "#a9c0b5", 2)
    c.drawCircle(1150, 430, 240, glow(1150, 430, 240, "#ffe2a6", 0.75))
    c.drawPath(curve([(1110, 380), (1190, 380), (1224, 460), (1076, 460)]), brush("#f3dfb4"))
    _box(c, 1144, 460, 12, 110, "#5f4a38", 3)
    _box(c, 0, 560, WIDTH, 200, "#8a6646", 4)


def _floor(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    for k in range(3):
        _window(c, 40 + k * 430, 40, 330, 220, "#cfe0e4")
    for k in range(4):
        _box(c, k * 340 - 40, 400, 310, 170, ("#7f9a8c", "#93a99b")[k % 2], 10)
        _screen(c, k * 340 + 40, 340, 150, 100, "#33443f", "#a5cdb9")
    _plant(c, 470, 420, 110)
    _plant(c, 1010, 420, 90)
    _box(c, 0, 560, WIDTH, 200, "#b39674", 3)


def _canteen(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    _box(c, 0, 0, WIDTH, 120, "#d98f66", 0, 0.5)
    for x in (170, 430, 880, 1130):
        _lamp(c, x, 120 + (x % 3) * 16, "#5c8178")
    _box(c, 40, 250, 300, 170, "#3f5a55", 8)
    for k in range(3):
        _box(c, 66, 280 + k * 40, 200 - k * 44, 12, "#efe4cf", 4, 0.8)
    _box(c, 820, 440, 500, 24, "#a87b52", 8)
    _box(c, -40, 480, 400, 24, "#a87b52", 8)
    _plant(c, 980, 436, 80)
    _box(c, 1120, 396, 40, 46, "#f7f2e8", 8)
    _box(c, 0, 640, WIDTH, 100, "#b98f68", 0)


def _control(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    for k, x in enumerate((40, 330, 800, 1010)):
        y = 70 + (k % 2) * 40
        _box(c, x, y, 250, 160, "#1d222a", 8)
        _box(c, x + 8, y + 8, 234, 144, "#8f2f2c", 4)
        for j in range(5):
            tall = 30 + (j * 37 + k * 19) % 84
            _box(c, x + 24 + j * 42, y + 140 - tall, 28, tall, "#e5685a", 3)
        c.drawCircle(x + 125, y + 80, 260, glow(x + 125, y + 80, 260, "#d8473c", 0.22))
    for k in range(3):
        _box(c, k * 450 - 30, 420, 390, 200, "#4b5563", 8)
        _screen(c, k * 450 + 50, 360, 190, 120, "#7a2c2b", "#f0897c")
    _box(c, 0, 590, WIDTH, 200, "#5c4b3e", 3)


def _board_room(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    c.drawRect(skia.Rect(0, 40, WIDTH, 470), downward(40, 470, "#bcd3e2", "#eef3f4"))
    for k in range(16):
        tall = 70 + (k * 67) % 190
        _box(c, k * 84 - 20, 470 - tall, 66, tall, mix("#8aa2b4", "#c4d1da", (k % 4) / 4), 2)
    for k in range(6):
        _box(c, k * 250 + 10, 30, 14, 450, "#f5f5f3", 0)
    _box(c, 0, 462, WIDTH, 26, "#f1f0ec", 0)
    _box(c, 0, 560, WIDTH, 180, "#6f5442", 10)
    _plant(c, 1190, 520, 120, "#5f8a74", "#e8e4da")


def _studio(c: Canvas, wall: str) -> None:
    _wall(c, wall)
    c.drawCircle(300, 240, 420, glow(300, 240, 420, "#f7fbf7", 0.8))
    _box(c, 60, 130, 260, 180, "#f4f1e8", 8)
    c.drawPath(curve([(80, 290), (150, 210), (210, 260), (260, 190), (300, 290)]), brush("#6fa39b"))
    c.drawCircle(260, 170, 18, brush("#e6b35f"))
    _shelf(c, 900, 260, 320, ("#3f7f7a", "#e0b878", "#f0ebe0", "#c9765f"), "#e9dfcc")
    _plant(c, 1120, 560, 150)
    _box(c, 0, 600, WIDTH, 140, "#c9ab85", 0)


ROOMS: dict[str, Callable[[Canvas, str], None]] = {
    "kitchen": _kitchen,
    "break_room": _break_room,
    "desk": _desk,
    "meeting": _meeting,
    "sales": _sales,
    "home_desk": _home_desk,
    "floor": _floor,
    "canteen": _canteen,
    "control": _control,
    "board_room": _board_room,
    "studio": _studio,
}


def paint_room(name: str, wall: str) -> skia.Image:
    """The room as one still picture; it never moves, so it is painted once a clip."""
    surface = skia.Surface(WIDTH, HEIGHT)
    canvas = surface.getCanvas()
    soft = skia.Paint(ImageFilter=skia.ImageFilters.Blur(SOFTNESS, SOFTNESS, skia.TileMode.kClamp))
    canvas.saveLayer(None, soft)
    canvas.translate(-BLEED, -BLEED)
    canvas.scale((WIDTH + 2 * BLEED) / WIDTH, (HEIGHT + 2 * BLEED) / HEIGHT)
    ROOMS[name](canvas, wall)
    canvas.restore()
    canvas.drawCircle(640, 300, 760, glow(640, 300, 760, "#fff8ea", 0.16))
    centre, shades = skia.Point(640, 330), [ink("#241a1c", 0), ink("#241a1c", 0), ink("#241a1c", 0.3)]
    edge = skia.GradientShader.MakeRadial(centre, 860, shades, [0.0, 0.6, 1.0])
    canvas.drawRect(skia.Rect(0, 0, WIDTH, HEIGHT), brush("#241a1c", shader=edge))
    return surface.makeImageSnapshot()
