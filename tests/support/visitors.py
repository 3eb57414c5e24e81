"""People at the web app: each with a browser of their own, and with its token against forgery."""

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from support import cast
from werkzeug.test import TestResponse

from storage.people.people import Person

LOG_IN = "/inloggen"


def token_in(html: str) -> str:
    """The token against forgery in this page."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html).group(1)


class Visitor:
    """Somebody at the web app. A person is logged in already, without the slow work of a password; nobody is not."""

    def __init__(self, app: Flask, person: Person | None = None):
        self.client: FlaskClient = app.test_client()
        self._token: str | None = token_in(self.client.get(LOG_IN).text)
        if person is not None:
            with self.client.session_transaction() as kept:
                kept.update({"_user_id": cast.browser(person), "_fresh": True})

    @property
    def token(self) -> str:
        if self._token is None:
            self._token = token_in(self.client.get("/wachtwoord-vergeten").text)
        return self._token

    def log_in(self, email: str, password: str = cast.PASSWORD, address: str = LOG_IN) -> TestResponse:
        return self.post(address, {"email": email, "password": password})

    def get(self, address: str, **more) -> TestResponse:
        return self.client.get(address, **more)

    def post(self, address: str, data: dict | None = None, **more) -> TestResponse:
        answer = self.client.post(address, data={"csrf_token": self.token, **(data or {})}, **more)
        if address.startswith(("/inloggen", "/welkom")):
            # Whoever comes in gets another token.
            self._token = None
        return answer


def text_of(html: str) -> str:
    """What a person reads on this page, on one line."""
    main = re.search(r"<main.*</main>", html, re.S)
    words = unescape(re.sub(r"<[^>]+>", " ", main.group() if main else html))
    return re.sub(r"\s+", " ", words).strip()
