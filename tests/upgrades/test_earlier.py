"""Filled databases of earlier versions are brought to the newest form, and show what they showed before.

`filled/` holds the database of each of these versions on SQLite and on PostgreSQL, and what that version's own pages
and commands said of it; `make earlier` makes them of any commit.
"""

import json
import lzma
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from support import services

from storage.base import migrate
from storage.base.database import make_engine

HERE = Path(__file__).parent
FILLED = HERE / "filled"
COMMITS = sorted(path.name.partition(".")[0] for path in FILLED.glob("*.shown.xz"))
GONE: dict[str, str] = {}
"""Tables that an upgrade takes away, and where their rows are since then."""
FEWER: dict[str, str] = {}
"""Tables that an upgrade leaves fewer rows in, and why."""


def unpacked(name: str) -> str:
    return lzma.decompress((FILLED / name).read_bytes()).decode()


def load(commit: str, url: str) -> str:
    """Put the database of this version at `url`; answers which kind it is."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            database.executescript(unpacked(f"{commit}.sqlite.sql.xz"))
        return "sqlite"
    psql = ["psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--dbname", url.replace("+psycopg", "")]
    sql = unpacked(f"{commit}.postgresql.sql.xz")
    subprocess.run(psql, input=sql, text=True, check=True, stdout=subprocess.DEVNULL)
    return "postgresql"


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
        return {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) for name in names}


def form(engine: Engine) -> dict[str, Any]:
    """All tables with what belongs to each, in an order that does not tell when it was added."""
    found, seen = {}, inspect(engine)
    for name in set(seen.get_table_names()) - {"alembic_version"}:
        columns = {
            one["name"]: (str(one["type"]), one["nullable"], str(one["default"])) for one in seen.get_columns(name)
        }
        indexes = {(one["name"], tuple(one["column_names"]), bool(one["unique"])) for one in seen.get_indexes(name)}
        keys = {
            (one["name"], tuple(one["constrained_columns"]), one["referred_table"], tuple(one["referred_columns"]))
            for one in seen.get_foreign_keys(name)
        }
        checks = {(one["name"], _plain(one["sqltext"])) for one in seen.get_check_constraints(name)}
        unique = {(one["name"], tuple(one["column_names"])) for one in seen.get_unique_constraints(name)}
        primary = seen.get_pk_constraint(name)
        found[name] = {
            "columns": columns,
            "indexes": indexes,
            "foreign keys": keys,
            "checks": checks,
            "unique": unique,
            "primary key": (primary["name"], tuple(primary["constrained_columns"])),
        }
    return found


def _plain(rule: str) -> str:
    """A rule without the casts and brackets that PostgreSQL writes otherwise after a dump than before."""
    return re.sub(r"::(character varying|text)(\[\])?|[()\s]", "", rule)


def lost_keys(engine: Engine) -> list:
    """Rows that point to what is not there, or constraints that were never held against their rows."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        unchecked = "SELECT conname FROM pg_constraint WHERE contype IN ('f', 'c') AND NOT convalidated"
        return connection.exec_driver_sql(unchecked).all()


def shown(folder: Path, url: str) -> dict:
    """What today's pages and commands say of this database, asked as the earlier version's were."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("VIGNET_")}
    done = subprocess.run(
        [sys.executable, HERE / "shown.py", folder, url],
        cwd=services.ROOT,
        env={**env, "PYTHONPATH": str(services.ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def within(now: Any, then: Any) -> Any:
    """Of what is told now, as much as was told then: a later version may tell more."""
    if isinstance(then, dict):
        return {name: within(now[name], value) for name, value in then.items()}
    if isinstance(then, list):
        return [within(one, value) for one, value in zip(now, then, strict=True)]
    return now


def facts(lines: list[str]) -> set[str]:
    """Every number, day, level and code that a page shows; words around them may change."""
    return {word.strip("().,;:") for line in lines for word in line.split() if re.search(r"\d", word)}


def test_there_are_three_versions_and_more():
    assert len(COMMITS) >= 3


@pytest.mark.parametrize("empty_database_url", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("commit", COMMITS)
def test_a_database_of_before_is_brought_up_to_date(commit, empty_database_url, request, tmp_path):
    kind = load(commit, empty_database_url)
    engine = make_engine(empty_database_url)
    try:
        before = counts(engine)
        assert min(before[name] for name in ("person", "dossier", "sitting", "recording", "rating", "verdict")) > 0
        assert migrate.behind(empty_database_url) > 0 or commit == COMMITS[-1]
        migrate.upgrade(empty_database_url)
        with engine.connect() as connection:
            at = connection.scalar(text("SELECT version_num FROM alembic_version"))
        assert at == ScriptDirectory.from_config(migrate._alembic(empty_database_url)).get_current_head()
        assert migrate.behind(empty_database_url) == 0
        migrate.check(empty_database_url)
        after = counts(engine)
        assert set(before) - set(after) == set(GONE) & set(before)
        fewer = {name: (before[name], after[name]) for name in after.keys() & before if after[name] < before[name]}
        assert fewer.keys() <= FEWER.keys(), fewer
        assert lost_keys(engine) == []
        fresh_url = f"sqlite:///{tmp_path / 'fresh.sqlite'}" if kind == "sqlite" else _migrated(request)
        if kind == "sqlite":
            migrate.upgrade(fresh_url)
        fresh = make_engine(fresh_url)
        try:
            assert form(engine) == form(fresh)
        finally:
            fresh.dispose()
    finally:
        engine.dispose()
    told, now = json.loads(unpacked(f"{commit}.shown.xz"))[kind], shown(tmp_path / "data", empty_database_url)
    assert len(told["verdicts"]) >= 4 and len(told["recordings"]) >= 3
    assert now["verdicts"] == told["verdicts"]
    assert within(now["recordings"], told["recordings"]) == told["recordings"]
    assert len([lines for lines in told["pages"].values() if lines]) >= 6
    for address, lines in told["pages"].items():
        assert facts(lines) <= facts(now["pages"][address]), address


def _migrated(request) -> str:
    server = request.getfixturevalue("postgresql").replace("postgresql:", "postgresql+psycopg:")
    return f"{server}/migrated"
