"""The command line: `flask --app webapp COMMAND`. Answers are JSON where a program may read them."""

import json
import sys
import time
import uuid
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.base.config import config
from storage.base.database import session_scope
from storage.base.jobs import Job, JobState, Queue, enqueue
from storage.base.version import VERSION
from storage.exam.recordings import Recording
from storage.schemes import Pack, Scheme
from webapp.cli.audit import audit_log
from webapp.cli.backing_up import backup, restore
from webapp.cli.badges import badge_keys
from webapp.cli.checking import check
from webapp.cli.judging import agreement_of, allocation, verdict
from webapp.cli.people import invite, mails, reset_second_factor
from webapp.cli.recorders import recorders
from webapp.cli.recordings import verify
from webapp.cli.rotation import rotate_master_key
from webapp.cli.schemes import schemes
from webapp.cli.setup import setup
from webapp.cli.simulation import simulate_panel
from webapp.cli.store import prepared_store
from webapp.cli.trying import try_rule

scenarios = AppGroup("scenarios", help="Packs of scenarios with their clips.")
recordings = AppGroup("recordings", help="What was recorded.")

INCOMING = "incoming"
NOBODY_S = 15
"""How long to wait before saying that no worker took the job."""


def register(app: Flask) -> None:
    """Give the app its commands."""
    for command in (upgrade, scenarios, recordings, audit_log, verdict, allocation, agreement_of):
        app.cli.add_command(command)
    for command in (backup, restore, rotate_master_key):
        app.cli.add_command(command)
    for command in (
        setup,
        schemes,
        invite,
        reset_second_factor,
        mails,
        recorders,
        badge_keys,
        check,
        version,
        simulate_panel,
        try_rule,
    ):
        app.cli.add_command(command)
    # The demo stands beside the packages, and not in an image for production.
    if find_spec("demo"):
        for command in import_module("demo.commands").COMMANDS:
            app.cli.add_command(command)


def _now() -> datetime:
    return datetime.now(UTC)


def _print(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


@click.command("version")
def version() -> None:
    """Say which version of Vignet this is."""
    click.echo(VERSION)


@click.command("upgrade")
def upgrade() -> None:
    """Bring the database to the newest form."""
    # Here, since no other command needs Alembic.
    from storage.base import migrate

    try:
        migrate.upgrade(config().database_url)
    except migrate.NewerDatabaseError as error:
        raise click.ClickException(str(error)) from error


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
    now, import_id, store = _now(), uuid.uuid4(), prepared_store()
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


@recordings.command("show")
@click.argument("recording_id", type=click.UUID)
def show(recording_id: uuid.UUID) -> None:
    """State, sources, seconds, frames, hashes and object keys of a recording, as JSON."""
    with session_scope(writes=False) as session:
        recording = _recording(session, recording_id)
        _print(
            {
                "id": recording.id,
                "state": recording.state,
                "take": recording.take,
                "scenario": recording.answer.number,
                "answer": recording.answer.code,
                "created_at": recording.created_at,
                "closed_at": recording.closed_at,
                "captured_at": recording.captured_at,
                "stored_at": recording.stored_at,
                "seconds": recording.seconds,
                "sha256": recording.sha256,
                "figures": recording.figures,
                "faults": recording.faults,
                "sources": [_columns(original) for original in recording.originals],
                "renditions": [_columns(rendition) for rendition in recording.renditions],
            }
        )


def _columns(row: Any) -> dict[str, Any]:
    return {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in ("id", "recording_id")}


def _recording(session: Session, recording_id: uuid.UUID) -> Recording:
    recording = session.get(Recording, recording_id)
    if recording is None:
        raise click.ClickException(f"Er is geen opname {recording_id}.")
    return recording


recordings.add_command(verify)
