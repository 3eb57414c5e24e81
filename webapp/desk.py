"""The assessor's desk."""

from flask import Blueprint, render_template

from storage.people import Role
from webapp import access

pages = Blueprint("desk", __name__)


@pages.get("/beoordelen")
@access.roles(Role.ASSESSOR)
def home():
    return render_template("base.html")
