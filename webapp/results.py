"""Verdicts, their release, and the candidate's result."""

from flask import Blueprint, render_template

from storage.people import Role
from webapp import access

pages = Blueprint("results", __name__)


@pages.get("/uitslagen")
@access.roles(Role.EXAM_COMMITTEE, Role.KSF_OFFICER)
def verdicts():
    return render_template("base.html")
