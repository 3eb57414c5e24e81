"""The logo of the institution: a small PNG or JPEG, told by its content and kept in the object store.

No other kind: an SVG can run a script, and a letter (PDF/A) needs a picture that every reader knows.
"""

import hashlib
import struct
import tempfile
import zlib
from enum import StrEnum
from pathlib import Path

from storage.base.objects import object_store
from storage.base.refusal import Refused

LARGEST = 300_000
MOST_PIXELS = 2000
"""On each side."""

PNG, JPEG = "png", "jpg"
CONTENT_TYPES = {PNG: "image/png", JPEG: "image/jpeg"}

_PNG = b"\x89PNG\r\n\x1a\n"
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of JPEG after which height and width stand (ISO 10918-1, table B.1)."""


class Rule(StrEnum):
    """Why a file is no logo."""

    EMPTY = "logo_empty"
    TOO_LARGE = "logo_too_large"
    OTHER_TYPE = "logo_other_type"
    TOO_MANY_PIXELS = "logo_too_many_pixels"


def kind_of(data: bytes) -> str:
    """PNG or JPEG. Raises Refused for anything else, for what is damaged, and for what is too large."""
    if not data:
        raise Refused(Rule.EMPTY)
    if len(data) > LARGEST:
        raise Refused(Rule.TOO_LARGE, found=len(data), needed=LARGEST)
    try:
        kind, size = (PNG, _png_size(data)) if data.startswith(_PNG) else (JPEG, _jpeg_size(data))
    except (struct.error, IndexError, ValueError) as error:
        raise Refused(Rule.OTHER_TYPE) from error
    if not 0 < min(size) <= max(size) <= MOST_PIXELS:
        raise Refused(Rule.TOO_MANY_PIXELS, found=size, needed=MOST_PIXELS)
    return kind


def put(data: bytes) -> str:
    """Keep it in the object store; answers its key. Slow: outside of a transaction. Raises Refused as `kind_of`."""
    key = f"institution/{hashlib.sha256(data).hexdigest()}.{kind_of(data)}"
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        object_store().put_file(key, Path(file.name), content_type(key))
    return key


def get(key: str) -> bytes:
    """The picture. Raises ObjectError when it is not there."""
    return b"".join(object_store().read(key))


def content_type(key: str) -> str:
    """That of the picture under this key."""
    return CONTENT_TYPES[key.rpartition(".")[2]]


def _png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG of which every chunk is whole. Raises ValueError or struct.error."""
    at = len(_PNG)
    names: list[bytes] = []
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 4 : at + 8 + length]
        (check,) = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(body) != check:
            raise ValueError("a chunk is damaged")
        names.append(name)
        at += 12 + length
    if names[0] != b"IHDR" or names[-1] != b"IEND" or b"IDAT" not in names:
        raise ValueError("no picture, or not the whole of it")
    width, height = struct.unpack_from(">II", data, len(_PNG) + 8)
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height of a JPEG that ends as one. Raises ValueError, IndexError or struct.error."""
    if not data.startswith(b"\xff\xd8\xff") or not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise ValueError("no JPEG, or not the whole of it")
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _SIZES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2:
            raise ValueError("a segment is shorter than its own length")
        at += 2 + length
    raise ValueError("no frame")
