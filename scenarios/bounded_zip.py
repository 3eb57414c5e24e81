"""ZIP files of strangers: only so many files, and only so many bytes of all that is read of them together."""

import zipfile
import zlib
from io import BytesIO


class ZipError(ValueError):
    """It is no ZIP file that is read here, or this file of it is not."""


class BoundedZip:
    """The `files` of a ZIP file in its own order, without folders, and their bytes."""

    def __init__(self, data: bytes, most_files: int, most_bytes: int):
        """`most_bytes` is of everything that is ever read of it. Raises ZipError."""
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
            self.files = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise ZipError("no ZIP file") from error
        if len(self.files) > most_files:
            raise ZipError("too many files")
        self._left = most_bytes

    def read(self, file: zipfile.ZipInfo) -> bytes:
        """The bytes of one of its files. Raises ZipError when it cannot be read, or when all together are too many."""
        try:
            with self._zip.open(file) as opened:
                data = opened.read(self._left + 1)
        except (KeyError, RuntimeError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError, zlib.error) as e:
            raise ZipError(f"{file.filename!r} cannot be read") from e
        self._left -= len(data)
        if self._left < 0:
            raise ZipError("too large")
        return data
