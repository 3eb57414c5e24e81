"""An installation in production on this machine, as the README brings it up, for a driver outside of it."""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import requests
from support import system

NAME = "localhost"
"""A name for which the edge makes a certificate of its own authority."""
DATABASE, STORE = "172.30.84.10", "172.30.84.12"
OTHER_PARTS = {
    "COMPOSE_FILE": ":".join(
        [*(f"docker/compose{one}.yml" for one in ("", ".rabbitmq", ".pgbouncer")), "tests/containers/ceph.yml"]
    ),
    "COMPOSE_PROFILES": "",
    "VIGNET_S3_ENDPOINT": "http://ceph:7480",
    "VIGNET_S3_ACCESS_KEY": "vignet",
}
"""What docker/production.env says with RabbitMQ, PgBouncer and Ceph's gateway in the places of what comes with it."""
CEPH, RABBITMQ = "172.30.84.15", "172.30.84.13"


class Site(system.System):
    """The checkout in `root` as an operator has it: docker/production.env, docker/secrets, and compose."""

    def __init__(self, root: Path, project: str = "vignet") -> None:
        super().__init__(f"https://{NAME}:443", root / "var", {}, root)
        self.project = project

    def configure(self, version: str, **settings: str) -> None:
        """What the README asks for: copy the example, fill it in, make the secrets."""
        example = (self.root / "docker/production.env.example").read_text()
        told = {
            "VIGNET_VERSION": version,
            "VIGNET_SITE": NAME,
            "VIGNET_ORIGIN": f"https://{NAME}",
            "VIGNET_RECORDER_URL": f"https://{NAME}/recorder",
            # The browser is on this very machine, at an address of no public network.
            "VIGNET_RECORDER_PRIVATE_PEERS": "on",
            **settings,
        }
        for name, value in told.items():
            example, found = re.subn(rf"^#?{name}=.*$", f"{name}={value}", example, flags=re.M)
            example += "" if found else f"{name}={value}\n"
        (self.root / "docker/production.env").write_text(example)
        self.do("sh", "docker/secrets.sh")

    def settings(self) -> None:
        """The environment of a command that is typed on the host beside the containers."""
        secrets = self.root / "docker/secrets"
        told = dict(
            line.split("=", 1)
            for line in (self.root / "docker/production.env").read_text().splitlines()
            if line and not line.startswith("#")
        )
        password = (secrets / "database_password").read_text()
        broker = secrets / ("rabbitmq_url" if "rabbitmq" in told.get("COMPOSE_FILE", "") else "broker_url")
        address = broker.read_text().replace("@valkey:", "@172.30.84.11:").replace("@rabbitmq:", f"@{RABBITMQ}:")
        store = told.get("VIGNET_S3_ENDPOINT", f"http://{STORE}:8080").replace("//ceph:", f"//{CEPH}:")
        keys = json.loads(self.do("docker", "volume", "inspect", f"{self.project}_keys"))[0]["Mountpoint"]
        plain = {name: value for name, value in os.environ.items() if not name.startswith("VIGNET_")}
        self.env = (
            plain
            | {name: value for name, value in told.items() if name.startswith("VIGNET_")}
            | {
                "PYTHONPATH": f"{self.root}:{self.root / 'tests'}",
                "VIGNET_DATA": str(self.data),
                "VIGNET_KEYS": keys,
                "VIGNET_DATABASE_URL": f"postgresql+psycopg://vignet:{password}@{DATABASE}/vignet",
                "VIGNET_BROKER_URL": address,
                "VIGNET_S3_ENDPOINT": store,
            }
            | {
                f"VIGNET_{name.upper()}_FILE": str(secrets / name)
                for name in ("secret_key", "master_key", "s3_secret_key", "turn_secret")
            }
        )

    def compose(self, *words: str, timeout: float = 900) -> str:
        return self.do("docker", "compose", "--env-file", "docker/production.env", *words, timeout=timeout)

    def do_anyway(self, *words: str) -> str:
        """What a command of compose prints, however it ends."""
        command = ["docker", "compose", "--env-file", "docker/production.env", *words]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, timeout=300, check=False).stdout

    def do(self, *command: str, timeout: float = 900) -> str:
        """What a command prints, run in the checkout; fails when it does."""
        env = {**os.environ, "DOCKER_BUILDKIT": "0"}
        done = subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True, timeout=timeout)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {(done.stdout + done.stderr)[-3000:]}")
        return done.stdout

    def authority(self) -> Path:
        """The certificate of the edge's own authority, which a visitor would have to trust."""
        place = self.root / "authority.crt"
        name = "/data/caddy/pki/authorities/local/root.crt"
        place.write_text(self.compose("exec", "-T", "edge", "cat", name))
        return place

    def ask(self, path: str, **how) -> requests.Response:
        """A page over TLS, its certificate checked."""
        return requests.get(f"https://{NAME}{path}", verify=str(self.root / "authority.crt"), timeout=20, **how)

    def ready(self, seconds: float = 240) -> float:
        """Seconds until /healthz is 200."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                self.authority()
                if self.ask("/healthz").status_code == 200:
                    return time.monotonic() - began
            except (requests.RequestException, RuntimeError):
                pass
            time.sleep(1)
        raise RuntimeError(f"/healthz is not 200 after {seconds} s: {self.compose('ps', '--all')}")

    def states(self) -> dict[str, str]:
        """Each service, and how it is."""
        rows = self.compose("ps", "--all", "--format", "{{.Service}} {{.Status}}").splitlines()
        return dict(row.split(" ", 1) for row in rows)


def checkout(source: Path, target: Path) -> Path:
    """A clean clone, as an operator has it, with the environment of tests beside it."""
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", str(source), str(target)], check=True)
    (target / ".venv").symlink_to(source / ".venv")
    return target
