"""The candidate's exam."""

from flask import Blueprint, render_template

from storage.people import Role
from webapp import access

pages = Blueprint("exam", __name__)


@pages.get("/examen")
@access.roles(Role.CANDIDATE)
def home():
    return render_template("base.html")
