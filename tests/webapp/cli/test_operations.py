"""OPERATIONS.md: each command that it names is there, with the options that it is given."""

import re
import shlex

import click
import pytest
from support.services import ROOT

from webapp import create_app
from webapp.cli.backing_up import backup

pytestmark = pytest.mark.one_database


def lines() -> list[list[str]]:
    text = (ROOT / "OPERATIONS.md").read_text()
    return [shlex.split(found) for found in re.findall(r"^ {4,}\.venv/bin/flask --app webapp (.+)$", text, re.M)]


def test_every_command_is_there_with_its_options(installation):
    commands = create_app(installation).cli.commands
    assert len(lines()) >= 8
    for words in lines():
        command, rest = commands[words[0]], words[1:]
        if isinstance(command, click.Group):
            command, rest = command.commands[rest[0]], rest[1:]
        # As the command line itself reads them: an option that is not there, or lacks its value, is an error.
        command.make_context(words[0], rest)


def test_the_table_of_what_is_in_a_backup_is_about_folders_that_there_are():
    told = re.findall(r"`FOLDER/(\w+)", (ROOT / "OPERATIONS.md").read_text())
    layout = (ROOT / "storage/backup/folder.py").read_text().split('"""')[1]
    assert told and all(f"    {name}/" in layout for name in told)


def test_the_containers_make_one_as_the_document_says(installation):
    compose = (ROOT / "docker/compose.yml").read_text()
    words = re.search(r"command: \[flask, --app, webapp, backup, (.+)\]", compose)[1].replace('"', "").split(", ")
    assert words[0] == "make"
    context = backup.commands["make"].make_context("make", words[1:])
    assert str(context.params["folder"]) == "/data/backup" and str(context.params["mirror"]) == "/data/mirror"
    assert context.params["keep"] == 30
    assert {"backup:/data/backup", "mirror:/data/mirror"} <= set(re.findall(r'"(\w+:/data/\w+)"', compose))
