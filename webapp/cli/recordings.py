"""The command line of originals: whether what is stored is still what was received."""

import json
import tempfile
import uuid
from enum import StrEnum
from pathlib import Path

import click

from storage.base.database import session_scope
from storage.base.keys import KeyGone, Tampered, decrypt_file, key_store
from storage.base.objects import ObjectError, object_store, sha256_of
from storage.exam.recordings import Original, Recording


class State(StrEnum):
    """The state of an original since it was received, best first."""

    GOOD = "good"
    TRUNCATED = "truncated"
    CHANGED = "changed"
    MISSING = "missing"
    KEY_GONE = "key_gone"


@click.command("verify")
@click.argument("recording_id", type=click.UUID)
@click.option("--receipt", help="A SHA-256 on the candidate's receipt, to compare with.")
def verify(recording_id: uuid.UUID, receipt: str | None) -> None:
    """Prove every stored original of a recording against its receipt: fetch, decrypt, hash.

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
    """
    with session_scope(writes=False) as session:
        recording = session.get(Recording, recording_id)
        if recording is None:
            raise click.ClickException(f"Er is geen opname {recording_id}.")
        originals, receipts = list(recording.originals), recording.receipts
        owners = {original.id: original.key_owner for original in originals}
    if not originals:
        raise click.ClickException("Van deze opname is nog geen origineel ontvangen.")
    states = {original.name: look(original, owners[original.id]) for original in originals}
    worst = max(states.values(), key=list(State).index)
    given = [{"at": one.at.isoformat(), "sha256": one.sha256} for one in receipts]
    same = receipt is None or receipt.strip().lower() in {one.sha256 for one in receipts}
    told = {"id": str(recording_id), "state": worst, "receipt": receipts[-1].sha256, "receipts": given}
    click.echo(json.dumps({**told, "originals": states}, indent=2))
    if not same:
        raise click.ClickException("Dit is niet het controlegetal van deze opname.")
    if worst is not State.GOOD:
        raise click.ClickException("Wat er is opgeslagen, is niet meer wat er is ontvangen.")


def look(original: Original, owner: uuid.UUID) -> State:
    """Fetch one original, sealed under the key of `owner`, and see whether it is what was received."""
    with tempfile.TemporaryDirectory() as folder:
        sealed, plain = Path(folder, "sealed"), Path(folder, "plain")
        try:
            object_store().get_file(original.key, sealed)
        except ObjectError:
            return State.MISSING
        if sealed.stat().st_size < original.cipher_size:
            return State.TRUNCATED
        if sha256_of(sealed) != original.cipher_sha256:
            return State.CHANGED
        try:
            decrypt_file(sealed, plain, key_store().get(owner))
        except KeyGone:
            return State.KEY_GONE
        except Tampered:
            return State.CHANGED
        return State.GOOD if sha256_of(plain) == original.sha256 else State.CHANGED
