"""The command line of recordings: whether what is stored is still what was received, of one or of all."""

import json
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from storage.base.database import session_scope
from storage.base.objects import ObjectError
from storage.exam.recordings import Recording
from storage.verifying import Report, State, Verified, look, of_original, to_verify, verify_all
from webapp.cli.progress import Progress
from webapp.cli.store import prepared_store

recordings = AppGroup("recordings", help="What was recorded.")


@recordings.command("verify", with_appcontext=False)
@click.argument("recording_id", type=click.UUID, required=False)
@click.option("--receipt", help="A SHA-256 on the candidate's receipt, to compare with.")
@click.option("--all", "every", is_flag=True, help="Every recording, with its films.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Where --all writes what it found.")
def verify(recording_id: uuid.UUID | None, receipt: str | None, every: bool, report: Path | None) -> None:
    """Proves every stored original of a recording against its receipt: fetch, decrypt, hash.

    Answers JSON: for the whole and for each original good, truncated, changed, missing or key_gone, and every receipt
    that was given, oldest first. Exit code 1 when anything is not good, or when --receipt is none of them.

    \b
        {
          "id": "6f0c2a51-7d0e-4b5e-9b43-0f6a1f1d3c77",
          "state": "changed",
          "receipt": "0d6be69b264717f2dd33652e212b173104b4a647b7c11ae72e9885f11cd312fb",
          "receipts": [
            {"at": "2026-03-02T09:01:32+00:00",
             "sha256": "0d6be69b264717f2dd33652e212b173104b4a647b7c11ae72e9885f11cd312fb"}
          ],
          "originals": {"closing": "good", "slices-0-59": "changed", "whip-1": "good"}
        }

    With --all every recording is looked at that is kept, and its films too. What is not good is printed, a line of JSON
    for each recording; --report keeps a line for every one, and with the same file a run that was stopped goes on.
    """
    if every == (recording_id is not None) or (every and receipt) or (report and not every):
        raise click.UsageError("Name one recording (and --receipt), or say --all (and --report).")
    if recording_id is None:
        verify_every(report)
    else:
        verify_one(recording_id, receipt)


def verify_one(recording_id: uuid.UUID, receipt: str | None) -> None:
    """Print what is stored of one recording."""
    with session_scope(writes=False) as session:
        recording = session.get(Recording, recording_id)
        if recording is None:
            raise click.ClickException(f"Er is geen opname {recording_id}.")
        receipts = recording.receipts
        originals = {original.name: of_original(original) for original in recording.originals}
    if not originals:
        raise click.ClickException("Van deze opname is nog geen origineel ontvangen.")
    found = Verified(recording_id, 0, {name: look(file) for name, file in originals.items()})
    given = [{"at": one.at.isoformat(), "sha256": one.sha256} for one in receipts]
    same = receipt is None or receipt.strip().lower() in {one.sha256 for one in receipts}
    told = {"id": str(recording_id), "state": found.state, "receipt": receipts[-1].sha256, "receipts": given}
    click.echo(json.dumps({**told, "originals": found.originals}, indent=2))
    if not same:
        raise click.ClickException("Dit is niet het controlegetal van deze opname.")
    if found.state is not State.GOOD:
        raise click.ClickException("Wat er is opgeslagen, is niet meer wat er is ontvangen.")


def verify_every(path: Path | None) -> None:
    """Look at every recording; print what is not good, and on the terminal how far it is."""
    prepared_store()
    with session_scope(writes=False) as session:
        sizes = to_verify(session)
    with TemporaryDirectory() as folder:
        try:
            report = Report(path or Path(folder, "report"))
        except ValueError as error:
            raise click.ClickException(f"{error}: name another file.") from error
        progress = Progress(len(sizes), sum(sizes.values()), time.monotonic)
        for recording_id in report.states.keys() & sizes.keys():
            progress.skip(sizes[recording_id])
        try:
            for recording_id, found in verify_all(report, sizes):
                if found and found.state is not State.GOOD:
                    click.echo(json.dumps(found.line()))
                progress.step(sizes[recording_id])
        except ObjectError as error:
            again = f" The same command with --report {path} goes on from here." if path else ""
            raise click.ClickException(f"{error}.{again}") from error
        finally:
            progress.end()
        states = list(report.states.values())
    told = ", ".join(f"{states.count(state)} {state}" for state in State if state in states)
    click.echo(f"{len(states)} recordings: {told or 'nothing stored'}.")
    if bad := sum(state not in (None, State.GOOD) for state in states):
        raise click.ClickException(f"{bad} of them are not as they were received or made.")


def _print(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


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
