"""Saving what somebody is writing: by the page itself every few seconds, or by the button.

A page that is behind never writes over what another page saved. One with script is told what is there now, joins what
can be joined and asks about the rest; one without shows both texts.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from wtforms import IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from storage.base.keys import key_store
from storage.dossier.dossiers import Rule
from webapp import access
from webapp.context import g
from webapp.dutch import formats
from webapp.forms import Form


class DraftForm(Form):
    """A form that knows which version it was made of."""

    version = IntegerField("Versie", [Optional()], widget=HiddenInput())

    def written(self) -> dict[str, Any]:
        """The values that are right, by field; a page that saves by itself keeps those and hears of the others."""
        return {field.name: _plain(field.data) for field in self if field.name not in LEFT_OUT and not field.errors}

    def clash(self, version: int, kept: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The texts that another page saved since this one was opened and that are not in this form: (label, text)."""
        if self.version.data == version:
            return []
        mine = {field.name: field for field in self if field.name in kept}
        return [
            (mine[name].label.text, shown(kept[name]))
            for name in mine
            if kept[name] and shown(_plain(mine[name].data)) != shown(kept[name])
        ]


LEFT_OUT = ("version", "csrf_token")


def saved(version: int, errors: Mapping[str, list[str]], **more: str) -> ResponseReturnValue:
    """The answer to a page that saves by itself: the new version, when, what was not right, and parts of the page."""
    return jsonify({"version": version, "saved_at": formats.second(g.now), "errors": errors, "parts": more})


def behind(version: int, kept: Mapping[str, Any]) -> ResponseReturnValue:
    """The answer to such a page when another one saved in between: the values now, as its fields show them."""
    now = {name: shown(value) for name, value in kept.items()}
    told = "Er is iets bewaard in een ander venster."
    return jsonify({"error": told, "rule": Rule.CHANGED_ELSEWHERE, "version": version, "now": now}), 409


def secret() -> str:
    """The key under which this person's browser keeps what it has not sent yet."""
    return b64encode(key_store().browser_key(access.me().id)).decode()


def shown(value: Any) -> str:
    """A value as a page holds it: a number as in Dutch, several choices one a line."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(value)
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    """A value of a form as JSON keeps it."""
    if isinstance(value, str | list | None):
        return value or ([] if isinstance(value, list) else "")
    return float(value)
