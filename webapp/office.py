"""The office of KSF, and what a beheerder and an auditor see."""

from flask import Blueprint, render_template

from storage.people import Role
from webapp import access

pages = Blueprint("office", __name__)


@pages.get("/bureau")
@access.roles(Role.KSF_OFFICER)
def home():
    return render_template("base.html")


@pages.get("/organisatie")
@access.roles(Role.ORGANISATION_ADMIN)
def organisation():
    return render_template("base.html")


@pages.get("/controle")
@access.roles(Role.AUDITOR)
def audit():
    return render_template("base.html")
