"""Show: what people see. `create_app` is the one way in, for tests; a server asks `serve`, and the command line finds
`application`, which is the commands alone.

Each is imported when it is asked for, so that the workers, which need parts of this package, do not load its pages.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from webapp.app import create_app
    from webapp.serving import serve

__all__ = ["create_app", "serve"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from webapp.app import create_app

        return create_app
    if name == "serve":
        from webapp.serving import serve

        return serve
    if name == "application":
        from webapp.cli import only_commands

        def pages() -> "Flask":
            from webapp.app import create_app

            return create_app()

        return only_commands(pages)
    raise AttributeError(name)
