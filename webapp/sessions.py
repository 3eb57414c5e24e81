"""The session of a browser, kept in its cookie; what everybody may keep has none."""

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class Sessions(SecureCookieSessionInterface):
    """An answer that caches may keep sets no cookie, and does not say that it depends on one."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """As Flask does, but for an answer that is the same for everybody."""
        if not response.cache_control.public:
            super().save_session(app, session, response)
