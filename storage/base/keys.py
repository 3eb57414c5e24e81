"""The key store: what candidates record and hand in is encrypted under keys that can be destroyed.

Envelope encryption: every file has a random data key, wrapped by a key of the key store, which is wrapped by the master
key (VIGNET_MASTER_KEY). What is erased together has one key together, under the id of its row: a recording with all its
originals and renditions, a motivation file with its role documents. (Files of before had the key of their candidate.)
The keys live in a store of their own (VIGNET_KEYS), outside the backups of rows and objects, so that destroying one
makes every copy of what is under it unreadable.

Each key that is destroyed leaves a mark behind (`<id>.gone`), so that whoever mirrors the folder can tell what was
destroyed from what was lost. While one master key takes the place of another (VIGNET_MASTER_KEY_OTHER), both open.

A file is `VGN1`, the wrapped data key (nonce 12, key and tag 48 bytes), then chunks of 64 KiB, each sealed by
AES-256-GCM with its number and whether it is the last one in the nonce (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár 2015), so that chunks cannot be left out, swapped or cut off unnoticed.
"""

import fcntl
import os
import struct
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
KEY_FILE, GONE_FILE = ".key", ".gone"
"""How the file of a key ends, and the mark of one that was destroyed."""
BROWSERS = uuid.UUID(int=0)
"""The id of the key of which those of browsers are made."""


class KeyGone(Exception):
    """There is no such key: it was never made, or it was destroyed."""


class Tampered(Exception):
    """The ciphertext is not what was written under this key: truncated, changed, or somebody else's."""


class KeyStore:
    """A folder with one file per key, wrapped by the master key. `owner` is the id of the row that the files are of."""

    def __init__(self, folder: Path, master_key: bytes, other: bytes | None = None):
        """`other`: a master key that opens too, while one takes the place of another. It wraps nothing."""
        self._folder, self._master_key, self._master = folder, master_key, AESGCM(master_key)
        self._other = AESGCM(other) if other else None

    def get(self, owner: uuid.UUID) -> bytes:
        """The key under this id (32 bytes). Raises KeyGone when there is none."""
        return self._open(self._wrapped(owner), owner.bytes)

    def get_or_create(self, owner: uuid.UUID) -> bytes:
        """The key under this id (32 bytes), made and safely on disk when there was none."""
        return self._get_or_create(owner, os.urandom(_KEY))

    def _get_or_create(self, owner: uuid.UUID, key: bytes) -> bytes:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return self.get(owner)
        except KeyGone:
            fresh = self._fresh(owner, key)
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
        if not owners:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            # The marks first, and of a key that is not there too: a mirror that sees no mark takes it for lost.
            for owner in owners:
                self._path(owner).with_suffix(GONE_FILE).touch(mode=0o600)
            _sync(self._folder)
            for owner in owners:
                self._path(owner).unlink(missing_ok=True)
            _sync(self._folder)

    def destroyed(self) -> set[uuid.UUID]:
        """The ids of all keys that were destroyed, and not made anew."""
        gone = {uuid.UUID(path.stem) for path in self._folder.glob(f"*{GONE_FILE}")}
        return gone - set(self.owners())

    def owners(self) -> list[uuid.UUID]:
        """The ids of all keys that there are."""
        return sorted(uuid.UUID(path.stem) for path in self._folder.glob(f"*{KEY_FILE}"))

    def rewrap(self, owner: uuid.UUID) -> bool:
        """Wrap this key by the master key, where the other one wraps it still; True when it was changed.

        Raises KeyGone when there is none, Tampered when neither opens it.
        """
        with self._alone():
            wrapped = self._wrapped(owner)
            if self._is_new(wrapped, owner.bytes):
                return False
            self._replace(owner, self._open(wrapped, owner.bytes))
            return True

    def browser_key(self, person: uuid.UUID) -> bytes:
        """The key (32 bytes) under which this person's browser keeps what it has not sent yet. Never stored."""
        try:
            root = self.get(BROWSERS)
        except KeyGone:
            # Before these were made of a key of the store they were made of the master key, and browsers hold such
            # things.
            first = self._master_key if self.owners() else os.urandom(_KEY)
            root = self._get_or_create(BROWSERS, first)
        return HKDF(hashes.SHA256(), _KEY, salt=None, info=b"browser " + person.bytes).derive(root)

    def renew_browser_keys(self) -> None:
        """From now on every person has another key for the browser: what one kept under the old one is lost."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            self._replace(BROWSERS, os.urandom(_KEY))

    def seal(self, secret: bytes, person: uuid.UUID) -> bytes:
        """A small secret of this person, to be kept in the database, readable only with the master key."""
        return _seal(self._master, secret, b"secret " + person.bytes)

    def unseal(self, sealed: bytes, person: uuid.UUID) -> bytes:
        """The bytes that `seal` was given. Raises Tampered when it was changed, or is somebody else's."""
        return self._open(sealed, b"secret " + person.bytes)

    def reseal(self, sealed: bytes, person: uuid.UUID) -> bytes | None:
        """The same secret sealed by the master key, where the other one sealed it; None where this one did."""
        if self._is_new(sealed, b"secret " + person.bytes):
            return None
        return self.seal(self.unseal(sealed, person), person)

    def _path(self, owner: uuid.UUID) -> Path:
        return self._folder / f"{owner}{KEY_FILE}"

    def _wrapped(self, owner: uuid.UUID) -> bytes:
        try:
            return self._path(owner).read_bytes()
        except FileNotFoundError as error:
            raise KeyGone(str(owner)) from error

    def _open(self, sealed: bytes, context: bytes) -> bytes:
        try:
            return _unseal(self._master, sealed, context)
        except Tampered:
            if self._other is None:
                raise
            return _unseal(self._other, sealed, context)

    def _is_new(self, sealed: bytes, context: bytes) -> bool:
        try:
            _unseal(self._master, sealed, context)
        except Tampered:
            return False
        return True

    def _fresh(self, owner: uuid.UUID, key: bytes) -> Path:
        """A file beside the keys that holds this one, safely on disk."""
        fresh = self._folder / f"{uuid.uuid4().hex}.new"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_seal(self._master, key, owner.bytes))
            file.flush()
            os.fsync(file.fileno())
        return fresh

    def _replace(self, owner: uuid.UUID, key: bytes) -> None:
        self._fresh(owner, key).replace(self._path(owner))
        _sync(self._folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else destroys or replaces a key meanwhile: one that is being destroyed would come back."""
        with open(os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@cache
def key_store() -> KeyStore:
    """The key store of this process."""
    settings = config()
    return KeyStore(settings.keys, needed(settings.master_key, "VIGNET_MASTER_KEY"), settings.other_master_key)


def encrypt_blocks(blocks: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """These blocks, of any size, as a file that is encrypted under `key` (32 bytes)."""
    data_key = os.urandom(_KEY)
    cipher = AESGCM(data_key)
    yield MAGIC + _seal(AESGCM(key), data_key, MAGIC)
    number, held = 0, bytearray()
    for block in blocks:
        held += block
        # One chunk is held back, since the last one says that it is.
        while len(held) > CHUNK:
            yield cipher.encrypt(_nonce(number, last=False), bytes(held[:CHUNK]), None)
            del held[:CHUNK]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(held), None)


def decrypt_blocks(blocks: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """The plain content of a file that comes in blocks of any size.

    Raises Tampered as soon as a chunk is not what was written under this key; whoever stops before the end has no
    proof that nothing was cut off.
    """
    held, cipher, number = bytearray(), None, 0
    for block in blocks:
        held += block
        if cipher is None and len(held) >= HEAD:
            cipher = _cipher_of(bytes(held[:HEAD]), key)
            del held[:HEAD]
        while cipher is not None and len(held) > CHUNK + _TAG:
            yield _opened(cipher, bytes(held[: CHUNK + _TAG]), number, last=False)
            del held[: CHUNK + _TAG]
            number += 1
    if cipher is None:
        raise Tampered("the head of a file")
    yield _opened(cipher, bytes(held), number, last=True)


def _opened(cipher: AESGCM, chunk: bytes, number: int, last: bool) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last), chunk, None)
    except InvalidTag as error:
        raise Tampered(f"chunk {number}") from error


def blocks_of(path: Path) -> Iterator[bytes]:
    """What a file holds."""
    with path.open("rb") as file:
        while block := file.read(16 * CHUNK):
            yield block


def encrypt_file(source: Path, target: Path, key: bytes) -> None:
    """Encrypt `source` to `target` under `key` (32 bytes)."""
    with target.open("wb") as sealed:
        sealed.writelines(encrypt_blocks(blocks_of(source), key))
        sealed.flush()
        os.fsync(sealed.fileno())


def decrypt_file(source: Path, target: Path, key: bytes) -> None:
    """Decrypt `source` to `target`. Raises Tampered, leaving no target, unless the file is whole and under this key."""
    try:
        with target.open("wb") as plain:
            plain.writelines(decrypt_blocks(blocks_of(source), key))
    except Tampered:
        target.unlink(missing_ok=True)
        raise


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
