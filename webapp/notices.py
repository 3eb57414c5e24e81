"""What the next page says at its top."""

from typing import cast

from flask import flash


def done_with_undo(text: str, undo: str) -> None:
    """Say that something was done, with a button that undoes it by a POST to `undo`."""
    # Flask keeps any JSON in the session, and says only of texts that it does.
    flash(cast("str", {"text": text, "undo": undo}), "ok")
