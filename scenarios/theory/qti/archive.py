"""A content package as a ZIP file of a stranger: bounded, no path that leads out, no name twice."""

import posixpath
import stat
from urllib.parse import unquote, urlsplit

from scenarios.bounded_zip import BoundedZip, ZipError

MOST_FILES = 5000
MOST_UNPACKED = 200_000_000
"""Bytes of all that is read of one archive."""


class Outside(ValueError):
    """An address that leads out of the archive."""


class Archive:
    """The files of a ZIP file by their path; folders are left out."""

    def __init__(self, data: bytes):
        """Raises ZipError."""
        self._zip = BoundedZip(data, MOST_FILES, MOST_UNPACKED)
        files = self._zip.files
        self._entries = {entry.filename: entry for entry in files}
        # Of two files with one name every reader takes another one; some disks know no capitals.
        if len({name.casefold() for name in self._entries}) < len(files):
            raise ZipError("a name twice")
        for entry in files:
            if not _plain(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16):
                raise ZipError(f"{entry.filename!r} leads elsewhere")

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def read(self, path: str) -> bytes:
        """The bytes of this file. Raises ZipError when there is none, and as `BoundedZip.read` does."""
        if path not in self._entries:
            raise ZipError(f"{path!r} is not there")
        return self._zip.read(self._entries[path])

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
