"""Show: what people see. `create_app` is the one way in, for the command line and for tests; a server asks `serve`."""

from webapp.app import create_app
from webapp.serving import serve

__all__ = ["create_app", "serve"]
