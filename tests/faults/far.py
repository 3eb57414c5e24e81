"""What many machines have and one has not: PostgreSQL, TURN by a real coturn, and here a spool on a disk of its own.

Needs root, for the small disk (a tmpfs) and since PostgreSQL does not run as root.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
from support import services

DISK_MB = 400
FREE_MB = 100
"""What is left when the disk is full: less than a recorder wants to begin with, more than a page needs to go on."""
USER, PASSWORD, REALM = "vignet", "only-for-tests", "vignet.example"


class Far:
    """The services, and the settings that lead a product to them."""

    def __init__(self, database: str, disk: Path, turn: list[dict]) -> None:
        self.disk, self._server = disk, database
        self.settings = {
            "VIGNET_DATABASE_URL": f"{database.replace('postgresql://', 'postgresql+psycopg://')}/vignet",
            "VIGNET_SPOOL": str(disk / "spool"),
            "VIGNET_ICE_SERVERS": json.dumps(turn),
        }

    def restart_database(self, down_s: float) -> None:
        """End PostgreSQL as its operator does, in haste, and start it again after so many seconds."""
        with psycopg.connect(f"{self._server}/postgres") as connection:
            (data,) = connection.execute("SHOW data_directory").fetchone()
        process = psutil.Process(int(Path(data, "postmaster.pid").read_text().split()[0]))
        command, ids = process.cmdline(), process.uids()
        process.send_signal(signal.SIGINT)
        process.wait(30)
        time.sleep(down_s)
        user = ["setpriv", f"--reuid={ids.real}", "--regid=nogroup", "--clear-groups", "--pdeathsig", "KILL", "--"]
        subprocess.Popen([*user, *command], cwd=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """The disk has no space for anything new."""
        ballast = self.disk / "ballast"
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(self.disk).free - FREE_MB * 2**20)
        try:
            yield
        finally:
            ballast.unlink()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Far]:
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(services.postgresql())
        with psycopg.connect(f"{database}/postgres", autocommit=True) as admin:
            admin.execute("CREATE DATABASE vignet")
        disk = folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "none", disk], check=True)
        stack.callback(subprocess.run, ["umount", "--lazy", disk], check=False)
        yield Far(database, disk, stack.enter_context(_coturn(folder)))


@contextlib.contextmanager
def _coturn(folder: Path) -> Iterator[list[dict]]:
    """A TURN server that takes TCP and TLS and no UDP, as the ICE servers of a page."""
    plain, tls = (first := services.free_ports(2)), first + 1
    key, certificate = folder / "turn.key", folder / "turn.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    make += ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    subprocess.run(make, check=True, capture_output=True)
    command = ["turnserver", "-n", "--no-cli", "--no-udp", "--no-dtls", "--lt-cred-mech", "--log-file=stdout"]
    command += ["--listening-ip=127.0.0.1", f"--relay-ip={_address()}", f"--listening-port={plain}"]
    command += [f"--tls-listening-port={tls}", f"--cert={certificate}", f"--pkey={key}", f"--user={USER}:{PASSWORD}"]
    command += [f"--realm={REALM}", f"--pidfile={folder / 'turn.pid'}", f"--userdb={folder / 'turn.db'}"]
    with services.running(command, [plain, tls], folder / "turn.log"):
        account = {"username": USER, "credential": PASSWORD}
        yield [
            {"urls": f"turn:localhost:{plain}?transport=tcp", **account},
            {"urls": f"turns:localhost:{tls}?transport=tcp", **account},
        ]


def _address() -> str:
    """An address of this machine under which others reach it: nobody is relayed to 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]
