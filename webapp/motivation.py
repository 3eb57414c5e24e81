"""The motivation file, for manager and candidate."""

from flask import Blueprint, render_template

from storage.people import Role
from webapp import access

pages = Blueprint("motivation", __name__)


@pages.get("/kandidaten")
@access.roles(Role.MANAGER)
def candidates():
    return render_template("base.html")
