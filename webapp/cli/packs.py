"""`flask scenarios`: packs of scenarios with their clips, which a media worker judges."""

import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from storage.base.database import session_scope
from storage.base.jobs import Job, JobState, Queue, enqueue
from storage.schemes import Pack, Scheme
from webapp.cli.store import prepared_store

scenarios = AppGroup("scenarios", help="Packs of scenarios with their clips.")

INCOMING = "incoming"
NOBODY_S = 15
"""How long to wait before saying that no worker took the job."""


@scenarios.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_pack(folder: Path) -> None:
    """Take the scenarios and clips in FOLDER into use, or print all that is wrong with them and change nothing."""
    import_folder(folder, dry_run=False)


@scenarios.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def check_pack(folder: Path) -> None:
    """Prove that the scenarios and clips in FOLDER could be taken into use. Changes nothing."""
    import_folder(folder, dry_run=True)


@scenarios.command("list")
def list_packs() -> None:
    """Every pack: exam, number, since when, how many clips, and its SHA-256."""
    with session_scope(writes=False) as session:
        rows = session.scalars(select(Pack).join(Scheme).order_by(Scheme.key, Pack.created_at)).all()
        for row in rows:
            clips = f"{len(row.clips)} filmpjes"
            click.echo(
                f"{row.scheme.key:<24} {row.number:>3}  {row.created_at:%Y-%m-%d}  {clips:<12} {row.sha256[:12]}"
            )
    if not rows:
        click.echo("Er zijn nog geen pakketten. Neem er een in gebruik met `scenarios import`.")


def import_folder(folder: Path, dry_run: bool) -> None:
    """Bring the folder to the object store, let a media worker look at it, and say what it found."""
    clips = sorted(path for path in (folder / "clips").glob("*") if path.is_file())
    files = [folder / "scenarios.toml", *clips]
    if not files[0].exists():
        raise click.ClickException(f"{files[0]} ontbreekt.")
    now, import_id, store = datetime.now(UTC), uuid.uuid4(), prepared_store()
    kind = "check_pack" if dry_run else "import_pack"
    try:
        for file in files:
            store.put_file(f"{INCOMING}/{import_id}/{file.name}", file)
        with session_scope() as session:
            enqueue(session, Queue.MEDIA, kind, import_id, now)
        job = _wait_for(kind, import_id)
    finally:
        for key in store.keys(f"{INCOMING}/{import_id}/"):
            store.delete(key)
    problems = job.result.get("problems", [])
    for problem in problems:
        click.echo(f"- {problem}", err=True)
    if job.state is JobState.DEAD or problems:
        raise click.ClickException(job.error or f"{len(problems)} problemen; er is niets veranderd.")
    click.echo(f"{folder.name}: {job.result.get('clips', 0)} clips in orde.")


def _wait_for(kind: str, subject: uuid.UUID) -> Job:
    """The job of this kind on this subject, once it has ended. Shows how far it is."""
    shown, told_at = -1, time.monotonic() + NOBODY_S
    while True:
        with session_scope(writes=False) as session:
            job = session.scalars(select(Job).where(Job.kind == kind, Job.subject == subject)).one()
        if job.state in (JobState.DONE, JobState.DEAD):
            return job
        if job.progress != shown and sys.stderr.isatty():
            click.echo(f"\r{job.progress} %", nl=False, err=True)
            shown = job.progress
        if job.state is JobState.WAITING and time.monotonic() > told_at:
            click.echo("Er is nog geen mediaworker die dit oppakt; ik wacht.", err=True)
            told_at = float("inf")
        time.sleep(0.3)
