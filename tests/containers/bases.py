"""Images that the files name, where there is no registry: Debian by debootstrap, and on it what they stand for."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TRUST = Path("/etc/ssl/certs/ca-certificates.crt")
DEBIAN = {"debian:12-slim": "bookworm", "debian:13-slim": "trixie"}
ON_DEBIAN = {
    "postgres:17-alpine": "postgres",
    "valkey/valkey:8-alpine": "valkey",
    "coturn/coturn:4.7-alpine": "coturn",
    "rabbitmq:4-alpine": "rabbitmq",
    "edoburu/pgbouncer:v1.24.1-p1": "pgbouncer",
    "vignet-test/ceph": "ceph",
}
COMPOSE = Path("~/.docker/cli-plugins/docker-compose").expanduser()


def there(image: str) -> bool:
    return subprocess.run(["docker", "image", "inspect", image], capture_output=True).returncode == 0


def make(*images: str) -> list[str]:
    """Make those of these images that are not there; which ones were made."""
    made = [name for name in images if not there(name)]
    for name in made:
        if name in DEBIAN:
            _debian(name)
        else:
            make(*DEBIAN)
            recipe = HERE / "images" / f"{ON_DEBIAN[name]}.Dockerfile"
            _run("docker", "build", "--quiet", "--tag", name, "--file", str(recipe), str(recipe.parent))
    return made


def _debian(name: str) -> None:
    """A minimal Debian that trusts what this machine trusts, so that it reaches the same package index."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        _run("debootstrap", "--variant=minbase", "--include=ca-certificates", DEBIAN[name], str(root))
        (root / "var/cache/apt/archives").exists() and _run("chroot", str(root), "apt-get", "clean")
        shutil.copy(TRUST, root / "etc/host-certificates.crt")
        if Path("/etc/pip.conf").exists():
            shutil.copy("/etc/pip.conf", root / "etc/pip.conf")
        packed = Path(folder, "root.tar")
        _run("tar", "-C", str(root), "-cf", str(packed), ".")
        _run("docker", "import", "--change", "ENV PIP_CERT=/etc/host-certificates.crt", str(packed), name)


def compose_is_new() -> bool:
    """True when `docker compose` is 2.24 or newer; else Debian 13's is put beside, since it is one program file."""
    if _version() < (2, 24):
        make("debian:13-slim")
        COMPOSE.parent.mkdir(parents=True, exist_ok=True)
        fetch = "cd /tmp && apt-get update -qq && apt-get download -qq docker-compose && dpkg -x docker-compose*.deb x"
        program = "/tmp/x/usr/libexec/docker/cli-plugins/docker-compose"
        with COMPOSE.open("wb") as out:
            command = ["docker", "run", "--rm", "debian:13-slim", "sh", "-c", f"({fetch}) >&2 && cat {program}"]
            subprocess.run(command, stdout=out, stderr=subprocess.DEVNULL, check=True)
        COMPOSE.chmod(0o755)
    return _version() >= (2, 24)


def _version() -> tuple[int, ...]:
    told = subprocess.run(["docker", "compose", "version", "--short"], capture_output=True, text=True)
    first = told.stdout.strip().removeprefix("v").partition("-")[0]
    return tuple(int(part) for part in first.split(".")) if told.returncode == 0 and first else (0,)


def _run(*command: str) -> None:
    # Without buildx the engine's own builder does.
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "DOCKER_BUILDKIT": "0"})
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {(done.stdout + done.stderr)[-2000:]}")
