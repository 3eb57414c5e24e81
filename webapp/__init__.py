"""Show: what people see. `create_app` is the one way in, for the server, for the command line and for tests."""

from webapp.app import create_app

__all__ = ["create_app"]
