"""The command line of backups: make, list, verify and restore."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from storage.backup import making, restoring
from storage.backup.folder import BackupError, Folder
from storage.base.config import Config, config
from storage.base.keys import Tampered
from storage.base.objects import ObjectError
from webapp.cli.progress import Progress
from webapp.cli.store import prepared_store


@click.group("backup")
def backup() -> None:
    """Backups: the database and all objects, and a mirror of the keys (OPERATIONS.md)."""


PLACE = click.Path(file_okay=False, path_type=Path)
keys_option = click.option("--keys", "mirror", type=PLACE, required=True, help="The mirror of the keys, elsewhere.")


class Shown:
    """Shows on the terminal how far a backup is."""

    def __init__(self) -> None:
        self._progress: Progress | None = None

    def total(self, count: int, size: int) -> None:
        self._progress = Progress(count, size, time.monotonic)

    def step(self, size: int) -> None:
        if self._progress:
            self._progress.step(size)

    def end(self) -> None:
        if self._progress:
            self._progress.end()


def told(command: Callable[..., None]) -> Callable[..., None]:
    """What goes wrong is one sentence, and exit code 1."""

    @wraps(command)
    def run(*args: Any, **words: Any) -> None:
        try:
            command(*args, **words)
        except Tampered as error:
            raise click.ClickException(
                f"{error} is not as it was written, or VIGNET_BACKUP_KEY is another one."
            ) from error
        except (BackupError, ObjectError) as error:
            raise click.ClickException(f"{error}.") from error
        except OSError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from error

    return run


@backup.command("make")
@click.argument("folder", type=PLACE)
@keys_option
@click.option("--keep", type=click.IntRange(1), help="Leave so many backups, and remove older ones.")
@told
def make(folder: Path, mirror: Path, keep: int | None) -> None:
    """Make a backup in FOLDER while the system goes on; what the last one holds is not copied again.

    Exit code 1 when something that the database names is not in it. Killed, the next one goes on with what was copied.
    """
    settings, shown = config(), Shown()
    there = _folder(settings, folder)
    prepared_store()
    try:
        manifest, keys = making.make(settings, there, mirror, lambda: datetime.now(UTC), shown)
    finally:
        shown.end()
    click.echo(
        f"{manifest.name}: {len(manifest.objects)} objects, {manifest.size} bytes, {manifest.copied} copied now; "
        f"{keys.there} keys mirrored, {len(keys.copied)} new, {len(keys.removed)} destroyed."
    )
    if manifest.gone:
        click.echo(f"{len(manifest.gone)} objects went while the backup was made: {', '.join(manifest.gone[:5])}")
    faults = [f"{key} is not in the store" for key in manifest.missing]
    faults += [f"{key} is another than was received" for key in manifest.changed]
    faults += [f"the key {name} is lost, and is left in the mirror" for name in keys.lost]
    for fault in faults:
        click.echo(f"- {fault}", err=True)
    if faults:
        raise click.ClickException(f"The backup is made, and {len(faults)} things are wrong with what it is made of.")
    if keep:
        backups, objects = there.prune(keep)
        click.echo(f"{backups} older backups and {objects} objects removed.")


@backup.command("list")
@click.argument("folder", type=PLACE)
@told
def list_backups(folder: Path) -> None:
    """Every backup in FOLDER, oldest first: name, version, objects, bytes, and whether all was in it."""
    there = _folder(config(), folder)
    for name in there.names():
        one = there.manifest(name)
        state = "good" if one.good else f"{len(one.missing) + len(one.changed)} faults"
        click.echo(f"{name}  {one.version:<10} {one.kind:<10} {len(one.objects):>8} {one.size:>15}  {state}")
    if not there.names():
        click.echo("There are no backups yet. Make one with `backup make`.")


@backup.command("verify")
@click.argument("folder", type=PLACE)
@click.option("--name", help="Which backup; the newest, where none is named.")
@told
def verify(folder: Path, name: str | None) -> None:
    """Read a backup whole and compare it with its hashes. Exit code 1 when something of it cannot be restored."""
    there, shown = _folder(config(), folder), Shown()
    name, faults = name or _newest(there), 0
    try:
        for fault in restoring.faults_of(there, name, shown):
            faults += 1
            click.echo(f"- {fault}")
    finally:
        shown.end()
    if faults:
        raise click.ClickException(f"{faults} faults in backup {name}.")
    click.echo(f"{name}: good.")


@click.command("restore")
@click.argument("folder", type=PLACE)
@keys_option
@click.option("--name", help="Which backup; the newest, where none is named.")
@told
def restore(folder: Path, mirror: Path, name: str | None) -> None:
    """Restore a backup from FOLDER into the empty database, the store and the folder of keys of this installation.

    Killed, the same command begins again with what is there. Keys that were destroyed stay destroyed.
    """
    settings, shown = config(), Shown()
    there = _folder(settings, folder)
    prepared_store()
    name = name or _newest(there)
    try:
        done = restoring.restore(settings, there, name, mirror, datetime.now(UTC), shown)
    finally:
        shown.end()
    click.echo(
        f"{name}: {done.put} objects put, {done.there} were there; {len(done.keys.copied)} keys brought back, "
        f"{len(done.keys.removed)} stay destroyed."
    )
    if done.recordings:
        click.echo(f"{len(done.recordings)} recordings were destroyed after this backup, and cannot be read:")
        click.echo("\n".join(f"- {one}" for one in done.recordings))
    if done.dossiers:
        click.echo(
            f"{len(done.dossiers)} motivation files were destroyed after this backup; their text is back. Erase it:"
        )
        click.echo("\n".join(f"- {one}" for one in done.dossiers))
    if done.closed:
        raise click.ClickException(
            f"{len(done.closed)} keys do not open with this VIGNET_MASTER_KEY: set the right one."
        )


def _folder(settings: Config, path: Path) -> Folder:
    if settings.backup_key is None:
        raise click.ClickException(
            "VIGNET_BACKUP_KEY: base64 of 32 random bytes is needed, kept apart from the backups."
        )
    return Folder(path, settings.backup_key)


def _newest(folder: Folder) -> str:
    names = folder.names()
    if not names:
        raise click.ClickException(f"There is no backup in {folder.path}.")
    return names[-1]
