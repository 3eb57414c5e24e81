"""Who comes from an address that asks too much is not refused, but shows patience.

All people of an office, or of an exam hall, have one address. So what one of them does wrong too often locks out no
other: from then on a form from that address counts only when it was on the screen for some seconds. Each form that is
shown holds a sealed word that says since when, and that works once. Who types does not notice; who guesses by the
thousand does. A browser in which the account was logged in before is never asked for it.
"""

import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from webapp.extensions import limiter

WAIT_S = 5
"""How long a form stands on the screen before it counts."""
LIFETIME_S = 3600
FIELD = "patience"

View = Callable[..., ResponseReturnValue]


def patiently(
    limits: str, name: str, counts: Callable[[Response], bool], exempt: Callable[[], bool]
) -> Callable[[View], View]:
    """Ask for patience beyond these limits per address, of the answers of a view that `counts` says.

    `exempt` says whether this browser is never asked.
    """

    def wrap(view: View) -> View:
        once = limiter.limit(
            "1/hour",
            key_func=lambda: f"patience {_word()}",
            methods=["POST"],
            exempt_when=lambda: _word() is None,
            on_breach=_be_patient,
        )
        often = limiter.limit(
            limits,
            key_func=lambda: f"{name} from {get_remote_address()}",
            methods=["POST"],
            exempt_when=lambda: _word() is not None or exempt(),
            deduct_when=counts,
            on_breach=_be_patient,
        )
        return often(once(view))

    return wrap


def register(app: Flask) -> None:
    """Let forms hold the word, as `patience()`."""
    app.jinja_env.globals["patience"] = lambda: _serializer().dumps([_place(), secrets.token_urlsafe(12)])


def _word() -> str | None:
    """The word of the form that was sent, if that was on a screen at this address for long enough."""
    try:
        (place, word), since = _serializer().loads(
            request.form.get(FIELD, ""), max_age=LIFETIME_S, return_timestamp=True
        )
    except (BadSignature, ValueError, TypeError):
        return None
    waited = TimestampSigner("").get_timestamp() - since.timestamp()
    return word if place == _place() and waited >= WAIT_S else None


def _be_patient(_limit: Any) -> Response:
    text = (
        "Vanaf uw internetadres is dit nu vaak geprobeerd, misschien door iemand anders. Wij vragen daarom iets meer "
        f"tijd. Ga terug, vul het formulier rustig in, en verstuur het na {WAIT_S} seconden. Dan lukt het."
    )
    values = {"next_label": "Opnieuw proberen", "next_url": request.full_path.rstrip("?")}
    page = render_template("error.html", code=429, title="Neem even de tijd", text=text, **values)
    return make_response(page, 429, {"Retry-After": str(WAIT_S)})


def _place() -> str:
    return get_remote_address()


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="patience")
