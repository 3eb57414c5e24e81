"""How often somebody may guess a password or a code: slower and slower for the one who guesses, no lock on the other.

Wrong guesses are counted for an account and the address they come from. Those from many addresses together too,
but only for browsers in which that account was never logged in before: whoever guesses from everywhere slows down
strangers, and not the one whose account it is (OWASP calls it device cookies). A link by mail always opens. Right
answers count nowhere. Wrong ones of one address about all accounts together ask for patience (`patience`).
"""

import hashlib
import secrets
from collections.abc import Callable

from flask import Flask, Response, current_app, g, render_template, request
from flask_limiter.util import get_remote_address
from itsdangerous import BadSignature, URLSafeSerializer

from webapp.extensions import limiter
from webapp.people.patience import View, patiently

FROM_ONE_ADDRESS = "5/minute;20/hour;50/day"
FROM_EVERYWHERE = "100/hour"
ABOUT_ALL_ACCOUNTS = "30/minute;300/hour"
"""From one address: beyond it forms that come from there count only after some seconds."""
YEAR_S = 365 * 24 * 3600


def slowly(account: Callable[[], str]) -> Callable[[View], View]:
    """Limit the wrong answers that a view may get; `account` says (as text, from the request) whose they are about."""

    def from_one_address() -> str:
        return f"{_digest(account())} from {_known(account()) or get_remote_address()}"

    def wrap(view: View) -> View:
        for limits, key, exempt in (
            (FROM_ONE_ADDRESS, from_one_address, lambda: False),
            (FROM_EVERYWHERE, lambda: _digest(account()), lambda: _known(account()) is not None),
        ):
            view = limiter.limit(
                limits,
                key_func=key,
                exempt_when=exempt,
                methods=["POST"],
                deduct_when=_wrong,
                on_breach=_too_often,
            )(view)
        return patiently(ABOUT_ALL_ACCOUNTS, "wrong", _wrong, lambda: _known(account()) is not None)(view)

    return wrap


def _wrong(response: Response) -> bool:
    return response.status_code == 422


def remember_browser(account: str) -> None:
    """From now on wrong guesses from elsewhere do not slow down this browser for this account."""
    g.known_browser = _serializer().dumps([_digest(account), secrets.token_urlsafe(16)])


def register(app: Flask) -> None:
    """Let answers carry what `remember_browser` asked for."""

    @app.after_request
    def keep(response: Response) -> Response:
        if (value := g.pop("known_browser", None)) is not None and response.status_code < 400:
            secure = app.config["SESSION_COOKIE_SECURE"]
            response.set_cookie(_cookie(), value, YEAR_S, secure=secure, httponly=True, samesite="Lax")
        return response


def _too_often(_limit: object) -> Response:
    text = (
        "Er is te vaak een verkeerd wachtwoord of een verkeerde code gegeven. Wacht een paar minuten en probeer het "
        "opnieuw. Hebt u haast? Met een link per mail kiest u een nieuw wachtwoord en komt u binnen."
    )
    values = {"next_label": "Stuur mij een link", "next_url": "/wachtwoord-vergeten"}
    return current_app.make_response(
        (render_template("error.html", code=429, title="Even wachten", text=text, **values), 429)
    )


def _known(account: str) -> str | None:
    """The mark of this browser, when this account was logged in in it before."""
    try:
        owner, nonce = _serializer().loads(request.cookies.get(_cookie(), ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return nonce if owner == _digest(account) else None


def _cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known browser")


def _digest(account: str) -> str:
    return hashlib.sha256(account.strip().lower().encode()).hexdigest()
