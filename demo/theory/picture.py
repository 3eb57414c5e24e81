"""The picture of an example item, drawn point by point: four queues as bars, named in the order of the words."""

import struct
import zlib

WIDTH, HEIGHT = 480, 200
QUEUES = (("F", 3), ("S", 11), ("V", 5), ("A", 7))
"""Facturen, storing, verhuizen, algemeen: the letter below each bar."""
LETTERS = {
    "F": ("#####", "#....", "####.", "#....", "#...."),
    "S": (".####", "#....", ".###.", "....#", "####."),
    "V": ("#...#", "#...#", "#...#", ".#.#.", "..#.."),
    "A": ("..#..", ".#.#.", "#####", "#...#", "#...#"),
}
PAPER, INK, BAR = 255, 40, 110
STEP, WIDE, POINT = 120, 70, 5
BASE = 160


def waiting_chart() -> bytes:
    """The picture as a PNG in greys."""
    rows = [bytearray([PAPER] * WIDTH) for _ in range(HEIGHT)]
    for place, (letter, number) in enumerate(QUEUES):
        left = place * STEP + (STEP - WIDE) // 2
        for y in range(BASE - number * 12, BASE):
            rows[y][left : left + WIDE] = bytes([BAR] * WIDE)
        for line, signs in enumerate(LETTERS[letter]):
            for column, sign in enumerate(signs):
                if sign == "#":
                    x, y = left + 22 + column * POINT, BASE + 10 + line * POINT
                    for more in range(POINT):
                        rows[y + more][x : x + POINT] = bytes([INK] * POINT)
    rows[BASE] = bytearray([INK] * WIDTH)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
