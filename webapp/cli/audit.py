"""The audit log on the command line: its export, its anchors, and whether it is whole."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import click
from flask.cli import AppGroup

from storage.base import audit, audit_verifier
from storage.base.config import config
from storage.base.database import session_scope
from storage.base.objects import ObjectStore

audit_log = AppGroup("audit", help="The audit log.")


@audit_log.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", atomic=True), default="-")
def export(file: TextIO) -> None:
    """Write every sealed row to FILE (or to the screen), a JSON object a line, in the order of the chain."""
    with session_scope(writes=False) as session:
        for event in audit.in_order(session):
            file.write(json.dumps(event.line(), ensure_ascii=False) + "\n")


@audit_log.command("anchors")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def fetch_anchors(folder: Path) -> None:
    """Bring the anchors that the object store keeps to FOLDER."""
    store = ObjectStore(replace(config(), s3_bucket=config().audit_bucket))
    folder.mkdir(parents=True, exist_ok=True)
    keys = store.keys("audit/")
    for key in keys:
        store.get_file(key, folder / key.rpartition("/")[2])
    click.echo(f"{len(keys)} ankers in {folder}.")


@audit_log.command("verify")
@click.argument("anchors", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The sealer's key (base64).")
def verify(anchors: tuple[Path, ...], key: Path | None) -> None:
    """Check the log against itself, the sealer's own folder when it is here, and ANCHORS (files, folders, mails)."""
    own = config().audit_folder
    with session_scope(writes=False) as session:
        rows = [event.line() for event in audit.in_order(session)]
    known = audit_verifier.read_anchors([*([own] if own.is_dir() else []), *anchors])
    try:
        secret = base64.b64decode(key.read_text().strip(), validate=True) if key else None
    except ValueError as error:
        raise click.ClickException(f"{key} is geen sleutel: base64 van 32 bytes is nodig.") from error
    found = audit_verifier.faults(rows, known, secret)
    for fault in found:
        click.echo(fault, err=True)
    told = audit_verifier.summary(rows, known, secret, found)
    if found:
        raise click.ClickException(told)
    click.echo(told)
