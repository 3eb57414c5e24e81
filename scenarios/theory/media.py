"""Pictures and sounds of items: only kinds that every browser shows, told by their first bytes and never by a name."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Medium:
    """A picture or a sound: its media type and its bytes."""

    kind: str
    data: bytes

    @property
    def sha256(self) -> str:
        """What names it wherever it is kept."""
        return sha256(self.data).hexdigest()

    @property
    def picture(self) -> bool:
        """False for a sound."""
        return self.kind.startswith("image/")


def medium(data: bytes) -> Medium | None:
    """The picture or sound that these bytes are; None for anything else, such as SVG, which can bring a program."""
    kind = _kind(data)
    return Medium(kind, data) if kind else None


def _kind(data: bytes) -> str | None:
    for start, kind in (
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"ID3", "audio/mpeg"),
        (b"OggS", "audio/ogg"),
        (b"fLaC", "audio/flac"),
    ):
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12])
    if data[4:11] == b"ftypM4A":
        return "audio/mp4"
    # A frame of MPEG layer III without a tag before it: eleven ones, and neither a reserved version nor another layer.
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2 and data[1] & 0x18 != 0x08:
        return "audio/mpeg"
    return None
