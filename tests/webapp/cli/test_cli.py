"""The command line, as an operator uses it: real processes, a real media worker where work is asked of it."""

import json
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import click
import pytest
from sqlalchemy import func, select
from support import cast, services

from storage.base.database import new_session, session_scope
from storage.exam.recordings import Recording, hash_ticket
from storage.people.people import Person
from storage.schemes import Pack
from webapp.cli import COMMANDS, DEMO, Later

pytestmark = pytest.mark.one_database


def flask(*words):
    command = [sys.executable, "-m", "flask", "--app", "webapp", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=services.ROOT, check=False)


@pytest.fixture
def media_worker(object_store, broker, installation, tmp_path):
    command = [sys.executable, "-m", "celery", "-A", "recorder.worker", "worker", "-Q", "media", "-c", "1"]
    with services.running(command, [], tmp_path / "worker.log", {"VIGNET_DATA": str(installation.data)}) as process:
        yield process


def count(noun):
    with new_session(writes=False) as session:
        return session.scalar(select(func.count()).select_from(noun))


def test_a_wrong_folder_is_refused_with_all_that_is_wrong_and_nothing_changes(
    media_worker, object_store, tmp_path, installation
):
    with session_scope() as session:
        cast.scheme(session)
    folder = tmp_path / "wrong"
    (folder / "clips").mkdir(parents=True)
    shutil.copy(cast.CONTENT / "scenarios.toml", folder)
    clip = next(iter(sorted((cast.CONTENT / "clips").glob("*.mp4"))))
    shutil.copy(clip, folder / "clips")
    (folder / "clips" / "vreemd.mp4").write_bytes(b"geen film")
    for command in ("check", "import"):
        done = flask("scenarios", command, folder)
        assert done.returncode == 1
        problems = [line for line in done.stderr.splitlines() if line.startswith("- ")]
        assert len(problems) > 15
        assert "- vreemd.mp4 hoort bij geen enkele situatie." in problems
        assert f"{len(problems)} problemen; er is niets veranderd." in done.stderr
        assert count(Pack) == 0
        assert list(object_store.keys("incoming/")) == []
    nothing = flask("scenarios", "check", tmp_path / "wrong" / "clips")
    assert nothing.returncode == 1
    assert "scenarios.toml ontbreekt" in nothing.stderr


def test_the_demo_can_be_made_twice_and_a_ticket_opens_a_recording(media_worker, object_store, installation):
    for _ in range(2):
        done = flask("demo")
        assert done.returncode == 0, done.stderr
        assert installation.origin in done.stdout
    assert count(Pack) == 1
    people = count(Person)
    without = flask("ticket")
    assert without.returncode == 1
    with session_scope() as session:
        cast.node(session, datetime.now(UTC), "http://localhost/recorder")
    ticket = json.loads(flask("ticket", "--scenario", "3").stdout)
    assert count(Person) == people + 1
    with new_session(writes=False) as session:
        row = session.get(Recording, uuid.UUID(ticket["recording_id"]))
        assert row.ticket_sha256 == hash_ticket(ticket["bearer"])
        assert (row.answer.number, row.limit_s) == (3, ticket["limit_s"])
    assert ticket["whip_url"] == f"http://localhost/recorder/whip/{row.id}"
    shown = json.loads(flask("recordings", "show", row.id).stdout)
    assert (shown["state"], shown["scenario"], shown["sources"]) == ("expected", 3, [])
    assert "ticket" not in json.dumps(shown)


def test_a_store_that_does_not_answer_is_named(installation, monkeypatch):
    monkeypatch.setenv("VIGNET_S3_ENDPOINT", f"http://127.0.0.1:{services.free_ports(1)}")
    done = flask("demo")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "De objectopslag geeft geen antwoord. Draait Vignet" in done.stderr


def test_a_recording_that_is_not_there_is_named(installation):
    done = flask("recordings", "show", uuid.uuid4())
    assert (done.returncode, done.stdout) == (1, "")
    assert "Er is geen opname" in done.stderr


def test_an_empty_installation_is_brought_to_the_newest_form(environment, tmp_path):
    environment(VIGNET_DATA=str(tmp_path / "new"), VIGNET_DATABASE_URL=f"sqlite:///{tmp_path / 'new' / 'x.sqlite'}")
    for _ in range(2):
        assert flask("upgrade").returncode == 0
    assert count(Person) == 0


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield before + name


def test_the_readme_names_every_command(app):
    readme = (services.ROOT / "README.md").read_text()
    assert [name for name in commands(app.cli) if f"`{name}" not in readme] == []


def test_what_is_said_of_a_command_among_the_others_is_what_it_says_itself():
    for name, (place, line) in (COMMANDS | DEMO).items():
        command = Later(name, place, line).command()
        assert command.name == name
        said = " ".join((command.help or "").split())
        assert said.startswith(line.split(",")[0].rstrip(".")[:40]), f"{name}: {line} | {said}"


def test_saying_which_commands_there_are_loads_no_page_and_no_table():
    script = "import sys, webapp; webapp.application.cli.list_commands(None); print(*sys.modules)"
    loaded = set(subprocess.check_output([sys.executable, "-c", script], cwd=services.ROOT, text=True).split())
    assert "webapp.cli" in loaded
    assert not loaded & {"webapp.app", "sqlalchemy", "storage.base.database", "celery", "numpy", "boto3"}
