"""A whole installation for the exam in a real browser: web app, recorder and edge, with clips in the object store."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from sqlalchemy.orm import Session
from support import cast, services, settings_cache

from storage.base import jobs, migrate
from storage.base.config import Config, config
from storage.base.database import session_scope
from storage.base.objects import ObjectStore, object_store
from storage.exam.sittings import Sitting
from storage.people.people import Role
from storage.schemes import Pack

CLIP = cast.CONTENT / "clips" / "00-een-lunch-voor-het-nieuwe-team"
"""The clip of the practice round. It stands in for all others, so that a test needs no more of them."""


def furnish(pack: Pack, store: ObjectStore) -> None:
    """Put a film with captions behind every clip of the pack."""
    for clip in pack.clips:
        store.put_file(clip.video_key, CLIP.with_suffix(".mp4"), "video/mp4")
        store.put_file(clip.captions_key, CLIP.with_suffix(".vtt"), "text/vtt")


class SecondRecorder:
    """Another recorder of the same installation, which the edge finds by its name in the path."""

    NAME = "recorder-2"

    def __init__(self, settings: Config) -> None:
        self.port, self.spool = services.free_ports(1), settings.data / "spools" / self.NAME
        self.env = {
            "VIGNET_RECORDER_NAME": self.NAME,
            "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{self.port}",
            "VIGNET_RECORDER_URL": f"{settings.origin}/recorder/{self.NAME}",
            "VIGNET_SPOOL": str(self.spool),
        }
        routes = settings.data / "run" / "recorders.caddy"
        routes.parent.mkdir(parents=True, exist_ok=True)
        routes.write_text(f"handle /recorder/{self.NAME}/* {{\n\treverse_proxy 127.0.0.1:{self.port}\n}}\n")

    def running(self, log: Path) -> contextlib.AbstractContextManager:
        return services.running([services.BIN / "python", "-m", "recorder.http.server"], [self.port], log, self.env)


@contextlib.contextmanager
def open_for_visitors(settings: Config, folder: Path) -> Iterator[str]:
    """Start everything that a candidate's browser meets; the address of the site."""
    port = int(settings.origin.rpartition(":")[2])
    env = {
        "VIGNET_SITE": f"http://:{port}",
        "VIGNET_BIND": "127.0.0.1",
        "VIGNET_WEB_LISTEN": settings.web_listen,
        "VIGNET_RECORDER_LISTEN": settings.recorder_listen,
        "VIGNET_S3_ENDPOINT": settings.s3_endpoint,
        "VIGNET_DATA": str(settings.data),
    }
    python = services.BIN / "python"
    web = [python, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "8", "--bind", settings.web_listen]
    web += ["--no-control-socket", "webapp:create_app()"]
    edge = [
        services.BIN / "caddy",
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        services.ROOT / "docker" / "edge" / "Caddyfile",
    ]
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(services.ROOT))
        for name, command, listens in (
            ("recorder", [python, "-m", "recorder.http.server"], port + 2),
            ("web", web, port + 1),
            ("edge", edge, port),
        ):
            stack.enter_context(services.running(command, [listens], folder / f"{name}.log", {**os.environ, **env}))
        yield settings.origin


@dataclass(frozen=True)
class SharedSite:
    """A running site that all tests of a module share, each with a candidate of its own."""

    address: str
    people: cast.Cast
    pack: Pack

    def invite(self, session: Session) -> Sitting:
        """A new candidate's invitation, open from now on; committed."""
        now, local = datetime.now(UTC), f"kandidaat-{uuid.uuid4().hex[:8]}"
        organisation = session.merge(self.people.organisation, load=False)
        candidate = cast.person(session, local, "Kandidaat Nieuw", Role.CANDIDATE, organisation, now)
        people = replace(
            self.people,
            organisation=organisation,
            candidate=candidate,
            manager=session.merge(self.people.manager, load=False),
        )
        sitting = cast.sitting(session, people, now, pack_row=session.merge(self.pack, load=False))
        session.commit()
        return sitting


@contextlib.contextmanager
def shared(folder: Path, swift: str, valkey: str, **variables: str) -> Iterator[SharedSite]:
    """Start the site, and give this process the same settings for as long as it runs."""
    with redis.Redis.from_url(valkey) as client:
        client.flushall()
    own = {
        "VIGNET_ENV": "development",
        "VIGNET_PORT": str(services.free_ports(8)),
        "VIGNET_DATA": str(folder / "data"),
        "VIGNET_DATABASE_URL": f"sqlite:///{folder / 'exam.sqlite'}",
        "VIGNET_RATE_LIMIT_STORAGE": "memory://",
        "VIGNET_BROKER_URL": valkey,
        "VIGNET_S3_ENDPOINT": swift,
        "VIGNET_S3_BUCKET": f"exam-{uuid.uuid4().hex[:8]}",
        "VIGNET_S3_ACCESS_KEY": services.ACCESS_KEY,
        "VIGNET_S3_SECRET_KEY": services.SECRET_KEY,
        **variables,
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in own.items():
            environment.setenv(name, value)
        settings_cache.clear()
        jobs.celery.conf.broker_url = config().broker_url
        migrate.upgrade(config().database_url)
        store = object_store()
        store.prepare()
        with session_scope() as session:
            people, pack = cast.gather(session, datetime.now(UTC)), cast.pack(session, datetime.now(UTC))
            furnish(pack, store)
        with open_for_visitors(config(), folder) as address:
            yield SharedSite(address, people, pack)
    settings_cache.clear()


def invited(session: Session, people: cast.Cast, store: ObjectStore, now) -> Sitting:
    """The candidate's invitation, with films."""
    sitting = cast.sitting(session, people, now)
    furnish(sitting.pack, store)
    session.commit()
    return sitting
