"""`flask schemes`: exam schemes from files, checked whole, numbered, never changed."""

import hashlib
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from scenarios.reading import ContentError
from storage.base import audit
from storage.base.database import session_scope
from storage.dossier.dossiers import Dossier
from storage.schemes import Pack, Scheme, add_scheme, checked

schemes = AppGroup("schemes", help="Exam schemes: the rules of an exam as data.")

FILE = "scheme.toml"

_path = click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))


@schemes.command("check")
@_path
def check(paths: tuple[Path, ...]) -> None:
    """Say all that is wrong with the schemes in PATHS (files, or folders with a scheme.toml). Changes nothing."""
    for path, data in _read(paths, checked):
        click.echo(f"{path}: {checked(data).name}, in orde.")


@schemes.command("add")
@_path
def add(paths: tuple[Path, ...]) -> None:
    """Take the schemes in PATHS into use, or say all that is wrong with any of them and change nothing.

    The very same bytes are taken once. Other ones are the next number: files that were handed in keep theirs.
    """
    now = datetime.now(UTC)
    found = _read(paths, checked)
    with session_scope() as session:
        for path, data in found:
            row = add_scheme(session, data, now)
            is_new = row in session.new
            if is_new:
                session.flush()
                audit.record(session, now, None, "scheme_added", row, key=row.key, number=row.number)
            said = "in gebruik genomen" if is_new else "stond er al"
            click.echo(f"{path}: {row.content.name}, {row.key} nummer {row.number}, {said}.")


@schemes.command("list")
def list_schemes() -> None:
    """Every scheme: key, number, since when, how many files are under it, its newest pack, and its SHA-256."""
    with session_scope(writes=False) as session:
        counted = select(Dossier.scheme_id, func.count()).group_by(Dossier.scheme_id)
        files = dict(session.execute(counted).all())
        newest = select(Pack.scheme_id, func.max(Pack.number)).group_by(Pack.scheme_id)
        packs = dict(session.execute(newest).all())
        rows = session.scalars(select(Scheme).order_by(Scheme.key, Scheme.number)).all()
        for row in rows:
            pack = f"pakket {packs[row.id]}" if row.id in packs else "geen pakket"
            click.echo(
                f"{row.key:<24} {row.number:>3}  {row.created_at:%Y-%m-%d}  {files.get(row.id, 0):>6} dossiers  "
                f"{pack:<12} {row.sha256[:12]}"
            )
    if not rows:
        click.echo("Er zijn nog geen reglementen. Neem er een in gebruik met `schemes add`.")


def _read(paths: Sequence[Path], reader: Callable[[bytes], object]) -> list[tuple[Path, bytes]]:
    """The bytes of every scheme that `reader` takes. Raises ClickException after it said all that is wrong with any."""
    files = [file for path in paths for file in (_files_in(path) if path.is_dir() else [path])]
    problems = [f"{path}: hier is geen {FILE}." for path in paths if path.is_dir() and not _files_in(path)]
    found: list[tuple[Path, bytes]] = []
    seen: dict[str, Path] = {}
    for file in files:
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        try:
            reader(data)
        except ContentError as error:
            problems += [f"{file}: {one}" for one in error.problems]
        if digest not in seen:
            found.append((file, data))
        seen.setdefault(digest, file)
    problems += _same_key(found)
    for problem in problems:
        click.echo(f"- {problem}", err=True)
    if problems:
        raise click.ClickException(f"{len(problems)} problemen; er is niets veranderd.")
    return found


def _files_in(folder: Path) -> list[Path]:
    """The scheme of this folder, or those of the folders in it."""
    own = folder / FILE
    return [own] if own.is_file() else sorted(folder.glob(f"*/{FILE}"))


def _same_key(found: Sequence[tuple[Path, bytes]]) -> list[str]:
    """Two different files for one exam: nobody could say which is the newest."""
    first: dict[str, Path] = {}
    problems = []
    for path, data in found:
        try:
            key = str(tomllib.loads(data.decode()).get("key", ""))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue
        if key and key in first:
            problems.append(f"{path}: ook {first[key]} is een reglement van {key}. Geef er één per keer.")
        first.setdefault(key, path)
    return problems
