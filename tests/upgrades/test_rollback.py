"""The version before survives the database of this one: what OPERATIONS.md says under Rollback.

A migration takes nothing away that the code before it still uses: it expands, and what is no longer used goes one
version later. Who cuts a version puts it here: the commit, and the newest migration of it.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from support import services
from test_earlier import HERE, counts, form, load, lost_keys, unpacked

from storage.base import migrate
from storage.base.database import make_engine

BEFORE, ITS_NEWEST = "ce177df", "0063"
KNOWN = {
    "rating has the new rule ck_rating_purpose": "code of before leaves the new column at its default, 'exam'",
    "rating has the new rule ck_rating_purpose_of_marking": "code of before writes markings from 1 on, and so of exams",
}
"""Changes of a table of before that its code survives although the rule says otherwise, and why. By `narrower`."""

pytestmark = pytest.mark.parametrize("empty_database_url", ["sqlite", "postgresql"], indirect=True)


def narrower(before: dict, after: dict) -> list[str]:
    """What code that knows only the tables of before could run into in those of after."""
    found = [f"{table} is gone" for table in before.keys() - after.keys()]
    for table in before.keys() & after.keys():
        was, now = before[table], after[table]
        for name, (kind, nullable, default) in was["columns"].items():
            if name not in now["columns"]:
                found.append(f"{table}.{name} is gone")
            elif now["columns"][name][0] != kind:
                found.append(f"{table}.{name} is another type")
            elif nullable and not now["columns"][name][1]:
                found.append(f"{table}.{name} may be empty no more")
            elif default not in ("None", now["columns"][name][2]):
                found.append(f"{table}.{name} has another default")
        for name in now["columns"].keys() - was["columns"].keys():
            _, nullable, default = now["columns"][name]
            if not nullable and default == "None":
                found.append(f"{table}.{name} is new and must be given")
        checks = dict(was["checks"])
        for name, rule in now["checks"]:
            # More words than before may stand in a list; anything else that is new may refuse what was right.
            words = set(re.findall(r"'([^']*)'", rule))
            if name not in checks or (checks[name] != rule and not set(re.findall(r"'([^']*)'", checks[name])) < words):
                found.append(f"{table} has the new rule {name}")
        found += [f"{table} has the new key {key[0]}" for key in now["foreign keys"] - was["foreign keys"]]
        found += [f"{table} has the new rule {one[0]}" for one in now["unique"] - was["unique"]]
        found += [f"{table} has the new rule {one[0]}" for one in now["indexes"] - was["indexes"] if one[2]]
    return sorted(found)


def test_no_migration_since_takes_away_what_the_version_before_uses(empty_database_url):
    alembic, engine = migrate._alembic(empty_database_url), make_engine(empty_database_url)
    try:
        command.upgrade(alembic, ITS_NEWEST)
        before = form(engine)
        command.upgrade(alembic, "head")
        found = [one for one in narrower(before, form(engine)) if one not in KNOWN]
        assert found == []
    finally:
        engine.dispose()


def test_the_rule_finds_what_older_code_would_run_into(empty_database_url):
    """Taken from migrations of earlier times, which nothing had to survive."""
    alembic, engine = migrate._alembic(empty_database_url), make_engine(empty_database_url)
    try:
        command.upgrade(alembic, "0030")
        before = form(engine)
        command.upgrade(alembic, "0031")
        assert "mail_message.not_before is gone" in narrower(before, form(engine))
        assert "mail_message is gone" in narrower(before, {})
        assert narrower(before, before) == []
    finally:
        engine.dispose()


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """The code of the version before, which runs on today's packages."""
    git = ["git", "-C", str(services.ROOT)]
    if subprocess.run([*git, "cat-file", "-e", f"{BEFORE}^{{commit}}"], capture_output=True).returncode:
        pytest.skip(f"the history of this checkout does not reach back to {BEFORE}: git fetch --unshallow")
    root = tmp_path / "earlier"
    root.mkdir()
    archive = subprocess.run([*git, "archive", BEFORE], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", root], input=archive, check=True)
    return root


def asked(root: Path, script: str, data: Path, url: str) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("VIGNET_")}
    env["PYTHONPATH"] = f"{root}:{root}/tests"
    done = subprocess.run([sys.executable, HERE / script, data, url], cwd=root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def test_the_code_of_before_reads_and_writes_in_the_database_of_now(earlier, empty_database_url, tmp_path):
    kind = load(BEFORE, empty_database_url)
    migrate.upgrade(empty_database_url)
    told = json.loads(unpacked(f"{BEFORE}.shown.xz"))[kind]
    assert json.loads(asked(earlier, "shown.py", tmp_path / "data", empty_database_url)) == told
    engine = make_engine(empty_database_url)
    try:
        before = counts(engine)
        number = asked(earlier, "fill_again.py", tmp_path / "data", empty_database_url).strip()
        after = counts(engine)
        grown = {name for name in after if after[name] > before[name]}
        assert grown >= {"person", "dossier", "sitting", "answer", "recording", "rating", "verdict", "audit_event"}
        with engine.connect() as connection:
            made = text("SELECT count(*) FROM certificate WHERE number = :number")
            assert connection.scalar(made, {"number": number}) == 1
        assert lost_keys(engine) == []
    finally:
        engine.dispose()
