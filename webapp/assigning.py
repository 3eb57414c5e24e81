"""The office gives finished sittings to assessors."""

from flask import Blueprint

pages = Blueprint("assigning", __name__, url_prefix="/uitslagen/zittingen")
