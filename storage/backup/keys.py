"""The keys of candidates in a backup: a mirror, in a place of its own, and never as it was on an earlier day.

A key that comes back opens again what was to be gone. So the mirror follows what was destroyed (`<id>.gone` beside the
keys), and a restore never brings back a key that either side knows as destroyed. What is only absent is no sign: a
folder that was lost, or that a wrong setting names, empties no mirror.
"""

from dataclasses import dataclass, field
from pathlib import Path

from storage.backup.folder import BackupError, sync, write_whole
from storage.base.keys import GONE_FILE, KEY_FILE


@dataclass
class Mirrored:
    """Names of keys: those that were copied, and removed since they were destroyed; how many there are now.

    `lost` are in the mirror, are not in the folder, and were never destroyed there.
    """

    copied: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    there: int = 0


def mirror(keys: Path, target: Path) -> Mirrored:
    """Bring the mirror in `target` to what the folder of the keys holds; what was lost there stays in the mirror."""
    _apart(keys, target)
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = Mirrored()
    gone = _names(keys, GONE_FILE)
    for name in sorted(gone - _names(target, GONE_FILE)):
        write_whole(target / f"{name}{GONE_FILE}", [])
    there = _names(keys, KEY_FILE)
    for name in sorted(there):
        if _copy(keys / f"{name}{KEY_FILE}", target / f"{name}{KEY_FILE}"):
            done.copied.append(name)
    for name in sorted(_names(target, KEY_FILE) - there):
        # Asked anew: it may have been destroyed since the marks were read.
        if (keys / f"{name}{GONE_FILE}").exists():
            (target / f"{name}{KEY_FILE}").unlink()
            done.removed.append(name)
        else:
            done.lost.append(name)
    sync(target)
    done.there = len(_names(target, KEY_FILE))
    return done


def restore(target: Path, keys: Path) -> Mirrored:
    """Bring back the keys that the folder lacks, from the mirror in `target`; `removed` are those that stay gone."""
    if not target.is_dir():
        raise BackupError(f"{target}: there is no mirror of the keys")
    _apart(keys, target)
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = Mirrored()
    # Whoever is marked here was destroyed after the mirror was made; marked in the mirror and there, it was made anew.
    gone = _names(keys, GONE_FILE)
    for name in sorted(_names(target, GONE_FILE) - gone):
        if not (keys / f"{name}{KEY_FILE}").exists():
            write_whole(keys / f"{name}{GONE_FILE}", [])
    for name in sorted(_names(target, KEY_FILE) - _names(keys, KEY_FILE)):
        if name in gone:
            done.removed.append(name)
        elif _copy(target / f"{name}{KEY_FILE}", keys / f"{name}{KEY_FILE}"):
            done.copied.append(name)
    done.there = len(_names(keys, KEY_FILE))
    return done


def _copy(source: Path, target: Path) -> bool:
    try:
        wrapped = source.read_bytes()
    except FileNotFoundError:  # destroyed at this moment
        return False
    if target.exists() and target.read_bytes() == wrapped:
        return False
    write_whole(target, [wrapped])
    return True


def _names(folder: Path, ending: str) -> set[str]:
    return {path.stem for path in folder.glob(f"*{ending}")}


def _apart(keys: Path, target: Path) -> None:
    if keys.resolve() == target.resolve():
        raise BackupError(f"{target}: the mirror of the keys needs a place of its own")
