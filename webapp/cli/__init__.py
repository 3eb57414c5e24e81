"""The command line: `flask --app webapp COMMAND`. Answers are JSON where a program may read them.

What a command needs is imported when it is used: to say what there is, none of it is needed.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click
from flask import Flask

from storage.base.config import ConfigError, config, needed

COMMANDS = {
    "upgrade": ("webapp.cli.installation:upgrade", "Bring the database to the newest form."),
    "scenarios": ("webapp.cli.packs:scenarios", "Packs of scenarios with their clips."),
    "recordings": ("webapp.cli.recordings:recordings", "What was recorded."),
    "audit": ("webapp.cli.audit:audit_log", "The audit log."),
    "verdict": ("webapp.cli.judging:verdict", "Verdicts."),
    "allocation": ("webapp.cli.judging:allocation", "How work was shared out over assessors."),
    "agreement": ("webapp.cli.judging:agreement_of", "How far assessors agree, as JSON."),
    "backup": (
        "webapp.cli.backing_up:backup",
        "Backups: the database and all objects, and a mirror of the keys (OPERATIONS.md).",
    ),
    "restore": ("webapp.cli.backing_up:restore", "Restore a backup from FOLDER."),
    "rotate-master-key": ("webapp.cli.rotation:rotate_master_key", "Wrap every key by the new VIGNET_MASTER_KEY."),
    "setup": ("webapp.cli.setup:setup", "Say who the institution is and make its first officers."),
    "schemes": ("webapp.cli.schemes:schemes", "Exam schemes: the rules of an exam as data."),
    "invite": ("webapp.cli.people:invite", "Give somebody of KSF a role, and print the link for a password."),
    "reset-second-factor": (
        "webapp.cli.people:reset_second_factor",
        "Take the second factor of the person with ADDRESS away.",
    ),
    "mail": ("webapp.cli.people:mails", "Mail that was sent."),
    "recorders": (
        "webapp.cli.recorders:recorders",
        "The recorders: which are alive, how full, and ending one in peace.",
    ),
    "badge-keys": ("webapp.cli.badges:badge_keys", "The keys that sign badges and status lists."),
    "check": ("webapp.cli.checking:check", "Try every part that this installation needs."),
    "simulate-panel": (
        "webapp.cli.simulation:simulate_panel",
        "How often verdicts are right, by invented candidates and assessors.",
    ),
    "try-rule": (
        "webapp.cli.trying:try_rule",
        "Judge past results again by a changed rule: how many would flip, and who.",
    ),
    "scores": ("webapp.cli.scores:scores", "Signed scores as CSV under pseudonyms, for agreement and for R."),
    "version": ("webapp.cli.installation:version", "Say which version of Vignet this is."),
}
"""Each command: where it is, and what is said of it among the others."""
DEMO = {
    "demo": ("demo.commands:make_demo", "Make the demo organisation with a person of each role."),
    "ticket": ("demo.commands:ticket", "Open a recording for any WHIP client, in a demo sitting of its own."),
}


class Later(click.Command):
    """A command of which only name and first line are known until it is used."""

    def __init__(self, name: str, place: str, line: str):
        super().__init__(name, help=line)
        self._place = place

    def command(self) -> click.Command:
        """The command itself."""
        module, _, name = self._place.partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        return self.command().make_context(info_name, args, parent, **extra)


def register(app: Flask) -> None:
    """Give the app its commands."""
    # The demo stands beside the packages, and not in an image for production.
    for name, (place, line) in (COMMANDS | (DEMO if find_spec("demo") else {})).items():
        app.cli.add_command(Later(name, place, line))


def only_commands(pages: Callable[[], Flask]) -> Flask:
    """What `flask --app webapp` runs: the commands without the pages, which cost each of them a second.

    `pages` makes the app with them, for a command that writes a mail as they do; Flask's own commands find it as
    `flask --app webapp.app routes`. Raises ConfigError as the web app does.
    """
    settings = config()
    if settings.audit_key is not None:
        raise ConfigError("VIGNET_AUDIT_KEY: only the sealer may have it, and this is not the sealer.")
    needed(settings.secret_key, "VIGNET_SECRET_KEY")
    app = Flask("webapp")
    app.extensions["pages"] = pages
    register(app)
    return app
