"""The emergency file: what a browser has kept of one answer, saved by the candidate while no server could be reached.

It holds the parts exactly as the browser's vault keeps them (webapp/static/js/exam/vault.js): sealed under the key
that the server gives to that one person. So whoever finds the file sees nothing of it, and the seal proves whose answer
it is.

    vignet-noodbestand 1\\n
    {"recording": …, "number": …, "parts": [{"slice": null, "iv": …, "size": …}, {"slice": 0, …}, …]}\\n
    the sealed parts, one after the other: first what the page says of its recording, then each slice
"""

import base64
import hashlib
import re
import uuid
from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.base.json_values import loads, mapping
from storage.exam.recordings import Recording

MAGIC = b"vignet-noodbestand 1\n"
LONGEST_HEADER = 256 * 1024
MOST_PARTS = 4000
LARGEST = 64 * 1024 * 1024
"""Bytes of one file; three minutes, the longest answer with extra time, are half of it."""

IMPORT = "import_answer"
"""The kind of the media job that takes an emergency file in; its subject is the recording's id."""

FOLDER = "emergency/"
"""Where the files wait in the object store until a media job has taken them in."""

_RUN = re.compile(r"slices-(\d+)-(\d+)")


class Damaged(ValueError):
    """The file is no emergency file, it is not whole, or it is sealed under another person's key."""


@dataclass(frozen=True)
class Answer:
    """One answer as its browser kept it: every slice, and the page's last word about them."""

    recording: uuid.UUID
    manifest: dict[str, Any]
    slices: tuple[bytes, ...]

    def is_in(self, recording: Recording) -> bool:
        """True when the object store has all of it already, by the hash of each row of slices."""
        there: set[int] = set()
        for original in recording.originals:
            if run := _RUN.match(original.name):
                row = range(int(run[1]), min(int(run[2]) + 1, len(self.slices)))
                if sha256_of(b"".join(self.slices[number] for number in row)) == original.sha256:
                    there.update(row)
        return len(there) == len(self.slices)


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def key_of(recording: uuid.UUID) -> str:
    """Where the file of a recording waits in the object store, sealed as it came."""
    return f"{FOLDER}{recording}"


def recording_of(file: BinaryIO) -> uuid.UUID:
    """The recording that the file says it belongs to; nothing is proven yet. Raises Damaged."""
    return _header(file)[0]


def unseal(file: BinaryIO, key: bytes) -> Answer:
    """The answer in the file, proven whole: each part by its seal, all by the page's own hash. Raises Damaged."""
    recording, parts = _header(file)
    cipher = AESGCM(key)
    slices: list[bytes] = []
    told: Any = None
    try:
        for number, iv, size in parts:
            context = str(recording) if number is None else f"{recording}/{number}"
            plain = cipher.decrypt(iv, file.read(size), context.encode())
            if number is None:
                told = mapping(loads(plain))
            elif number != len(slices):
                raise Damaged(f"slice {number} is not in its place")
            else:
                slices.append(plain)
        manifest = told.get("manifest") or told["closing"]  # as pages of before called it
        proven = (manifest["count"], manifest["sha256"]) == (len(slices), sha256_of(b"".join(slices)))
    except (InvalidTag, ValueError, TypeError, KeyError) as error:
        raise Damaged(f"a part cannot be opened ({error!r})") from error
    if not slices or not proven or file.read(1):
        raise Damaged("the parts are not what the page has recorded")
    return Answer(recording, manifest, tuple(slices))


def _header(file: BinaryIO) -> tuple[uuid.UUID, list[tuple[int | None, bytes, int]]]:
    if file.read(len(MAGIC)) != MAGIC:
        raise Damaged("no emergency file")
    try:
        head = loads(file.readline(LONGEST_HEADER))
        parts = [(part["slice"], base64.b64decode(part["iv"]), int(part["size"])) for part in head["parts"]]
        if len(parts) > MOST_PARTS or any(not 0 < size <= LARGEST or len(iv) != 12 for _, iv, size in parts):
            raise ValueError("a part has no size or no vector")
        return uuid.UUID(head["recording"]), parts
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Damaged(f"the header cannot be read ({error!r})") from error
