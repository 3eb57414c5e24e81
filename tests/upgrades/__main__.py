"""Makes the filled databases of earlier versions that test_earlier.py brings up to date.

`make earlier ARGS="900a045 39ae728"`. Each commit is checked out in a folder of its own, and its own code makes its
demo with a crowd on SQLite (make_demo.py); the same rows go into a PostgreSQL that its own migrations made. What is
kept in `filled/`: both databases as SQL, and what that version's own pages and commands showed of each. Everybody in it
is invented. The packages are today's, since the code of every version so far runs on them.
"""

import json
import lzma
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support import services  # noqa: E402

FILLED = Path(__file__).parent / "filled"
DEMO, SHOWN, COPY = (Path(__file__).with_name(f"{name}.py") for name in ("make_demo", "shown", "copy_rows"))


@contextmanager
def checkout(commit: str, folder: Path) -> Iterator[Path]:
    """The code of a commit, with our environments."""
    root = folder / "code"
    root.mkdir()
    archive = subprocess.run(["git", "-C", ROOT, "archive", commit], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", root], input=archive, check=True)
    yield root


def make(commit: str) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vignet-earlier-")))
        root = stack.enter_context(checkout(commit, folder))
        postgresql = stack.enter_context(services.postgresql())
        env = {name: value for name, value in os.environ.items() if not name.startswith("VIGNET_")}
        env["PYTHONPATH"] = f"{root}:{root}/tests"
        told, data, sqlite = {}, _folder(folder / "data"), f"sqlite:///{folder}/vignet.sqlite"
        env |= {"VIGNET_DATA": str(data), "VIGNET_DATABASE_URL": sqlite}
        upgrade = [services.BIN / "flask", "--app", "webapp", "upgrade"]
        _said(upgrade, root, env)
        _said([sys.executable, DEMO], root, env)
        ask = [sys.executable, SHOWN, data]
        told["sqlite"] = json.loads(_said([*ask, sqlite, "--certify"], root, env))
        keep(commit, "sqlite", dumped("sqlite", sqlite))
        url = f"{postgresql.replace('postgresql:', 'postgresql+psycopg:')}/postgres"
        env["VIGNET_DATABASE_URL"] = url
        _said(upgrade, root, env)
        _said([sys.executable, COPY, sqlite, url], root, env)
        told["postgresql"] = json.loads(_said([*ask, url], root, env))
        keep(commit, "postgresql", dumped("postgresql", url))
        keep(commit, "shown", json.dumps(told, indent=1, ensure_ascii=False))
        print(f"{commit}: {', '.join(f'{len(of)} {what}' for what, of in told['sqlite'].items())}")


def _said(command: list, root: Path, env: dict) -> str:
    return subprocess.run(command, cwd=root, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


def dumped(kind: str, url: str) -> str:
    if kind == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            return "\n".join(database.iterdump()) + "\n"
    dump = ["pg_dump", "--no-owner", "--no-privileges", "--dbname", url.replace("+psycopg", "")]
    return subprocess.run(dump, check=True, capture_output=True, text=True).stdout


def keep(commit: str, what: str, text: str) -> None:
    """Compressed; xz makes half of what gzip makes of it."""
    FILLED.mkdir(exist_ok=True)
    name = f"{commit}.{what}.xz" if what == "shown" else f"{commit}.{what}.sql.xz"
    (FILLED / name).write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


if __name__ == "__main__":
    if not sys.argv[1:] or not shutil.which("pg_dump"):
        sys.exit("Which commits? make earlier ARGS=900a045. It needs pg_dump (apt-get install postgresql).")
    for one in sys.argv[1:]:
        make(one)
