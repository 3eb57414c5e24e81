"""ZIP files of strangers: bounded in number and size, no path that leads out, no name twice."""

import posixpath
import stat
import zipfile
import zlib
from io import BytesIO
from urllib.parse import unquote, urlsplit

MOST_FILES = 5000
MOST_UNPACKED = 200_000_000
"""Bytes of all that is read of one archive."""


class ArchiveError(ValueError):
    """It is no ZIP file that is read here."""


class Outside(ValueError):
    """An address that leads out of the archive."""


class Archive:
    """The files of a ZIP file by their path; folders are left out."""

    def __init__(self, data: bytes):
        """Raises ArchiveError."""
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
            files = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise ArchiveError("no ZIP file") from error
        if len(files) > MOST_FILES:
            raise ArchiveError("too many files")
        self._entries = {entry.filename: entry for entry in files}
        # Of two files with one name every reader takes another one; some disks know no capitals.
        if len({name.casefold() for name in self._entries}) < len(files):
            raise ArchiveError("a name twice")
        for entry in files:
            if not _plain(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16):
                raise ArchiveError(f"{entry.filename!r} leads elsewhere")
        self._left = MOST_UNPACKED

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def read(self, path: str) -> bytes:
        """The bytes of this file. Raises ArchiveError when it cannot be read, or when all together are too many."""
        try:
            with self._zip.open(self._entries[path]) as file:
                data = file.read(self._left + 1)
        except (KeyError, RuntimeError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError, zlib.error) as e:
            raise ArchiveError(f"{path!r} cannot be read") from e
        self._left -= len(data)
        if self._left < 0:
            raise ArchiveError("too large")
        return data

    def find(self, href: str, folder: str = "") -> str | None:
        """The path to which an address in a file of this folder leads; None when nothing is there.

        A name is looked for as it stands and then without its %-encoding. Raises Outside for an address on the web, or
        one that leaves the archive.
        """
        href = href.strip()
        try:
            parts = urlsplit(href)
        except ValueError:
            raise Outside(href) from None
        if parts.scheme or parts.netloc or href.startswith("/"):
            raise Outside(href)
        for name in dict.fromkeys((href, unquote(href), unquote(parts.path))):
            path = posixpath.normpath(posixpath.join(folder, name))
            if path == ".." or path.startswith(("../", "/")):
                raise Outside(href)
            if path in self._entries:
                return path
        return None


def _plain(name: str) -> bool:
    return name == posixpath.normpath(name) and not name.startswith(("/", "../")) and not set(name) & set("\\\0:")
