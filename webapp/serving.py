"""The web app as a server starts it. In production it does not start half set up."""

import gc
import logging
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import configure_mappers

from storage import set_up
from storage.base import logs
from storage.base.config import ConfigError, config, counts
from storage.base.database import engine, passes, session_scope
from webapp.app import create_app

log = logging.getLogger(__name__)


def serve() -> Flask:
    """The web app, for a server that loads it once and then forks (`--preload`): what is loaded stays shared.

    Raises ConfigError in production when the installation does not know yet who holds the exams, or when each process
    would count for itself how often somebody guesses a password: there are several, on several hosts.
    """
    logs.begin()
    if config().production and not counts(config().rate_limit_storage):
        raise ConfigError(
            "VIGNET_RATE_LIMIT_STORAGE: production needs the address of a Valkey or a Redis (redis://…) that all web "
            "apps share; it holds who tries too often, and a broker such as RabbitMQ cannot."
        )
    if config().production and (missing := _missing()):
        commands = [f"`flask --app webapp {word}`" for word in ("setup", "schemes add PATH")]
        asked = commands[1:] if missing == ["schemes"] else commands if "schemes" in missing else commands[:1]
        raise ConfigError(
            f"This installation is not set up: {', '.join(missing)} missing. Run {' and '.join(asked)} (README.md)."
        )
    app = create_app()
    configure_mappers()
    # No process may use a connection of another one, and the collector may not write into what they share.
    engine().dispose()
    gc.collect()
    gc.freeze()
    return app


def _missing() -> list[str]:
    try:
        with session_scope(writes=False) as session:
            return set_up.missing(session, datetime.now(UTC))
    except OperationalError as error:
        if not passes(error):
            raise
        # One that is away for a moment keeps no server from starting; /healthz tells of both.
        log.warning("the database did not answer at the start: %s", error)
        return []
