"""The style page: every component in every state."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

pages = Blueprint("style", __name__)


@pages.get("/stijl")
def index() -> ResponseReturnValue:
    return render_template("style/index.html")
