"""What lies sealed in the object store, in clear."""

import tempfile
import uuid
from pathlib import Path

from storage.base.keys import decrypt_file, encrypt_file, key_store
from storage.base.objects import Stored, object_store


def opened(key: str, owner: uuid.UUID) -> bytes:
    """The plain content of the object under `key`, which is encrypted under the key of `owner`."""
    with tempfile.TemporaryDirectory() as folder:
        sealed, plain = Path(folder, "sealed"), Path(folder, "plain")
        object_store().get_file(key, sealed)
        decrypt_file(sealed, plain, key_store().get(owner))
        return plain.read_bytes()


def put(key: str, path: Path, owner: uuid.UUID) -> Stored:
    """Put this file under `key`, encrypted under the key of `owner`."""
    with tempfile.TemporaryDirectory() as folder:
        sealed = Path(folder, "sealed")
        encrypt_file(path, sealed, key_store().get_or_create(owner))
        return object_store().put_file(key, sealed)
