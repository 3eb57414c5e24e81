"""Where a media task works: a folder of its own, its progress, and the way of what it made to the object store."""

import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.base.config import config
from storage.base.jobs import Claimed
from storage.base.objects import ObjectStore, Stored

TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".json": "application/json", ".vtt": "text/vtt"}
_LEFT_BEHIND_S = 24 * 3600


@contextmanager
def folder_for(subject: uuid.UUID) -> Iterator[Path]:
    """A folder for the work on one subject. What killed workers left behind is removed first: it is in clear."""
    work = config().data / "work"
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in work.iterdir():
        if old.name.startswith(str(subject)) or time.time() - old.stat().st_mtime > _LEFT_BEHIND_S:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{subject}-", dir=work, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def share_of(job: Claimed, begin: float, end: float) -> Callable[[float], None]:
    """Reports a share, 0 to 1, as progress between `begin` and `end`, at most once per percent."""
    shown = begin

    def report(share: float) -> None:
        nonlocal shown
        if (now := begin + (end - begin) * share) >= shown + 1:
            shown = now
            job.report(now)

    return report


def put_file(store: ObjectStore, key: str, path: Path) -> tuple[Stored, str]:
    content_type = TYPES[path.suffix]
    return store.put_file(key, path, content_type), content_type
