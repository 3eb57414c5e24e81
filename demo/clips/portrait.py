"""One frame of a stand-in clip: the room, the person in it, who it is, and the mark that this is an example."""

import skia

from .body import draw_body
from .face import draw_face, draw_glasses
from .hair import draw_hair, draw_hair_behind, draw_headset
from .looks import Looks, Pose
from .pencil import brush
from .room import HEIGHT, WIDTH, paint_room

HEAD_X, HEAD_Y = 640, 342
SIZE = 1.2
MARK = "voorbeeldclip"
FAMILIES = ("Liberation Sans", "Arial", "Helvetica", "DejaVu Sans")


def font(size: float, bold: bool = False) -> skia.Font:
    style = skia.FontStyle.Bold() if bold else skia.FontStyle.Normal()
    known = skia.FontMgr()
    face = next((f for name in FAMILIES if (f := known.matchFamilyStyle(name, style))), None)
    letters = skia.Font(face, size)
    letters.setEdging(skia.Font.Edging.kAntiAlias)
    letters.setSubpixel(True)
    return letters


class Portrait:
    """Draws the frames of one person. `frame(pose)` gives 1280x720 pixels, 4 bytes each, in BGRA order."""

    def __init__(self, looks: Looks, name: str, role: str) -> None:
        self.looks = looks
        self._surface = skia.Surface.MakeRaster(
            skia.ImageInfo.Make(WIDTH, HEIGHT, skia.kBGRA_8888_ColorType, skia.kOpaque_AlphaType)
        )
        self._room = paint_room(looks.room, looks.wall)
        self._signs = self._write(name, role)

    def frame(self, pose: Pose) -> bytes:
        return bytes(self.picture(pose).tobytes())

    def picture(self, pose: Pose) -> skia.Image:
        canvas, looks = self._surface.getCanvas(), self.looks
        canvas.drawImage(self._room, 0, 0)
        canvas.save()
        canvas.translate(HEAD_X + pose.dx * 0.35, HEAD_Y + pose.dy * 0.35)
        canvas.scale(SIZE, SIZE)
        head = skia.Matrix()
        head.setRotate(pose.roll, 0, 150)
        head.postTranslate(pose.dx * 0.65, pose.dy * 0.65 - pose.breath)
        canvas.save()
        canvas.concat(head)
        draw_hair_behind(canvas, looks, pose)
        canvas.restore()
        draw_body(canvas, looks, pose)
        canvas.concat(head)
        draw_face(canvas, looks, pose)
        draw_hair(canvas, looks, pose)
        draw_glasses(canvas, looks, pose)
        draw_headset(canvas, looks, pose)
        canvas.restore()
        canvas.drawImage(self._signs, 0, 0)
        return self._surface.makeImageSnapshot()

    def _write(self, name: str, role: str) -> skia.Image:
        surface = skia.Surface(WIDTH, HEIGHT)
        canvas = surface.getCanvas()
        canvas.clear(skia.ColorTRANSPARENT)
        big, small = font(30, bold=True), font(22)
        wide = max(big.measureText(name), small.measureText(role)) + 52
        plate = skia.RRect.MakeRectXY(skia.Rect(48, 588, 48 + wide, 672), 10, 10)
        canvas.drawRRect(plate, brush("#152427", 0.86))
        canvas.drawRRect(skia.RRect.MakeRectXY(skia.Rect(48, 588, 54, 672), 3, 3), brush("#3fa39b"))
        canvas.drawString(name, 74, 625, big, brush("#ffffff"))
        canvas.drawString(role, 74, 656, small, brush("#d5e4e2"))
        tag = font(20, bold=True)
        wide = tag.measureText(MARK)
        plate = skia.RRect.MakeRectXY(skia.Rect(WIDTH - 76 - wide, 36, WIDTH - 44, 72), 18, 18)
        canvas.drawRRect(plate, brush("#ffffff", 0.9))
        canvas.drawString(MARK, WIDTH - 60 - wide, 61, tag, brush("#1d4e4a"))
        return surface.makeImageSnapshot()
