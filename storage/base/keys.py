"""The key store: what candidates record and hand in is encrypted under keys that can be destroyed.

Envelope encryption: every file has a random data key, wrapped by a key of the key store, which is wrapped by the master
key (VIGNET_MASTER_KEY). What is erased together has one key together, under the id of its row: a recording with all its
originals and renditions, a motivation file with its role documents. (Files of before had the key of their candidate.)
The keys live in a store of their own (VIGNET_KEYS), outside the backups of rows and objects, so that destroying one
makes every copy of what is under it unreadable.

A file is `VGN1`, the wrapped data key (nonce 12, key and tag 48 bytes), then chunks of 64 KiB, each sealed by
AES-256-GCM with its number and whether it is the last one in the nonce (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár 2015), so that chunks cannot be left out, swapped or cut off unnoticed.
"""

import os
import struct
import uuid
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.base.config import config, needed

MAGIC = b"VGN1"
CHUNK = 64 * 1024
_TAG, _NONCE, _KEY = 16, 12, 32
HEAD = len(MAGIC) + _NONCE + _KEY + _TAG
"""Bytes before the first chunk."""


class KeyGone(Exception):
    """There is no such key: it was never made, or it was destroyed."""


class Tampered(Exception):
    """The ciphertext is not what was written under this key: truncated, changed, or somebody else's."""


class KeyStore:
    """A folder with one file per key, wrapped by the master key. `owner` is the id of the row that the files are of."""

    def __init__(self, folder: Path, master_key: bytes):
        self._folder, self._master_key, self._master = folder, master_key, AESGCM(master_key)

    def get(self, owner: uuid.UUID) -> bytes:
        """The key under this id (32 bytes). Raises KeyGone when there is none."""
        try:
            wrapped = self._path(owner).read_bytes()
        except FileNotFoundError as error:
            raise KeyGone(str(owner)) from error
        return _unseal(self._master, wrapped, owner.bytes)

    def get_or_create(self, owner: uuid.UUID) -> bytes:
        """The key under this id (32 bytes), made and safely on disk when there was none."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return self.get(owner)
        except KeyGone:
            fresh = self._folder / f"{uuid.uuid4().hex}.new"
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(_seal(self._master, os.urandom(_KEY), owner.bytes))
                file.flush()
                os.fsync(file.fileno())
            try:
                # A link, not a rename: of two makers at the same moment one loses and takes the other's key.
                os.link(fresh, self._path(owner))
                _sync(self._folder)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
            return self.get(owner)

    def destroy(self, *owners: uuid.UUID) -> None:
        """Make everything that was encrypted under these keys unreadable, for ever; also after a power cut."""
        for owner in owners:
            self._path(owner).unlink(missing_ok=True)
        if self._folder.exists():
            _sync(self._folder)

    def browser_key(self, person: uuid.UUID) -> bytes:
        """The key (32 bytes) under which this person's browser keeps what it has not sent yet. Never stored."""
        return HKDF(hashes.SHA256(), _KEY, salt=None, info=b"browser " + person.bytes).derive(self._master_key)

    def seal(self, secret: bytes, person: uuid.UUID) -> bytes:
        """A small secret of this person, to be kept in the database, readable only with the master key."""
        return _seal(self._master, secret, b"secret " + person.bytes)

    def unseal(self, sealed: bytes, person: uuid.UUID) -> bytes:
        """The bytes that `seal` was given. Raises Tampered when it was changed, or is somebody else's."""
        return _unseal(self._master, sealed, b"secret " + person.bytes)

    def _path(self, owner: uuid.UUID) -> Path:
        return self._folder / f"{owner}.key"


@cache
def key_store() -> KeyStore:
    """The key store of this process."""
    return KeyStore(config().keys, needed(config().master_key, "VIGNET_MASTER_KEY"))


def encrypt_file(source: Path, target: Path, key: bytes) -> None:
    """Encrypt `source` to `target` under `key` (32 bytes)."""
    data_key = os.urandom(_KEY)
    cipher = AESGCM(data_key)
    with source.open("rb") as plain, target.open("wb") as sealed:
        sealed.write(MAGIC + _seal(AESGCM(key), data_key, MAGIC))
        number, chunk = 0, plain.read(CHUNK)
        while True:
            following = plain.read(CHUNK)
            sealed.write(cipher.encrypt(_nonce(number, last=not following), chunk, None))
            if not following:
                break
            number, chunk = number + 1, following
        sealed.flush()
        os.fsync(sealed.fileno())


def decrypt_file(source: Path, target: Path, key: bytes) -> None:
    """Decrypt `source` to `target`. Raises Tampered, leaving no target, unless the file is whole and under this key."""
    try:
        _decrypt(source, target, key)
    except Tampered:
        target.unlink(missing_ok=True)
        raise


def _decrypt(source: Path, target: Path, key: bytes) -> None:
    with source.open("rb") as sealed, target.open("wb") as plain:
        cipher = _cipher_of(sealed.read(HEAD), key)
        number, chunk = 0, sealed.read(CHUNK + _TAG)
        while True:
            following = sealed.read(CHUNK + _TAG)
            try:
                plain.write(cipher.decrypt(_nonce(number, last=not following), chunk, None))
            except InvalidTag as error:
                raise Tampered(f"{source.name}, chunk {number}") from error
            if not following:
                break
            number, chunk = number + 1, following


def sealed_size(size: int) -> int:
    """How many bytes a file of `size` bytes takes when it is sealed."""
    return HEAD + size + _TAG * max(1, -(-size // CHUNK))


def span(first: int, last: int) -> tuple[int, int]:
    """Which bytes of the sealed file hold bytes `first` to `last` of the plain one: whole chunks, ends included."""
    sealed = CHUNK + _TAG
    return HEAD + first // CHUNK * sealed, HEAD + (last // CHUNK + 1) * sealed - 1


def decrypt_part(head: bytes, blocks: Iterable[bytes], key: bytes, first: int, last: int, size: int) -> Iterator[bytes]:
    """Bytes `first` to `last` of a plain file of `size` bytes, from its HEAD and the blocks of its `span`.

    Raises Tampered as soon as a chunk is not the one that was written at this place.
    """
    cipher, number, held = _cipher_of(head, key), first // CHUNK, bytearray()
    final = max(0, size - 1) // CHUNK
    for block in chain(blocks, (b"",)):
        held += block
        while len(held) >= CHUNK + _TAG or (held and not block):
            try:
                plain = cipher.decrypt(_nonce(number, last=number == final), bytes(held[: CHUNK + _TAG]), None)
            except InvalidTag as error:
                raise Tampered(f"chunk {number}") from error
            yield plain[max(0, first - number * CHUNK) : last + 1 - number * CHUNK]
            del held[: CHUNK + _TAG]
            number += 1
    if number <= last // CHUNK:
        raise Tampered(f"chunk {number} is missing")


def _cipher_of(head: bytes, key: bytes) -> AESGCM:
    """The cipher of a file's data key. Raises Tampered when it is not wrapped by this key."""
    if len(head) != HEAD or not head.startswith(MAGIC):
        raise Tampered("the head of a file")
    return AESGCM(_unseal(AESGCM(key), head[len(MAGIC) :], MAGIC))


def _sync(folder: Path) -> None:
    """Have the names in `folder` on disk, too: a key that a power cut takes away makes what it encrypted unreadable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">7xIB", number, last)


def _seal(cipher: AESGCM, secret: bytes, context: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, secret, context)


def _unseal(cipher: AESGCM, sealed: bytes, context: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
    except (InvalidTag, ValueError) as error:
        raise Tampered("a wrapped key") from error
