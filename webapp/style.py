"""The style page: every component in every state."""

from flask import Blueprint, render_template

pages = Blueprint("style", __name__)


@pages.get("/stijl")
def index():
    return render_template("style/index.html")
