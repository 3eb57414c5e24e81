"""How many files one person may send in a day, of each kind: enough for any work, too little to fill a store.

Every try counts, also one that is refused: looking into a file is work too.
"""

from collections.abc import Callable
from enum import Enum
from functools import partial

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue

from webapp import access
from webapp.extensions import limiter


class Upload(Enum):
    """A kind of file: how many of them a person may send in a day, and what they are called."""

    ROLE_DOCUMENT = (20, "functieomschrijvingen")
    PORTFOLIO_DOCUMENT = (60, "documenten voor een portfolio")
    EMERGENCY_FILE = (300, "noodbestanden")
    ROSTER = (40, "lijsten")
    LOGO = (20, "logo’s")
    PAPER_LIST = (40, "lijsten met certificaten")
    AUDIT_EVIDENCE = (60, "bestanden bij een bevinding")
    ITEM_PACKAGE = (100, "vragenpakketten")


def a_day(kind: Upload) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Limit what a view takes in from one person. To be used on a view for who is logged in."""
    most, _ = kind.value
    return limiter.limit(
        f"{most}/day",
        methods=["POST"],
        key_func=lambda: f"{kind.name} of {access.me().id}",
        on_breach=partial(_enough, kind),
    )


def _enough(kind: Upload, _limit: object) -> Response:
    most, called = kind.value
    text = (
        f"U hebt vandaag al {most} {called} gestuurd. Meer kan niet op één dag. Dit bestand is niet bewaard; wat u "
        "eerder stuurde, wel. Probeer het morgen opnieuw."
    )
    page = render_template("error.html", code=429, title="Dit zijn te veel bestanden", text=text)
    return make_response(page, 429)
